#include "crypto/field.hpp"

#include "base/assert.hpp"
#include "base/endian.hpp"
#include "base/wide.hpp"

namespace keel::crypto {
namespace {

// 2^256 - p.
constexpr std::uint64_t kComplement = 0x1000003D1;

// a += value; what is carried out of the top.
std::uint64_t add_to(std::array<std::uint64_t, 4>& a, Wide value) {
    for (std::uint64_t& limb : a) {
        value += limb;
        limb = static_cast<std::uint64_t>(value);
        value >>= 64U;
    }
    return static_cast<std::uint64_t>(value);
}

std::array<std::uint64_t, 8> product(const std::array<std::uint64_t, 4>& a, const std::array<std::uint64_t, 4>& b) {
    std::array<std::uint64_t, 8> out{};
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::uint64_t carry = 0;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const Wide sum = Wide{a[i]} * b[j] + out[i + j] + carry;
            out[i + j] = static_cast<std::uint64_t>(sum);
            carry = static_cast<std::uint64_t>(sum >> 64U);
        }
        out[i + b.size()] = carry;
    }
    return out;
}

}  // namespace

struct FieldElement::Powers {
    FieldElement x2;
    FieldElement x22;
    FieldElement x223;
};

// Of a number below 2p: 2^256 counts once when `carry` is set.
FieldElement FieldElement::reduced(Limbs limbs, bool carry) {
    Limbs less = limbs;
    const bool exceeds = add_to(less, kComplement) != 0;
    return FieldElement(carry || exceeds ? less : limbs);
}

FieldElement FieldElement::from_bytes(ByteSpan bytes) {
    KEEL_ASSERT(bytes.size() == kSize);
    Limbs limbs;
    for (std::size_t i = 0; i < limbs.size(); ++i) {
        limbs[i] = load_be<std::uint64_t>(bytes.data() + kSize - 8 * (i + 1));
    }
    return reduced(limbs, false);
}

std::array<std::byte, FieldElement::kSize> FieldElement::bytes() const {
    std::array<std::byte, kSize> out;
    for (std::size_t i = 0; i < limbs_.size(); ++i) {
        store_be(out.data() + kSize - 8 * (i + 1), limbs_[i]);
    }
    return out;
}

FieldElement FieldElement::operator+(const FieldElement& other) const {
    Limbs sum = limbs_;
    Wide carry = 0;
    for (std::size_t i = 0; i < sum.size(); ++i) {
        carry += Wide{sum[i]} + other.limbs_[i];
        sum[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64U;
    }
    return reduced(sum, carry != 0);
}

FieldElement FieldElement::operator-() const {
    if (is_zero()) return *this;
    // p - a = not a - (kComplement - 1), since not a = 2^256 - 1 - a.
    Limbs out;
    std::uint64_t borrow = kComplement - 1;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::uint64_t flipped = ~limbs_[i];
        out[i] = flipped - borrow;
        borrow = flipped < borrow ? 1 : 0;
    }
    return FieldElement(out);
}

FieldElement FieldElement::operator*(const FieldElement& other) const {
    const auto wide = product(limbs_, other.limbs_);
    // 2^256 is congruent to kComplement: fold the upper half, then what that carries.
    Limbs out;
    Wide carry = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        carry += Wide{wide[i + 4]} * kComplement + wide[i];
        out[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64U;
    }
    const bool overflow = add_to(out, carry * kComplement) != 0;
    return reduced(out, overflow);
}

FieldElement FieldElement::squared(int count) const {
    FieldElement out = *this;
    for (; count > 0; --count) {
        out = out.square();
    }
    return out;
}

FieldElement::Powers FieldElement::powers() const {
    const FieldElement& x = *this;
    const FieldElement x2 = x.square() * x;
    const FieldElement x3 = x2.square() * x;
    const FieldElement x6 = x3.squared(3) * x3;
    const FieldElement x9 = x6.squared(3) * x3;
    const FieldElement x11 = x9.squared(2) * x2;
    const FieldElement x22 = x11.squared(11) * x11;
    const FieldElement x44 = x22.squared(22) * x22;
    const FieldElement x88 = x44.squared(44) * x44;
    const FieldElement x176 = x88.squared(88) * x88;
    const FieldElement x220 = x176.squared(44) * x44;
    return {x2, x22, x220.squared(3) * x3};
}

FieldElement FieldElement::inverse() const {
    // Fermat: the power p - 2, whose bits are 223 ones, a zero, 22 ones, and 0000101101.
    const auto [x2, x22, x223] = powers();
    const FieldElement upper = (x223.squared(23) * x22).squared(5) * *this;
    return (upper.squared(3) * x2).squared(2) * *this;
}

std::optional<FieldElement> FieldElement::sqrt() const {
    // p is 3 modulo 4: the power (p + 1) / 4, whose bits are 223 ones, a zero, 22 ones, and 00001100.
    const auto [x2, x22, x223] = powers();
    const FieldElement root = ((x223.squared(23) * x22).squared(6) * x2).squared(2);
    if (root.square() != *this) return std::nullopt;
    return root;
}

}  // namespace keel::crypto
