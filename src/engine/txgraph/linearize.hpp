// The order in which the transactions of one cluster are worth mining.
//
// A cluster is a directed acyclic graph of at most 64 transactions. Its optimal order takes, again and again, the set
// closed under ancestors that has the highest fee rate; this is found exactly and in polynomial time: the cluster is
// divided at its own average rate by a minimum cut (maximum closure), and the parts likewise until no part can be
// divided (the principal partition). Parts of equal rate are then cut into their smallest independent pieces, the
// strongly connected components of the residual network, which are the same for every maximum flow. So chunks and their
// order are a function of the cluster alone; ties go to the smaller chunk, then to the lesser key.
//
// Bounds: at most 2n-1 cuts of n+2 nodes; each cut at most n phases (Dinic) over bit sets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/txgraph/fee_size.hpp"
#include "engine/txgraph/tx_set.hpp"

namespace keel::txgraph {

// One cluster, indexed in any order.
struct ClusterGraph {
    std::vector<FeeSize> txs;
    std::vector<TxSet> ancestors;      // the transitive closure, without the transaction itself
    std::vector<std::uint32_t> ranks;  // distinct; among equals the lesser comes first
};

struct Linearization {
    std::vector<std::uint32_t> order;  // all indices, parents before children
    std::vector<TxSet> chunks;         // in the same order, of falling rate
};

// Cuts an order (parents before children) into its chunks: each the prefix of highest rate of what remains.
std::vector<TxSet> chunks_of(const ClusterGraph& cluster, std::span<const std::uint32_t> order);

// `cluster` holds between 1 and 64 transactions and no cycle.
Linearization linearize(const ClusterGraph& cluster);

}  // namespace keel::txgraph
