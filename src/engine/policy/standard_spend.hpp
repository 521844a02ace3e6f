// Whether a transaction spends in a way that this node relays: rules that need the coins but run no signature check.
#pragma once

#include <span>

#include "engine/policy/standard_tx.hpp"
#include "rules/primitives/coin.hpp"

namespace keel::policy {

using primitives::CoinView;

// In each of these: one coin for each input, in order; the transaction passed check_standard_tx().

// Phases "standard-spend-sigops" and "standard-spend" (for each input).
Verdict check_standard_spend(TxView tx, std::span<const CoinView> coins);
// Phase "standard-witness", for each input that has one.
Verdict check_standard_witness(TxView tx, std::span<const CoinView> coins);
// Phase "standard-sigop-cost". On every network.
Verdict check_sigop_cost(std::int64_t cost);

// Whether an input spends a witness program (bare or in P2SH) that wants a witness: if there is none, it may have been
// taken away on the way here.
bool wants_witness(TxView tx, std::span<const CoinView> coins);

}  // namespace keel::policy
