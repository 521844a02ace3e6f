#include "engine/headers/accept_header.hpp"

#include "engine/headers/history.hpp"
#include "rules/consensus/header_rules.hpp"

namespace keel::headers {

Result<AcceptedHeader, consensus::Reject> accept_header(Tree& tree, const primitives::Header& header,
                                                        const primitives::Params& params, UnixTime now) {
    const primitives::BlockHash hash = header.hash();
    if (const Node* known = tree.find(hash); known != nullptr) {
        KEEL_CHECK(consensus::check_header_place({.known_invalid = known->is_failed()}));
        return AcceptedHeader{known, false};
    }
    KEEL_CHECK(consensus::check_header(hash, header.bits, params));
    const Node* parent = tree.find(header.previous);
    const consensus::HeaderPlace place{.parent_known = parent != nullptr,
                                       .parent_invalid = parent != nullptr && parent->is_failed()};
    KEEL_CHECK(consensus::check_header_place(place));
    KEEL_CHECK(consensus::check_header_context(header, History(*parent), params, now));
    return AcceptedHeader{&tree.insert(header, *parent), true};
}

}  // namespace keel::headers
