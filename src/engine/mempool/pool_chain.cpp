// What blocks do to the pool.
#include <algorithm>

#include "base/assert.hpp"
#include "engine/headers/history.hpp"
#include "engine/mempool/pool_impl.hpp"
#include "rules/consensus/limits.hpp"

namespace keel::mempool {

using primitives::TxView;

void Pool::Impl::block_connected(const primitives::Block& block, UnixTime now) {
    contents_.block_connected(now);
    if (contents_.is_blank() && !reorg_) {
        contents_.publish_totals();
        return;  // as during the initial download
    }
    txgraph::Staging staging(contents_.graph());
    Contents::Change change;
    for (std::size_t i = 1; i < block.tx_count(); ++i) {
        const TxView tx = block.tx(i);
        if (const EntryPtr entry = contents_.find(tx.txid()); entry != nullptr && staging.contains(entry->handle)) {
            staging.remove(entry->handle);
            change.removed.push_back({entry->handle, RemovalReason::block});
        }
        for (std::size_t in = 0; in < tx.input_count(); ++in) {
            const EntryPtr spender = contents_.spender(tx.input(in).prevout());
            if (spender == nullptr || spender->txid() == tx.txid() || !staging.contains(spender->handle)) {
                continue;
            }
            contents_.forget_delta(spender->txid());
            for (const TxHandle gone : staging.remove_with_descendants(spender->handle)) {
                change.removed.push_back({gone, RemovalReason::conflict});
            }
        }
        contents_.forget_delta(tx.txid());
    }
    contents_.commit(staging, change);
    if (reorg_) {
        std::set<Txid> confirmed(block.txs().txids().begin(), block.txs().txids().end());
        for (std::vector<TxPtr>& txs : reorg_->blocks) {
            std::erase_if(txs, [&](const TxPtr& tx) { return confirmed.contains(tx->txid()); });
        }
    }
}

void Pool::Impl::block_disconnected(const primitives::Block& block, Height height) {
    if (!reorg_) {
        reorg_.emplace();
    }
    std::vector<TxPtr> txs;
    for (std::size_t i = 0; i < block.tx_count(); ++i) {
        auto tx = primitives::Tx::parse(to_bytes(block.tx(i).raw()));
        KEEL_ASSERT(tx.has_value());  // it was parsed as part of the block
        reorg_->bytes += (*tx)->raw().size();
        txs.push_back(*std::move(tx));
    }
    reorg_->blocks.push_back(std::move(txs));
    reorg_->fork = height - 1;
    while (reorg_->bytes > kDisconnectedBytesMax && reorg_->blocks.size() > 1) {
        drop_oldest_disconnected();
    }
}

// The highest block's transactions are given up, and with them what depends on them.
void Pool::Impl::drop_oldest_disconnected() {
    for (const TxPtr& tx : reorg_->blocks.front()) {
        reorg_->bytes -= std::min(reorg_->bytes, tx->raw().size());
        remove_children_of(tx->txid(), tx->view().output_count());
    }
    reorg_->blocks.pop_front();
}

void Pool::Impl::remove_with_descendants(std::span<const TxHandle> handles, RemovalReason reason) {
    if (handles.empty()) {
        return;
    }
    txgraph::Staging staging(contents_.graph());
    Contents::Change change;
    for (const TxHandle handle : contents_.graph().descendants(handles)) {
        staging.remove(handle);
        change.removed.push_back({handle, reason});
    }
    contents_.commit(staging, change);
}

void Pool::Impl::remove_children_of(const Txid& txid, std::size_t outputs) {
    std::vector<TxHandle> children;
    for (std::size_t i = 0; i < outputs; ++i) {
        if (const EntryPtr child = contents_.spender({txid, static_cast<std::uint32_t>(i)}); child != nullptr) {
            children.push_back(child->handle);
        }
    }
    remove_with_descendants(children, RemovalReason::reorg);
}

OrDisk<bool> Pool::Impl::reorganized(const ChainState& chain) {
    if (!reorg_) {
        return true;
    }
    std::size_t left = kReentryStep;
    // The lowest block first, each in its order: parents before children.
    while (!reorg_->blocks.empty()) {
        std::vector<TxPtr>& txs = reorg_->blocks.back();
        const std::size_t count = std::min(left, txs.size());
        for (std::size_t i = 0; i < count; ++i) {
            KEEL_CHECK(take_back(txs[i], chain));
        }
        txs.erase(txs.begin(), txs.begin() + static_cast<std::ptrdiff_t>(count));
        left -= count;
        if (!txs.empty()) {
            return false;
        }
        reorg_->blocks.pop_back();
    }
    link_children();
    KEEL_CHECK(drop_unminable(chain));
    reorg_.reset();
    contents_.enforce_limits(chain.now);
    return true;
}

OrDisk<void> Pool::Impl::take_back(const TxPtr& tx, const ChainState& chain) {
    if (!tx->view().is_coinbase()) {
        const AcceptOptions options{.bypass_limits = true, .time = chain.now};
        KEEL_TRY(const TxResult result, Acceptance(contents_, chain, options).single(tx));
        if (result.outcome == TxOutcome::accepted) {
            reorg_->taken_back.push_back(tx->txid());
            return {};
        }
    }
    if (const EntryPtr entry = contents_.find(tx->txid()); entry != nullptr) {
        remove_with_descendants(std::array{entry->handle}, RemovalReason::reorg);
    } else {
        remove_children_of(tx->txid(), tx->view().output_count());
    }
    return {};
}

// Transactions that were in the pool may spend those that came back.
void Pool::Impl::link_children() {
    txgraph::Staging staging(contents_.graph());
    Contents::Change change;
    for (const Txid& txid : reorg_->taken_back) {
        const EntryPtr parent = contents_.find(txid);
        if (parent == nullptr) {
            continue;
        }
        for (std::size_t i = 0; i < parent->tx->view().output_count(); ++i) {
            const EntryPtr child = contents_.spender({txid, static_cast<std::uint32_t>(i)});
            if (child != nullptr) {
                staging.link(parent->handle, child->handle);
                change.touched.push_back(child->handle);
            }
        }
    }
    for (const TxHandle handle : staging.trim()) {
        change.removed.push_back({handle, RemovalReason::size_limit});
    }
    contents_.commit(staging, change);
}

OrDisk<void> Pool::Impl::drop_unminable(const ChainState& chain) {
    std::vector<TxHandle> gone;
    for (const EntryPtr& entry : contents_.all()) {
        KEEL_TRY(const bool minable, is_minable(*entry, chain));
        if (!minable) {
            gone.push_back(entry->handle);
        }
    }
    remove_with_descendants(gone, RemovalReason::reorg);
    return {};
}

OrDisk<bool> Pool::Impl::is_minable(const Entry& entry, const ChainState& chain) {
    const Height next = chain.tip.height() + 1;
    if (!consensus::is_final(entry.tx->view(), next, chain.tip.median_time_past())) {
        return false;
    }
    const LockPoints& points = entry.lock_points;
    if (points.newest_coinbase != primitives::kNoHeight &&
        next - points.newest_coinbase < consensus::kCoinbaseMaturity) {
        return false;
    }
    if (points.newest_coin > reorg_->fork) {
        return relocked(entry, chain);
    }
    return consensus::locks_passed(points.locks, headers::History(chain.tip));
}

// Coins that decided its locks were in blocks that are gone: they are somewhere else now.
OrDisk<bool> Pool::Impl::relocked(const Entry& entry, const ChainState& chain) {
    KEEL_TRY(const auto points, Acceptance(contents_, chain, {.time = entry.time}).lock_points_now(entry.tx));
    if (!points || !consensus::locks_passed(points->locks, headers::History(chain.tip))) {
        return false;
    }
    contents_.set_lock_points(entry.handle, *points);
    return true;
}

}  // namespace keel::mempool
