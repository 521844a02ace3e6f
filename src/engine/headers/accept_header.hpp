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
// failed is accepted without further checks. Called by p2p, which first makes sure that the header's chain has enough
// work to be worth storing, and by validation and the API; the tree serializes inserts.
Result<AcceptedHeader, consensus::Reject> accept_header(Tree& tree, const primitives::Header& header,
                                                        const primitives::Params& params, UnixTime now);

}  // namespace keel::headers
