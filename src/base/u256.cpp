#include "base/u256.hpp"

#include "base/assert.hpp"
#include "base/endian.hpp"
#include "base/wide.hpp"

namespace keel {

U256 U256::from_le(ByteSpan bytes32) {
    KEEL_ASSERT(bytes32.size() == 32);
    U256 out;
    for (std::size_t i = 0; i < 4; ++i) {
        out.words_[i] = load_le<std::uint64_t>(bytes32.data() + 8 * i);
    }
    return out;
}

std::array<std::byte, 32> U256::to_le() const {
    std::array<std::byte, 32> out;
    for (std::size_t i = 0; i < 4; ++i) {
        store_le(out.data() + 8 * i, words_[i]);
    }
    return out;
}

unsigned U256::bit_width() const {
    for (std::size_t i = 4; i-- > 0;) {
        if (words_[i] != 0) {
            return static_cast<unsigned>(64 * i) + static_cast<unsigned>(std::bit_width(words_[i]));
        }
    }
    return 0;
}

std::strong_ordering operator<=>(const U256& a, const U256& b) {
    for (std::size_t i = 4; i-- > 0;) {
        if (a.words_[i] != b.words_[i]) {
            return a.words_[i] <=> b.words_[i];
        }
    }
    return std::strong_ordering::equal;
}

U256 operator+(const U256& a, const U256& b) {
    U256 out;
    Wide carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        carry += Wide{a.words_[i]} + b.words_[i];
        out.words_[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64U;
    }
    return out;
}

U256 operator~(const U256& a) {
    U256 out;
    for (std::size_t i = 0; i < 4; ++i) {
        out.words_[i] = ~a.words_[i];
    }
    return out;
}

U256 operator-(const U256& a, const U256& b) { return a + ~b + U256(1); }

U256 operator*(const U256& a, std::uint64_t b) {
    U256 out;
    Wide carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        carry += Wide{a.words_[i]} * b;
        out.words_[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64U;
    }
    return out;
}

U256 operator<<(const U256& a, unsigned bits) {
    U256 out;
    if (bits >= 256) {
        return out;
    }
    const std::size_t words = bits / 64;
    const unsigned rest = bits % 64;
    for (std::size_t i = 4; i-- > words;) {
        out.words_[i] = a.words_[i - words] << rest;
        if (rest != 0 && i > words) {
            out.words_[i] |= a.words_[i - words - 1] >> (64 - rest);
        }
    }
    return out;
}

U256 operator>>(const U256& a, unsigned bits) {
    U256 out;
    if (bits >= 256) {
        return out;
    }
    const std::size_t words = bits / 64;
    const unsigned rest = bits % 64;
    for (std::size_t i = 0; i + words < 4; ++i) {
        out.words_[i] = a.words_[i + words] >> rest;
        if (rest != 0 && i + words + 1 < 4) {
            out.words_[i] |= a.words_[i + words + 1] << (64 - rest);
        }
    }
    return out;
}

U256 operator/(const U256& a, const U256& b) {
    KEEL_ASSERT(!b.is_zero());
    U256 quotient;
    U256 rest = a;
    if (a.bit_width() < b.bit_width()) {
        return quotient;
    }
    for (unsigned shift = a.bit_width() - b.bit_width() + 1; shift-- > 0;) {
        const U256 part = b << shift;
        if (rest >= part) {
            rest = rest - part;
            quotient.words_[shift / 64] |= std::uint64_t{1} << (shift % 64);
        }
    }
    return quotient;
}

}  // namespace keel
