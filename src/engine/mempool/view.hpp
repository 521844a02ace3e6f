// The pool as readers on other threads see it: RPC, REST, peers.
//
// A monitor. The validation thread writes after each change and before anybody is told of it; readers get immutable
// clusters and work on them without a lock. Sections under the lock are lookups and pointer copies.
//
// What a cluster shows is consistent in itself. snapshot() is consistent as a whole; it is built by the first reader
// after a change (one pointer a cluster) and shared by the others.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>

#include "engine/mempool/options.hpp"
#include "engine/mempool/results.hpp"
#include "engine/mempool/rolling_minimum.hpp"

namespace keel::mempool {

struct Totals {
    std::size_t count = 0;
    std::int64_t vsize = 0;
    Amount fees;            // as paid
    std::size_t usage = 0;  // bytes of memory
    RollingMinimum rolling;
    std::uint64_t sequence = 1;
};

struct Snapshot {
    std::vector<ClusterPtr> clusters;  // in no particular order
    Totals totals;

    // All transactions in mining order: chunks by falling rate, those of a cluster in its order.
    struct Place {
        const Cluster* cluster = nullptr;
        std::size_t index = 0;
    };
    [[nodiscard]] std::vector<Place> in_mining_order() const;
    // All chunks in that order.
    [[nodiscard]] std::vector<txgraph::FeeSize> chunks() const;
};

class View {
public:
    explicit View(const Options& options);
    View(const View&) = delete;
    View& operator=(const View&) = delete;
    ~View();

    // ---- readers, any thread ----

    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] Totals totals() const;
    // What a transaction has to pay because the pool was full; zero: nothing.
    [[nodiscard]] policy::FeeRate min_rate(UnixTime now) const;
    [[nodiscard]] std::optional<Located> find(const Txid& txid) const;
    [[nodiscard]] std::optional<Located> find(const Wtxid& wtxid) const;
    [[nodiscard]] bool contains(const Txid& txid) const;
    // The transaction in the pool that spends this output, or null.
    [[nodiscard]] EntryPtr spender(const OutPoint& outpoint) const;
    [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const;
    // Fees that users have added by prioritisation, also for transactions that are not there.
    [[nodiscard]] std::map<Txid, Amount> deltas() const;
    // Sent by this node's users and not yet seen asked for by a peer.
    [[nodiscard]] std::set<Txid> unbroadcast() const;
    [[nodiscard]] bool is_unbroadcast(const Txid& txid) const;
    // The saved pool was read, or there is none.
    [[nodiscard]] bool loaded() const;
    void set_loaded();

    // ---- the writer, validation thread ----

    struct Change {
        std::span<const EntryPtr> removed;
        std::span<const EntryPtr> added;
        std::span<const ClusterPtr> clusters;  // all that look different from before
        Totals totals;
    };
    void apply(const Change& change);
    void set_totals(const Totals& totals);
    void set_delta(const Txid& txid, Amount delta);
    void set_unbroadcast(const Txid& txid, bool unbroadcast);

    // What the writer may read without the lock, since nobody else changes it.
    [[nodiscard]] EntryPtr own_find(const Txid& txid) const;
    [[nodiscard]] EntryPtr own_find(const Wtxid& wtxid) const;
    [[nodiscard]] EntryPtr own_spender(const OutPoint& outpoint) const;
    [[nodiscard]] Amount own_delta(const Txid& txid) const;
    [[nodiscard]] bool own_has_deltas() const;

private:
    class Index;

    Options options_;
    std::unique_ptr<Index> index_;
};

}  // namespace keel::mempool
