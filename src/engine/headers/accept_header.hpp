// The one way by which a header gets into the tree.
#pragma once

#include "base/time.hpp"
#include "engine/headers/tree.hpp"
#include "rules/consensus/rule.hpp"
#include "rules/primitives/params.hpp"

namespace keel::headers {

struct AcceptedHeader {
    const Node* node = nullptr;
    bool is_new = false;
};

// Checks a header on its own and on top of its parent, and inserts it. A header that is already there and not marked
// failed is accepted without further checks. `minimum_work` (zero: no limit) refuses headers whose chain claims less:
// the store of headers must not be filled with worthless ones. Called by p2p and by validation; the tree serializes
// inserts.
Result<AcceptedHeader, consensus::Reject> accept_header(Tree& tree, const primitives::Header& header,
                                                        const primitives::Params& params, UnixTime now,
                                                        const consensus::ChainWork& minimum_work = {});

}  // namespace keel::headers
