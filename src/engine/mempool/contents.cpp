#include "engine/mempool/contents.hpp"

#include <algorithm>
#include <limits>

#include "base/assert.hpp"

namespace keel::mempool {

namespace {

policy::FeeRate rate_of(const txgraph::FeeSize& sum) { return {Amount(sum.fee), policy::virtual_size(sum.size)}; }

Amount add_saturating(Amount a, Amount b) {
    const auto sum = a.add(b);
    if (sum) {
        return *sum;
    }
    using Limits = std::numeric_limits<std::int64_t>;
    return Amount(a.satoshi() < 0 ? Limits::min() : Limits::max());
}

}  // namespace

Contents::Contents(const Options& options, View& view) : options_(options), view_(view), graph_(options.limits) {}

std::size_t Contents::usage() const { return entry_bytes_ + graph_.memory_usage(); }

EntryPtr Contents::spender(const OutPoint& outpoint) const {
    const EntryPtr found = view_.own_spender(outpoint);
    return found == nullptr ? nullptr : at(found->handle);  // the index may hold an older form of the entry
}

std::vector<EntryPtr> Contents::all() const {
    std::vector<EntryPtr> out;
    for (const EntryPtr& entry : entries_) {
        if (entry != nullptr) {
            out.push_back(entry);
        }
    }
    return out;
}

std::vector<EntryPtr> Contents::at(std::span<const TxHandle> handles) const {
    std::vector<EntryPtr> out;
    out.reserve(handles.size());
    for (const TxHandle handle : handles) {
        out.push_back(at(handle));
    }
    return out;
}

EntryPtr Contents::insert(const Entry& entry) {
    const std::uint32_t handle = entry.handle.value();
    if (handle >= entries_.size()) {
        entries_.resize(handle + 1);
    }
    KEEL_ASSERT(entries_[handle] == nullptr);
    auto kept = std::make_shared<const Entry>(entry);
    entries_[handle] = kept;
    by_time_.emplace(entry.time, handle);
    entry_bytes_ += entry.memory();
    vsize_ += entry.vsize();
    fees_ = Amount(fees_.satoshi() + entry.fee.satoshi());
    return kept;
}

EntryPtr Contents::erase(const Removal& removal) {
    const std::uint32_t handle = removal.handle.value();
    EntryPtr entry = std::move(entries_[handle]);
    KEEL_ASSERT(entry != nullptr);
    entries_[handle] = nullptr;
    by_time_.erase({entry->time, handle});
    entry_bytes_ -= entry->memory();
    vsize_ -= entry->vsize();
    fees_ = Amount(fees_.satoshi() - entry->fee.satoshi());
    return entry;
}

void Contents::commit(txgraph::Staging& staging, const Change& change) {
    std::vector<TxHandle> members = change.touched;
    for (const Removal& removal : change.removed) {
        const auto cluster = graph_.cluster(removal.handle);
        members.insert(members.end(), cluster.begin(), cluster.end());
    }
    std::vector<EntryPtr> removed;
    for (const Removal& removal : change.removed) {
        removed.push_back(erase(removal));
        events_.push_back({removed.back(), removal.reason, sequence_++});
    }
    staging.commit();
    std::vector<EntryPtr> added;
    for (const Entry& entry : change.added) {
        added.push_back(insert(entry));
        members.push_back(entry.handle);
        events_.push_back({added.back(), std::nullopt, sequence_++});
    }
    const std::vector<ClusterPtr> clusters = draw_clusters(members);
    view_.apply({removed, added, clusters, totals()});
}

std::vector<ClusterPtr> Contents::draw_clusters(std::span<const TxHandle> members) const {
    std::vector<ClusterPtr> out;
    std::set<txgraph::ClusterId> drawn;
    for (const TxHandle member : members) {
        if (member.value() < entries_.size() && entries_[member.value()] != nullptr &&
            drawn.insert(graph_.cluster_of(member)).second) {
            out.push_back(draw_cluster(member));
        }
    }
    return out;
}

ClusterPtr Contents::draw_cluster(TxHandle member) const {
    auto out = std::make_shared<Cluster>();
    const std::span<const TxHandle> order = graph_.cluster(member);
    out->ancestors.resize(order.size());
    out->descendants.resize(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        out->txs.push_back(at(order[i]));
        out->ancestors[i] |= Cluster::Set{1} << i;
        out->descendants[i] |= Cluster::Set{1} << i;
        for (std::size_t j = 0; j < i; ++j) {
            if (graph_.is_ancestor(order[j], order[i])) {
                out->ancestors[i] |= Cluster::Set{1} << j;
                out->descendants[j] |= Cluster::Set{1} << i;
            }
        }
    }
    for (std::size_t first = 0; first < order.size();) {
        const txgraph::Chunk chunk = graph_.chunk(order[first]);
        out->chunks.push_back({first, chunk.txs.size(), chunk.sum});
        first += chunk.txs.size();
    }
    return out;
}

Totals Contents::totals() const {
    return {.count = graph_.count(),
            .vsize = vsize_,
            .fees = fees_,
            .usage = usage(),
            .rolling = rolling_,
            .sequence = sequence_};
}

void Contents::publish_totals() { view_.set_totals(totals()); }

void Contents::prioritise(const Txid& txid, Amount delta) {
    const EntryPtr entry = find(txid);
    view_.set_delta(txid, add_saturating(view_.own_delta(txid), delta));
    if (entry == nullptr) {
        return;
    }
    auto changed = std::make_shared<Entry>(*entry);
    changed->modified_fee = add_saturating(entry->modified_fee, delta);
    txgraph::Staging staging(graph_);
    staging.set_fee(entry->handle, changed->modified_fee.satoshi());
    entries_[entry->handle.value()] = std::move(changed);
    commit(staging, {.touched = {entry->handle}});
}

void Contents::forget_delta(const Txid& txid) {
    if (view_.own_has_deltas()) {
        view_.set_delta(txid, Amount());
    }
}

void Contents::set_lock_points(TxHandle handle, const LockPoints& lock_points) {
    auto changed = std::make_shared<Entry>(*at(handle));
    changed->lock_points = lock_points;
    entries_[handle.value()] = std::move(changed);
    txgraph::Staging staging(graph_);
    commit(staging, {.touched = {handle}});
}

policy::FeeRate Contents::min_rate(UnixTime now) {
    rolling_.advance(now, {usage(), options_.bytes_max}, policy().incremental);
    return rolling_.rate(policy().incremental);
}

void Contents::enforce_limits(UnixTime now) {
    expire(now);
    trim();
}

void Contents::expire(UnixTime now) {
    const UnixTime oldest = now - options_.expiry;
    if (by_time_.empty() || by_time_.begin()->first >= oldest) {
        return;
    }
    std::vector<TxHandle> old;
    for (auto it = by_time_.begin(); it != by_time_.end() && it->first < oldest; ++it) {
        old.emplace_back(it->second);
    }
    txgraph::Staging staging(graph_);
    Change change;
    for (const TxHandle handle : graph_.descendants(old)) {
        staging.remove(handle);
        change.removed.push_back({handle, RemovalReason::expiry});
    }
    commit(staging, change);
}

void Contents::trim() {
    while (usage() > options_.bytes_max && graph_.count() > 0) {
        const txgraph::Chunk worst = *graph_.worst_chunk();
        rolling_.evicted(rate_of(worst.sum) + policy().incremental);
        txgraph::Staging staging(graph_);
        Change change;
        for (const TxHandle handle : worst.txs) {
            staging.remove(handle);
            change.removed.push_back({handle, RemovalReason::size_limit});
        }
        commit(staging, change);
    }
}

void Contents::check_invariants() const {
    graph_.check_invariants();
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (const EntryPtr& entry : all()) {
        ++count;
        bytes += entry->memory();
        const auto located = view_.find(entry->txid());
        KEEL_ASSERT(located && &located->entry() == entry.get());
        KEEL_ASSERT(located->cluster->txs.size() == graph_.cluster(entry->handle).size());
        const primitives::TxView tx = entry->tx->view();
        for (std::size_t i = 0; i < tx.input_count(); ++i) {
            const EntryPtr spender = view_.spender(tx.input(i).prevout());
            KEEL_ASSERT(spender != nullptr && spender->txid() == entry->txid());
        }
        KEEL_ASSERT(graph_.fee_size(entry->handle) ==
                    (txgraph::FeeSize{entry->modified_fee.satoshi(), entry->adjusted_weight}));
    }
    KEEL_ASSERT(count == graph_.count() && bytes == entry_bytes_ && by_time_.size() == count);
}

}  // namespace keel::mempool
