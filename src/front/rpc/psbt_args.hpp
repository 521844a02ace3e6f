// PSBTs as arguments of calls.
#pragma once

#include "front/rpc/error.hpp"
#include "rules/psbt/psbt.hpp"

namespace keel::rpc {

// From base64.
[[nodiscard]] Outcome<psbt::Psbt> psbt_of(std::string_view text);

// Inputs less outputs; nothing when not all are known or sums are no amounts.
[[nodiscard]] std::optional<primitives::Amount> psbt_fee(const psbt::Psbt& psbt);

}  // namespace keel::rpc
