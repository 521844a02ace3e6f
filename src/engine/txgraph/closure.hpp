// Maximum closure: which transactions of a part pay more together than the part does on average. Internal to the room.
//
// A set is closed when it holds, of the part, all ancestors of its members. Weigh each transaction by its fee minus
// what the part's average rate would charge for its size; the closed set of greatest weight is the source side of a
// minimum cut in a network with arcs source -> positive transactions, negative transactions -> sink, and child ->
// parent without limit (Picard 1976). When no closed set weighs more than nothing, the sets of weight zero are unions
// of the strongly connected components of the residual network (Picard and Queyranne 1980).
//
// Weights are fee * size sums: below 2^72 for what money and clusters allow, held in 128 bits.
#pragma once

#include "engine/txgraph/dag.hpp"

namespace keel::txgraph {

class Closure {
public:
    Closure(const Dag& dag, TxSet part);

    // The least closed subset of greatest weight: its rate exceeds the part's. Empty when there is none.
    [[nodiscard]] TxSet better() const { return better_; }
    // When better() is empty: the smallest sets that closed sets of the part's rate are made of.
    [[nodiscard]] std::vector<TxSet> pieces() const;

private:
    // Residual arcs lead from a transaction to its parents, and back to children that send flow to it.
    [[nodiscard]] TxSet residual(std::uint32_t tx) const { return (dag_.parents[tx] & part_) | senders_[tx]; }
    [[nodiscard]] SignedWide& flow(std::uint32_t child, std::uint32_t parent);
    [[nodiscard]] TxSet with(TxSet candidates, const std::array<SignedWide, 64>& capacity) const;
    // Layers the transactions by their distance from the source, up to the first that reach the sink. False: none does.
    bool layer();
    SignedWide push(std::uint32_t tx, std::size_t depth, SignedWide amount);

    const Dag& dag_;
    TxSet part_;
    TxSet better_ = 0;
    std::array<SignedWide, 64> source_{};  // residual capacities
    std::array<SignedWide, 64> sink_{};
    std::array<TxSet, 64> senders_{};            // children with a flow to this parent
    std::array<std::uint32_t, 64> first_arc_{};  // of a child's arcs in flows_
    std::vector<SignedWide> flows_;              // child -> parent
    std::vector<TxSet> layers_;                  // what is left of them to try
};

}  // namespace keel::txgraph
