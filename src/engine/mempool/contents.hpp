// What is in the pool: entries, the graph over them, and the view that others see. All changes pass through commit().
//
// Private to this room. Owned by the validation thread.
#pragma once

#include <set>

#include "engine/mempool/rolling_minimum.hpp"
#include "engine/mempool/view.hpp"
#include "engine/txgraph/staging.hpp"

namespace keel::mempool {

using txgraph::TxHandle;

class Contents {
public:
    Contents(const Options& options, View& view);

    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] const policy::Policy& policy() const { return options_.policy; }
    [[nodiscard]] txgraph::Graph& graph() { return graph_; }
    [[nodiscard]] std::size_t count() const { return graph_.count(); }
    // No transaction, and nothing prioritised.
    [[nodiscard]] bool is_blank() const { return count() == 0 && !view_.own_has_deltas(); }
    [[nodiscard]] std::size_t usage() const;
    [[nodiscard]] std::uint64_t sequence() const { return sequence_; }

    [[nodiscard]] EntryPtr find(const Txid& txid) const { return view_.own_find(txid); }
    [[nodiscard]] EntryPtr find(const Wtxid& wtxid) const { return view_.own_find(wtxid); }
    [[nodiscard]] EntryPtr spender(const OutPoint& outpoint) const;
    [[nodiscard]] const EntryPtr& at(TxHandle handle) const { return entries_[handle.value()]; }
    // Every entry, in order of handles.
    [[nodiscard]] std::vector<EntryPtr> all() const;
    [[nodiscard]] std::vector<EntryPtr> at(std::span<const TxHandle> handles) const;

    // A change that was staged on graph() and fits.
    struct Removal {
        TxHandle handle;
        RemovalReason reason;
    };
    struct Change {
        std::vector<Removal> removed{};
        std::vector<Entry> added{};       // with the handles they were staged under
        std::vector<TxHandle> touched{};  // others whose links or fees have changed
    };
    void commit(txgraph::Staging& staging, const Change& change);

    // ---- prioritisation ----
    [[nodiscard]] Amount delta(const Txid& txid) const { return view_.own_delta(txid); }
    // Adds to what was added before; a sum of zero is forgotten.
    void prioritise(const Txid& txid, Amount delta);
    void forget_delta(const Txid& txid);
    // Other lock points for a transaction that stays.
    void set_lock_points(TxHandle handle, const LockPoints& lock_points);

    // ---- limits ----
    [[nodiscard]] policy::FeeRate min_rate(UnixTime now);
    void block_connected(UnixTime now) { rolling_.block_connected(now); }
    // Removes what is too old, then the worst chunks until the pool is within its limit.
    void enforce_limits(UnixTime now);
    void set_unbroadcast(const Txid& txid, bool unbroadcast) { view_.set_unbroadcast(txid, unbroadcast); }

    // What has happened since the last call, in order.
    [[nodiscard]] std::vector<PoolEvent> take_events() { return std::exchange(events_, {}); }
    void publish_totals();
    void check_invariants() const;

private:
    [[nodiscard]] Totals totals() const;
    void expire(UnixTime now);
    void trim();
    EntryPtr insert(const Entry& entry);
    EntryPtr erase(const Removal& removal);
    // The clusters of these transactions as they are now, each once.
    [[nodiscard]] std::vector<ClusterPtr> draw_clusters(std::span<const TxHandle> members) const;
    [[nodiscard]] ClusterPtr draw_cluster(TxHandle member) const;

    Options options_;
    View& view_;
    txgraph::Graph graph_;
    std::vector<EntryPtr> entries_;                         // by handle
    std::set<std::pair<UnixTime, std::uint32_t>> by_time_;  // with handles
    std::size_t entry_bytes_ = 0;
    std::int64_t vsize_ = 0;
    Amount fees_;
    std::uint64_t sequence_ = 1;
    RollingMinimum rolling_;
    std::vector<PoolEvent> events_;
};

}  // namespace keel::mempool
