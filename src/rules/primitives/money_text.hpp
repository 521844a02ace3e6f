// Amounts as text for people, in bitcoin.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rules/primitives/amount.hpp"

namespace keel::primitives {

// At least two decimals and no zeros behind those: "0.10", "-1.00001".
std::string money_text(Amount amount);

// The inverse, for settings: digits with at most eight decimals, spaces around allowed. Nothing when it is not that, or
// not between zero and 21 million bitcoin.
std::optional<Amount> parse_money(std::string_view text);

}  // namespace keel::primitives
