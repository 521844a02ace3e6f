// Whether a header is valid: on its own, on top of its ancestors, and in the place where it would be stored.
#pragma once

#include "base/time.hpp"
#include "rules/consensus/history.hpp"
#include "rules/consensus/pow.hpp"
#include "rules/consensus/rule.hpp"

namespace keel::consensus {

using primitives::Header;

// Phase "header": proof of work as the header claims it (high-hash). `hash` is the header's own.
Verdict check_header(const BlockHash& hash, CompactTarget bits, const Params& params);

// Phase "header-context": difficulty, median time past, BIP94 time warp, clock, version; in this order. `past` ends
// with the parent. O(1) ancestors looked up, except as next_work_required() says.
Verdict check_header_context(const Header& header, const PastHeaders& past, const Params& params, UnixTime now);

// What a store of headers knows about where a new header would go.
struct HeaderPlace {
    bool known_invalid = false;  // this header was marked invalid before
    bool parent_known = true;
    bool parent_invalid = false;  // marked invalid, or descends from one that is
    bool enough_work = true;      // its chain has enough work to be stored (anti-DoS, local)
};
// Phase "header-place": duplicate-invalid, prev-blk-not-found, bad-prevblk, too-little-chainwork.
// Order of a header's way into a store: a header that is there already has only known_invalid to pass; a new one passes
// check_header(), this with what is known of the parent, check_header_context(), and this again with its chain's work.
Verdict check_header_place(const HeaderPlace& place);

}  // namespace keel::consensus
