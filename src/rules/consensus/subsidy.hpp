// New coins per block.
#pragma once

#include "rules/primitives/params.hpp"

namespace keel::consensus {

// 50 bitcoin, halved each `halving_interval` blocks; nothing after 64 halvings. `height` must not be negative.
primitives::Amount subsidy(primitives::Height height, const primitives::Params& params);

}  // namespace keel::consensus
