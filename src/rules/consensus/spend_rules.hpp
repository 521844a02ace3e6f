// Whether a transaction may spend the coins that it names: rules that need the coins but run no script.
#pragma once

#include <span>

#include "rules/consensus/rule.hpp"
#include "rules/primitives/coin.hpp"
#include "rules/primitives/tx.hpp"

namespace keel::consensus {

using primitives::Amount;
using primitives::CoinView;
using primitives::Height;
using primitives::TxView;

// How "no such coin" is written where coins are passed one for each input: spent before, or never there.
inline constexpr CoinView kMissingCoin{Amount(), primitives::kNoHeight, false, {}};
inline bool is_missing(const CoinView& coin) { return coin.height == primitives::kNoHeight; }

// Phases "spend-coins", "spend-input" (for each input, with the sum so far) and "spend-values": the fee, or why not.
// One coin for each input. For a transaction that passed check_tx() and is no coinbase, in a block at `height`.
Result<Amount, Reject> check_spends(TxView tx, std::span<const CoinView> coins, Height height);

}  // namespace keel::consensus
