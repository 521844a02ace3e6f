// BIP141: how a coinbase commits to the witnesses of its block.
#pragma once

#include <optional>

#include "rules/primitives/block.hpp"

namespace keel::consensus {

// OP_RETURN, a push of 36 bytes, 4 bytes of header, then the commitment.
inline constexpr std::size_t kWitnessCommitmentSize = 38;
inline constexpr std::size_t kWitnessCommitmentOffset = 6;

// The last output of the coinbase that has the form of a commitment.
std::optional<std::size_t> witness_commitment_output(primitives::TxView coinbase);

// Double SHA-256 of the witness merkle root and the reserved value, which has 32 bytes.
RawHash witness_commitment(const RawHash& witness_root, ByteSpan reserved_value);
// The script of an output that commits to it.
Bytes witness_commitment_script(const RawHash& commitment);

}  // namespace keel::consensus
