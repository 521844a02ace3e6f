// Numbers modulo p = 2^256 - 2^32 - 977, the field over which secp256k1 is defined.
//
// Only for values that are public: the time that inverse(), sqrt() and comparisons take may depend on the number. What
// is secret goes through libsecp256k1. A multiplication costs about 20 nanoseconds, a square root or inverse about 6
// microseconds.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace keel::crypto {

class FieldElement {
public:
    static constexpr std::size_t kSize = 32;

    constexpr FieldElement() = default;
    constexpr explicit FieldElement(std::uint64_t value) : limbs_{value} {}

    // Big endian, exactly 32 bytes; numbers from p on are reduced.
    static FieldElement from_bytes(ByteSpan bytes);
    [[nodiscard]] std::array<std::byte, kSize> bytes() const;

    [[nodiscard]] bool is_zero() const { return *this == FieldElement(); }
    bool operator==(const FieldElement&) const = default;

    FieldElement operator+(const FieldElement& other) const;
    FieldElement operator-(const FieldElement& other) const { return *this + -other; }
    FieldElement operator*(const FieldElement& other) const;
    FieldElement operator-() const;
    [[nodiscard]] FieldElement square() const { return *this * *this; }
    // The inverse of zero is zero.
    [[nodiscard]] FieldElement inverse() const;
    // The root that is itself a square; nothing when there is none.
    [[nodiscard]] std::optional<FieldElement> sqrt() const;

private:
    using Limbs = std::array<std::uint64_t, 4>;

    constexpr explicit FieldElement(const Limbs& limbs) : limbs_(limbs) {}
    static FieldElement reduced(Limbs limbs, bool carry);
    // This number to the power of 2^count.
    [[nodiscard]] FieldElement squared(int count) const;
    // Powers that the exponents of inverse() and sqrt() are put together from: x^(2^n - 1).
    struct Powers;
    [[nodiscard]] Powers powers() const;

    Limbs limbs_{};  // least significant first, always below p
};

}  // namespace keel::crypto
