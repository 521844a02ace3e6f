#include "rules/script/lock_time.hpp"

namespace keel::script {

bool is_lock_time_reached(std::int64_t operand, std::uint32_t tx_lock_time, std::uint32_t input_sequence) {
    const bool same_kind = (operand < kLockTimeThreshold) == (tx_lock_time < kLockTimeThreshold);
    return same_kind && operand <= tx_lock_time && input_sequence != kSequenceFinal;
}

bool is_sequence_reached(std::int64_t operand, std::uint32_t tx_version, std::uint32_t input_sequence) {
    if ((operand & kSequenceDisableFlag) != 0) {
        return true;
    }
    if (tx_version < 2 || (input_sequence & kSequenceDisableFlag) != 0) {
        return false;
    }
    constexpr std::uint32_t kMeaningful = kSequenceTypeFlag | kSequenceMask;
    const std::uint32_t wanted = static_cast<std::uint32_t>(operand) & kMeaningful;
    const std::uint32_t given = input_sequence & kMeaningful;
    return (wanted & kSequenceTypeFlag) == (given & kSequenceTypeFlag) && wanted <= given;
}

}  // namespace keel::script
