// The graph behind a cluster mempool: which transaction spends which, and in what order they are worth mining.
//
// Knows nothing of transactions but a handle, a fee, a size, and a key that decides ties (the pool gives the txid).
// Dependencies are kept as their transitive closure. Connected transactions form a *cluster*; each cluster is ordered
// (*linearized*, parents first), and its order is cut into *chunks*: groups that are best mined together, of falling
// fee rate. All chunks of all clusters have one total order: the best is mined first, the worst is evicted first.
//
// Invariants:
//  * every cluster holds at most Limits::cluster_count transactions and Limits::cluster_size in total;
//  * every linearization is optimal, and its chunks are as small as possible (linearize.hpp);
//  * order and chunks depend on the graph and the keys alone, not on how the graph came about.
//
// Changed only through Staging (staging.hpp). Owned by one thread. Costs: queries O(cluster), the chunk order
// O(log chunks) an access, a change O(affected clusters) and one bounded linearization for each of them.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/hash256.hpp"
#include "base/strong.hpp"
#include "engine/txgraph/fee_size.hpp"

namespace keel::txgraph {

// Names a transaction from Staging::add() until it is removed; small dense numbers, used again afterwards.
using TxHandle = Strong<struct TxHandleTag, std::uint32_t>;

// Names a cluster until the next commit.
using ClusterId = Strong<struct ClusterIdTag, std::uint32_t>;

// Decides between equals: the lesser comes first. Unique for each transaction.
using TieKey = RawHash;

// The most that a cluster can be configured to hold: sets of its transactions are 64-bit words.
inline constexpr int kClusterCountMax = 64;

struct Limits {
    int cluster_count = kClusterCountMax;     // between 1 and kClusterCountMax
    std::int64_t cluster_size = 101'000 * 4;  // in the caller's unit; the default is 101 kvB in weight units
};

// How many, how large, how much they pay.
struct Totals {
    std::size_t count = 0;
    FeeSize sum;

    friend bool operator==(const Totals&, const Totals&) = default;
};

struct Chunk {
    std::span<const TxHandle> txs;  // parents before children; valid until the next commit
    FeeSize sum;
    ClusterId cluster;
};

class Graph {
public:
    class State;
    struct ChunkPlace;
    class ChunkIterator;
    struct ChunkRange;

    explicit Graph(const Limits& limits);
    Graph(Graph&&) noexcept;
    Graph& operator=(Graph&&) noexcept;
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;
    ~Graph();

    [[nodiscard]] const Limits& limits() const;
    [[nodiscard]] std::size_t count() const;
    [[nodiscard]] bool contains(TxHandle tx) const;
    // What the state occupies, in bytes; changes smoothly with the number of transactions.
    [[nodiscard]] std::size_t memory_usage() const;
    // Changes with every commit that changed anything.
    [[nodiscard]] std::uint64_t revision() const;

    // For the rest, every handle must be of a transaction in the graph.
    [[nodiscard]] FeeSize fee_size(TxHandle tx) const;
    // The sum of the chunk that `tx` is in: its rate is what the transaction is worth to a miner.
    [[nodiscard]] FeeSize chunk_sum(TxHandle tx) const;
    [[nodiscard]] Chunk chunk(TxHandle tx) const;
    [[nodiscard]] ClusterId cluster_of(TxHandle tx) const;

    // Each with `tx` itself, in mining order (parents before children).
    [[nodiscard]] std::vector<TxHandle> ancestors(TxHandle tx) const;
    [[nodiscard]] std::vector<TxHandle> descendants(TxHandle tx) const;
    [[nodiscard]] std::span<const TxHandle> cluster(TxHandle tx) const;
    // Of several, each named once, clusters in order of first mention, parents before children.
    [[nodiscard]] std::vector<TxHandle> ancestors(std::span<const TxHandle> txs) const;
    [[nodiscard]] std::vector<TxHandle> descendants(std::span<const TxHandle> txs) const;
    // The same, counted. O(result).
    [[nodiscard]] Totals ancestor_totals(TxHandle tx) const;
    [[nodiscard]] Totals descendant_totals(TxHandle tx) const;
    [[nodiscard]] Totals cluster_totals(TxHandle tx) const;
    [[nodiscard]] std::size_t distinct_clusters(std::span<const TxHandle> txs) const;
    // Is `ancestor` an ancestor of `tx`? Not of itself. O(1).
    [[nodiscard]] bool is_ancestor(TxHandle ancestor, TxHandle tx) const;

    // Less: `a` is mined earlier. A total order that keeps parents before children and chunks together.
    [[nodiscard]] std::strong_ordering compare(TxHandle a, TxHandle b) const;

    // All chunks, best first. Chunks of one cluster come in the order of its linearization: who leaves one out must
    // leave out the rest of that cluster. Valid until the next commit.
    [[nodiscard]] ChunkRange chunks() const;
    // The chunk to evict first: the last of chunks(). Nothing when the graph is empty. No transaction outside of it
    // depends on one within.
    [[nodiscard]] std::optional<Chunk> worst_chunk() const;

    // Recomputes everything in a naive way and asserts that it agrees. For tests; O(everything).
    void check_invariants() const;

private:
    friend class Staging;

    std::unique_ptr<State> state_;
};

// Forward iterator over the chunk order.
class Graph::ChunkIterator {
public:
    using value_type = Chunk;
    using difference_type = std::ptrdiff_t;

    ChunkIterator() = default;
    explicit ChunkIterator(const ChunkPlace* place) : place_(place) {}
    Chunk operator*() const;
    ChunkIterator& operator++();
    ChunkIterator operator++(int) {
        ChunkIterator old = *this;
        ++*this;
        return old;
    }
    friend bool operator==(const ChunkIterator& a, const ChunkIterator& b) { return a.place_ == b.place_; }

private:
    const ChunkPlace* place_ = nullptr;  // null: the end
};

struct Graph::ChunkRange {
    ChunkIterator first;

    [[nodiscard]] ChunkIterator begin() const { return first; }
    [[nodiscard]] static ChunkIterator end() { return {}; }
};

}  // namespace keel::txgraph
