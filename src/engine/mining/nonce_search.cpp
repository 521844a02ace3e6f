#include "engine/mining/nonce_search.hpp"

#include <limits>

#include "rules/consensus/pow.hpp"

namespace keel::mining {

NonceStep search_nonce(primitives::Header& header, const primitives::Params& params, std::uint64_t tries_max) {
    const auto target = consensus::valid_target(header.bits, params.pow.limit);
    NonceStep step;
    while (header.nonce != std::numeric_limits<std::uint32_t>::max()) {
        if (step.tries == tries_max) {
            return step;
        }
        if (target && U256::from_le(header.hash().bytes) <= *target) {
            step.outcome = NonceOutcome::found;
            return step;
        }
        ++header.nonce;
        ++step.tries;
    }
    step.outcome = NonceOutcome::exhausted;
    return step;
}

}  // namespace keel::mining
