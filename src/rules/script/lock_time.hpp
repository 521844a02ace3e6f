// The comparisons of BIP65 and BIP112 between a script's operand and the transaction's own lock.
#pragma once

#include <cstdint>

namespace keel::script {

// Lock times below this are block heights, others seconds since 1970.
inline constexpr std::int64_t kLockTimeThreshold = 500'000'000;
// BIP65, BIP68: an input with this sequence switches the transaction's lock time off.
inline constexpr std::uint32_t kSequenceFinal = 0xFFFFFFFF;
// BIP68: meaning of sequence bits.
inline constexpr std::uint32_t kSequenceDisableFlag = 1U << 31U;
inline constexpr std::uint32_t kSequenceTypeFlag = 1U << 22U;  // units of 512 seconds instead of blocks
inline constexpr std::uint32_t kSequenceMask = 0x0000FFFF;

// BIP65: both are of one kind, the operand is not later than the transaction's lock time, and that is in force.
bool is_lock_time_reached(std::int64_t operand, std::uint32_t tx_lock_time, std::uint32_t input_sequence);

// BIP112: the operand demands nothing, or the input's relative lock is in force, of the same kind and not shorter.
bool is_sequence_reached(std::int64_t operand, std::uint32_t tx_version, std::uint32_t input_sequence);

}  // namespace keel::script
