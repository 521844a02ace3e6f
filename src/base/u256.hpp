// Unsigned 256-bit integers for proof-of-work targets and chain work. Arithmetic wraps modulo 2^256 like the built-in
// types.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>

#include "base/bytes.hpp"

namespace keel {

class U256 {
public:
    constexpr U256() = default;
    constexpr explicit U256(std::uint64_t low) : words_{low, 0, 0, 0} {}

    static U256 from_le(ByteSpan bytes32);
    [[nodiscard]] std::array<std::byte, 32> to_le() const;

    [[nodiscard]] constexpr std::uint64_t low64() const { return words_[0]; }
    // Number of bits needed: 0 for zero, 256 at most.
    [[nodiscard]] unsigned bit_width() const;
    [[nodiscard]] bool is_zero() const { return bit_width() == 0; }

    friend bool operator==(const U256&, const U256&) = default;
    friend std::strong_ordering operator<=>(const U256& a, const U256& b);

    friend U256 operator+(const U256& a, const U256& b);
    friend U256 operator-(const U256& a, const U256& b);
    friend U256 operator*(const U256& a, std::uint64_t b);
    // The divisor must not be zero.
    friend U256 operator/(const U256& a, const U256& b);
    friend U256 operator~(const U256& a);
    friend U256 operator<<(const U256& a, unsigned bits);
    friend U256 operator>>(const U256& a, unsigned bits);
    U256& operator+=(const U256& b) { return *this = *this + b; }

private:
    std::array<std::uint64_t, 4> words_{};  // least significant first
};

}  // namespace keel
