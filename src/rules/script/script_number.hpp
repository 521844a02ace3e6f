// Numbers on the script stack: little-endian magnitude with the sign in the highest bit.
//
// Operands are at most four bytes (five for the two lock-time operations), so results of one operation fit in 64 bits
// and may exceed four bytes; they are then valid as bytes but not as the next operand.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace keel::script {

inline constexpr std::size_t kNumberSizeMax = 4;
inline constexpr std::size_t kLockTimeSizeMax = 5;

enum class Minimal : bool { no, required };

// Nothing when longer than `size_max` (at most 8), or not in the shortest form although that is required.
std::optional<std::int64_t> decode_number(ByteSpan bytes, Minimal minimal, std::size_t size_max = kNumberSizeMax);

// The shortest form; empty for zero.
class EncodedNumber {
public:
    explicit EncodedNumber(std::int64_t value);
    [[nodiscard]] ByteSpan span() const { return ByteSpan(bytes_).first(size_); }

private:
    std::array<std::byte, 9> bytes_{};
    std::size_t size_ = 0;
};

// False for any form of zero, negative zero included.
bool cast_to_bool(ByteSpan bytes);

}  // namespace keel::script
