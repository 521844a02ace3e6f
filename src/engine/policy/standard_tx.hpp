// Whether a transaction has a form that this node relays: rules that need nothing but the transaction.
#pragma once

#include <vector>

#include "engine/policy/limits.hpp"
#include "rules/consensus/rule.hpp"
#include "rules/primitives/tx.hpp"

namespace keel::policy {

using consensus::Reject;
using consensus::Verdict;
using primitives::TxView;

// Phases "standard-tx", "standard-input" (for each input), "standard-output" (for each output, with what is left for
// data), "standard-dust". Off with acceptnonstdtxn.
Verdict check_standard_tx(TxView tx, const Policy& policy);

// Phase "loose-tx": what holds on every network for a transaction outside a block: no coinbase.
Verdict check_loose_tx(TxView tx);
// Phase "loose-size": not of a size that could be an inner node of a merkle tree.
Verdict check_loose_size(TxView tx);

// The least value that an output with this script must have to be worth its own spending at this rate.
Amount dust_threshold(ByteSpan script, FeeRate dust);
// Positions of the outputs below that.
std::vector<std::uint32_t> dust_outputs(TxView tx, FeeRate dust);

// Phase "dust-fee": who creates dust pays nothing, so that nobody mines it without what spends the dust (ephemeral
// dust). `fee` as paid and as prioritised.
Verdict check_dust_fee(TxView tx, const Policy& policy, Amount fee, Amount modified_fee);

}  // namespace keel::policy
