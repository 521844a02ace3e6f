// Counting signature operations as block limits do: by form, without execution.
#pragma once

#include <span>

#include "rules/primitives/coin.hpp"
#include "rules/primitives/tx_table.hpp"
#include "rules/script/flags.hpp"

namespace keel::script {

// BIP141: a legacy or BIP16 signature operation weighs as much as four in a witness.
inline constexpr std::int64_t kLegacySigopCost = 4;

// What a CHECKMULTISIG counts: always 20 (as block limits first had it), or the keys that the OP_1 to OP_16 before it
// announces (BIP16 and BIP141).
enum class MultisigCount : bool { always_most, announced };

// Counts up to where the script stops parsing.
std::int64_t count_sigops(ByteSpan script, MultisigCount multisig);

// In all scriptSigs and outputs of the transaction itself, in legacy units.
std::int64_t legacy_sigops(primitives::TxView tx);

// In the redeem script (BIP16), in legacy units; 0 unless the coin is P2SH and scriptSig only pushes.
std::int64_t p2sh_sigops(ByteSpan script_pubkey, ByteSpan script_sig);

// In the witness program, bare or in P2SH (BIP141 "Sigops"), in witness units.
std::int64_t witness_sigops(const primitives::InputView& input, ByteSpan script_pubkey);

// BIP141 cost of the whole transaction. `spent` has the coin of each input; a coinbase has legacy sigops only and needs
// none. Counts only what the flags p2sh and witness bring into force.
std::int64_t sigop_cost(primitives::TxView tx, std::span<const primitives::CoinView> spent, Flags flags);

}  // namespace keel::script
