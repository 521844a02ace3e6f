// Improves an order by moving groups of transactions forward. Internal to the room.
#pragma once

#include "engine/txgraph/dag.hpp"

namespace keel::txgraph {

// Two passes, from back to front and from front to back. In each, transactions join the end of a list of groups one by
// one; a new group that is better than the one before it swaps places with that, or joins it when one depends on the
// other. The result is never worse than the given order (parents before children), and optimal when all transactions
// have at most one parent, or all at most one child. Its chunks are connected. O(n^2).
void post_linearize(const Dag& dag, std::vector<std::uint32_t>& order);

}  // namespace keel::txgraph
