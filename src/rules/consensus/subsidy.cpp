#include "rules/consensus/subsidy.hpp"

#include "base/assert.hpp"

namespace keel::consensus {

primitives::Amount subsidy(primitives::Height height, const primitives::Params& params) {
    KEEL_ASSERT(height.value() >= 0 && params.halving_interval > 0);
    constexpr std::int64_t kFirst = 50 * primitives::kSatoshiPerBitcoin;
    constexpr std::int32_t kBits = 64;  // shifting by more is undefined; long before that nothing is left
    const std::int32_t halvings = height.value() / params.halving_interval;
    return primitives::Amount(halvings >= kBits ? 0 : kFirst >> halvings);
}

}  // namespace keel::consensus
