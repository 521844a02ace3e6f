// The search for a nonce, in steps that a thread can afford.
#pragma once

#include "rules/primitives/params.hpp"

namespace keel::mining {

enum class NonceOutcome : std::uint8_t {
    found,      // the header meets its target
    paused,     // the step is over; call again with the same header
    exhausted,  // no nonce is left: change the time or the coinbase
};

struct NonceStep {
    NonceOutcome outcome = NonceOutcome::paused;
    std::uint64_t tries = 0;  // nonces that failed in this step
};

// Counts header.nonce upward from where it stands, at most `tries_max` times. The last nonce, 2^32 - 1, is never used.
NonceStep search_nonce(primitives::Header& header, const primitives::Params& params, std::uint64_t tries_max);

}  // namespace keel::mining
