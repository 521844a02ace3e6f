// Whether a transaction is well-formed: rules that need nothing but the transaction.
#pragma once

#include "rules/consensus/rule.hpp"
#include "rules/primitives/tx.hpp"

namespace keel::consensus {

using primitives::Amount;
using primitives::TxView;

// Phases "tx", "tx-output" (for each output, with the sum so far) and "tx-inputs". O(inputs log inputs).
Verdict check_tx(TxView tx);

// Sum of the outputs of a transaction that passed check_tx().
Amount value_out(TxView tx);

}  // namespace keel::consensus
