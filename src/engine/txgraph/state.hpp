// What a Graph holds. Internal to the room: Graph reads it, Staging replaces clusters in it.
#pragma once

#include <set>

#include "engine/txgraph/graph.hpp"
#include "engine/txgraph/linearize.hpp"

namespace keel::txgraph {

inline constexpr std::uint32_t kNone = 0xffff'ffff;

// A chunk in the total order, with what decides its place.
struct Graph::ChunkPlace {
    FeeSize sum;
    // The size of this and all earlier chunks of the cluster that have the same rate: keeps equal chunks of one cluster
    // in their order, and prefers small ones among clusters.
    std::int64_t equal_size = 0;
    TxHandle last;  // of the chunk's transactions the one with the greatest key
    std::uint32_t cluster = 0;
    std::uint32_t index = 0;
    // For walking the order without touching clusters; no part of the place.
    std::span<const TxHandle> txs;
    mutable const ChunkPlace* next = nullptr;
};

struct Entry {
    FeeSize own;
    TieKey key;
    std::uint32_t cluster = kNone;  // kNone: not in the graph
    std::uint32_t slot = kNone;     // in the staging
    std::uint8_t position = 0;      // in the cluster's order
    std::uint8_t chunk = 0;         // in the cluster's chunks
};

// Orders chunks for mining. Refers to the entries for their keys.
class ChunkOrder {
public:
    explicit ChunkOrder(const std::vector<Entry>& entries) : entries_(&entries) {}
    [[nodiscard]] std::strong_ordering compare(const Graph::ChunkPlace& a, const Graph::ChunkPlace& b) const;
    bool operator()(const Graph::ChunkPlace& a, const Graph::ChunkPlace& b) const { return compare(a, b) < 0; }

private:
    const std::vector<Entry>* entries_;
};

using ChunkSet = std::set<Graph::ChunkPlace, ChunkOrder>;

struct ClusterChunk {
    Graph::ChunkPlace place;
    TxSet txs = 0;  // by position
    ChunkSet::const_iterator at;
};

struct Relatives {
    TxSet ancestors = 0;  // by position, each without the transaction itself
    TxSet descendants = 0;
};

// Everything is indexed by the position in the cluster's order.
struct Cluster {
    std::vector<TxHandle> order;  // empty: the slot is free
    std::vector<Relatives> relatives;
    std::vector<ClusterChunk> chunks;
    FeeSize sum;

    [[nodiscard]] Totals totals(TxSet set, std::span<const Entry> entries) const;
    [[nodiscard]] std::size_t memory() const;
};

class Graph::State {
public:
    explicit State(const Limits& given) : limits(given), order(ChunkOrder(entries)) {}

    [[nodiscard]] const Entry& entry(TxHandle tx) const;
    [[nodiscard]] const Cluster& cluster_of(TxHandle tx) const { return clusters[entry(tx).cluster]; }
    [[nodiscard]] static Chunk chunk(const ChunkPlace& place) {
        return {.txs = place.txs, .sum = place.sum, .cluster = ClusterId(place.cluster)};
    }

    TxHandle new_entry(const FeeSize& own, const TieKey& key);
    void free_entry(TxHandle tx);
    // Takes the cluster's chunks out of the order and frees its slot; its transactions are then in no cluster.
    void remove_cluster(std::uint32_t id);
    void insert_cluster(Cluster&& cluster);
    ChunkSet::const_iterator insert_place(const ChunkPlace& place);
    void erase_place(ChunkSet::const_iterator at);

    Limits limits;
    std::vector<Entry> entries;
    std::vector<std::uint32_t> free_entries;
    std::vector<Cluster> clusters;
    std::vector<std::uint32_t> free_clusters;
    ChunkSet order;
    std::size_t tx_count = 0;
    std::size_t cluster_memory = 0;
    std::uint64_t revision = 0;
    bool staged = false;
};

}  // namespace keel::txgraph
