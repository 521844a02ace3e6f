#include "engine/mempool/pool.hpp"

#include "engine/mempool/pool_impl.hpp"
#include "engine/policy/pool_rules.hpp"

namespace keel::mempool {

Pool::Pool(const Options& options, View& view, Logger& logger) : impl_(std::make_unique<Impl>(options, view, logger)) {
    impl_->contents().publish_totals();
}
Pool::Pool(Pool&&) noexcept = default;
Pool& Pool::operator=(Pool&&) noexcept = default;
Pool::~Pool() = default;

OrDisk<TxResult> Pool::Impl::accept(const TxPtr& tx, const Submission& submission, const ChainState& chain) {
    const AcceptOptions options{
        .test = submission.test, .fee_max = submission.fee_max, .time = submission.time.value_or(chain.now)};
    KEEL_TRY(TxResult out, Acceptance(contents_, chain, options).single(tx));
    if (out.outcome != TxOutcome::accepted) {
        log(logger_, LogCategory::mempool, LogLevel::debug, tx->txid(), " (wtxid=", tx->wtxid(),
            ") was not accepted: ", out.reject->text());
        return out;
    }
    if (submission.test) {
        return out;
    }
    contents_.enforce_limits(chain.now);
    if (contents_.find(tx->txid()) == nullptr) {
        TxResult full{.outcome = TxOutcome::rejected, .reject = consensus::Reject(policy::kRoomRule)};
        full.effective_rate = out.effective_rate;
        full.effective_txs = out.effective_txs;
        return full;
    }
    if (submission.unbroadcast) {
        contents_.set_unbroadcast(tx->txid(), true);
    }
    log(logger_, LogCategory::mempool, LogLevel::debug, "accepted ", tx->txid(), " (poolsz ", contents_.count(),
        " txn, ", contents_.usage() / 1000, " kB)");
    return out;
}

OrDisk<TxResult> Pool::accept(const TxPtr& tx, const Submission& submission, const ChainState& chain) {
    return impl_->accept(tx, submission, chain);
}

OrDisk<PackageResult> Pool::accept_package(policy::PackageTxs txs, std::optional<policy::FeeRate> rate_max,
                                           const ChainState& chain) {
    return impl_->accept_package(txs, rate_max, chain);
}

OrDisk<PackageResult> Pool::test_package(policy::PackageTxs txs, const ChainState& chain) {
    return impl_->test_package(txs, chain);
}

void Pool::prioritise(const Txid& txid, Amount delta) { impl_->contents().prioritise(txid, delta); }

void Pool::set_unbroadcast(const Txid& txid, bool unbroadcast) { impl_->contents().set_unbroadcast(txid, unbroadcast); }

void Pool::block_connected(const primitives::Block& block, UnixTime now) { impl_->block_connected(block, now); }

void Pool::block_disconnected(const primitives::Block& block, Height height) {
    impl_->block_disconnected(block, height);
}

bool Pool::is_settled() const { return impl_->is_settled(); }

OrDisk<bool> Pool::reorganized(const ChainState& chain) { return impl_->reorganized(chain); }

std::vector<Pool::MiningChunk> Pool::best_chunks(std::int64_t weight) const {
    std::vector<MiningChunk> out;
    std::int64_t taken = 0;
    for (const txgraph::Chunk& chunk : impl_->contents().graph().chunks()) {
        if (taken > weight) {
            break;
        }
        out.push_back({impl_->contents().at(chunk.txs), chunk.sum, chunk.cluster.value()});
        taken += chunk.sum.size;
    }
    return out;
}

void Pool::visit_chunks(const std::function<bool(const ChunkView&)>& visit) const {
    std::vector<const EntryPtr*> txs;
    for (const txgraph::Chunk chunk : impl_->contents().graph().chunks()) {
        txs.clear();
        for (const TxHandle handle : chunk.txs) {
            txs.push_back(&impl_->contents().at(handle));
        }
        if (!visit({.txs = txs, .sum = chunk.sum, .cluster = chunk.cluster.value()})) {
            return;
        }
    }
}

bool Pool::has_checked_scripts(const Wtxid& wtxid) const { return impl_->contents().find(wtxid) != nullptr; }

EntryPtr Pool::find(const Txid& txid) const { return impl_->contents().find(txid); }

std::size_t Pool::count() const { return impl_->contents().count(); }

policy::FeeRate Pool::min_rate(UnixTime now) const { return impl_->contents().min_rate(now); }

std::vector<PoolEvent> Pool::take_events() { return impl_->contents().take_events(); }

void Pool::check_invariants() const { impl_->contents().check_invariants(); }

}  // namespace keel::mempool
