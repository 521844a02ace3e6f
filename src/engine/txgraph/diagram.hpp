// Feerate diagrams: the fees collected against the size spent, when chunks are taken best first.
#pragma once

#include <compare>
#include <span>

#include "engine/txgraph/fee_size.hpp"

namespace keel::txgraph {

// The chunks of some clusters, of falling fee rate. Beyond its last point a diagram is continued flat.
using Diagram = std::span<const FeeSize>;

// Greater: `a` lies nowhere below `b` and somewhere above. Unordered: each is above the other somewhere.
// O(points). Both must be of falling rate, with positive sizes.
std::partial_ordering compare_diagrams(Diagram a, Diagram b);

}  // namespace keel::txgraph
