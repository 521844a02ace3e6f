// What a Staging has collected, and what becomes of it. Internal to the room.
#pragma once

#include "engine/txgraph/staging.hpp"
#include "engine/txgraph/state.hpp"

namespace keel::txgraph {

// A transaction of an affected cluster, or an added one, in its slot.
struct Node {
    TxHandle tx;
    FeeSize own;
    std::uint32_t origin = kNone;  // index of its pulled cluster; kNone: added
    std::uint32_t group = 0;       // slot of another transaction of its future cluster, towards the root
    bool removed = false;
};

// A cluster of the graph that the change affects; its transactions have consecutive slots, in its order.
struct Pulled {
    std::uint32_t cluster = 0;
    std::uint32_t first_slot = 0;
};

struct Link {
    std::uint32_t parent = 0;
    std::uint32_t child = 0;
};

class Staging::Work {
public:
    explicit Work(Graph::State& graph) : state(graph) {}

    // The slot of a transaction that is in the graph or added; pulls its cluster in.
    std::uint32_t slot_of(TxHandle tx);
    void changed() { settled_ = false; }
    [[nodiscard]] bool pulled(TxHandle tx) const { return state.entries[tx.value()].slot != kNone; }
    // Dependencies between slots: by the clusters as they were, and by links. Calls `fn(parent, child)` for each
    // between transactions that stay.
    void each_dependency(auto&& fn) const;
    // Groups what stays into future clusters. False when one of them is too large.
    bool group();
    // The same, and linearizes the clusters if they fit.
    bool settle();
    // The future cluster and place in it of a transaction that stays; only when settled.
    [[nodiscard]] std::pair<const Cluster*, std::uint32_t> place_of(TxHandle tx);
    std::uint32_t root_of(std::uint32_t slot);

    Graph::State& state;
    std::vector<Node> nodes;
    std::vector<Pulled> pulls;
    std::vector<Link> links;
    std::vector<Cluster> clusters;                                // the future ones, when settled and fitting
    std::vector<std::vector<std::uint32_t>> groups;               // their slots
    std::vector<std::pair<std::uint32_t, std::uint32_t>> places;  // of each slot: future cluster, position

private:
    [[nodiscard]] bool fits(std::span<const std::uint32_t> slots) const;
    void build();
    [[nodiscard]] Cluster build_cluster(std::span<const std::uint32_t> slots, const ClusterGraph& graph) const;

    bool settled_ = false;
    bool fits_ = false;
};

// The slots to remove so that all groups fit. (trim.cpp)
std::vector<std::uint32_t> choose_excess(const Graph::State& state, std::span<const Node> nodes,
                                         std::span<const Link> dependencies);

void Staging::Work::each_dependency(auto&& fn) const {
    const auto offer = [&](std::uint32_t parent, std::uint32_t child) {
        if (!nodes[parent].removed && !nodes[child].removed) {
            fn(parent, child);
        }
    };
    for (const Pulled& pull : pulls) {
        const Cluster& cluster = state.clusters[pull.cluster];
        for (std::uint32_t position = 0; position < cluster.order.size(); ++position) {
            for (const std::uint32_t ancestor : members(cluster.relatives[position].ancestors)) {
                offer(pull.first_slot + ancestor, pull.first_slot + position);
            }
        }
    }
    for (const Link& link : links) {
        offer(link.parent, link.child);
    }
}

}  // namespace keel::txgraph
