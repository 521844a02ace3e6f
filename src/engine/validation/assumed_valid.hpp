// Whether a block's scripts may be taken as valid without running them (-assumevalid).
#pragma once

#include "engine/headers/tree.hpp"
#include "rules/primitives/params.hpp"

namespace keel::validation {

struct AssumedValid {
    primitives::BlockHash block;        // zero: nothing is assumed
    consensus::ChainWork minimum_work;  // of the best header chain, for the assumption to hold
};

// True when the block is an ancestor of the assumed block, both are on the best header chain, that chain has the
// minimum work, and more than two weeks of work lie on top: so nobody gets a block past us that miners have not built
// upon.
bool scripts_assumed_valid(const headers::Node& node, const headers::Tree& tree, const AssumedValid& assumed,
                           const primitives::Params& params);

}  // namespace keel::validation
