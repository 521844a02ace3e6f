#include "base/u256.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "base/wide.hpp"

namespace keel {
namespace {

U256 from_wide(Wide value) {
    return (U256(static_cast<std::uint64_t>(value >> 64U)) << 64) + U256(static_cast<std::uint64_t>(value));
}

// Random numbers of random widths, so that short and long ones both occur.
U256 random(Rng& rng) {
    std::array<std::byte, 32> bytes;
    rng.fill(bytes);
    return U256::from_le(bytes) >> static_cast<unsigned>(rng.below(257));
}

Wide random_wide(Rng& rng) { return ((Wide{rng.next()} << 64U) | rng.next()) >> static_cast<unsigned>(rng.below(128)); }

const U256 kAllOnes = ~U256();

TEST(U256, AgreesWithBuiltInNumbersUpTo128Bits) {
    Rng rng(1);
    for (int i = 0; i < 2000; ++i) {
        const Wide a = random_wide(rng) >> 1U;
        const Wide b = random_wide(rng) >> 1U;
        const U256 x = from_wide(a);
        const U256 y = from_wide(b);
        EXPECT_EQ(x + y, from_wide(a + b));
        EXPECT_EQ(x <=> y, a <=> b);
        if (a >= b) {
            EXPECT_EQ(x - y, from_wide(a - b));
        }
        if (b != 0) {
            EXPECT_EQ(x / y, from_wide(a / b));
        }
        const auto shift = static_cast<unsigned>(rng.below(128));
        EXPECT_EQ(x >> shift, from_wide(a >> shift));
        const auto factor = static_cast<std::uint32_t>(rng.next());
        EXPECT_EQ(from_wide(a >> 32U) * factor, from_wide((a >> 32U) * factor));
    }
}

TEST(U256, DivisionGivesTheLargestQuotientThatFits) {
    Rng rng(2);
    for (int i = 0; i < 500; ++i) {
        const U256 a = random(rng);
        const U256 b = U256(rng.next() | 1U);
        const U256 quotient = a / b;
        const U256 rest = a - quotient * b.low64();
        EXPECT_LT(rest, b);
        EXPECT_LE(quotient, a);
    }
}

TEST(U256, AdditionAndSubtractionWrapAndUndoEachOther) {
    Rng rng(3);
    EXPECT_EQ(kAllOnes + U256(1), U256());
    EXPECT_EQ(U256() - U256(1), kAllOnes);
    for (int i = 0; i < 500; ++i) {
        const U256 a = random(rng);
        const U256 b = random(rng);
        EXPECT_EQ(a + b - b, a);
        EXPECT_EQ(a + b, b + a);
        EXPECT_EQ(~a + a, kAllOnes);
        U256 sum = a;
        sum += b;
        EXPECT_EQ(sum, a + b);
    }
}

TEST(U256, MultiplicationIsRepeatedAddition) {
    Rng rng(4);
    for (int i = 0; i < 200; ++i) {
        const U256 a = random(rng);
        const std::uint64_t b = rng.next();
        EXPECT_EQ(a * b + a, a * (b + 1));
        EXPECT_EQ(a * (std::uint64_t{1} << 17U), a << 17);
    }
}

TEST(U256, ShiftsMoveAcrossWordsAndEmptyAtFullWidth) {
    for (unsigned shift = 0; shift < 256; ++shift) {
        EXPECT_EQ((U256(1) << shift).bit_width(), shift + 1);
        EXPECT_EQ((U256(1) << shift) >> shift, U256(1));
        EXPECT_EQ((kAllOnes >> shift).bit_width(), 256 - shift);
    }
    EXPECT_TRUE((kAllOnes << 256).is_zero());
    EXPECT_TRUE((kAllOnes >> 300).is_zero());
}

TEST(U256, BytesAreLittleEndian) {
    std::array<std::byte, 32> bytes{};
    bytes[0] = std::byte{0x34};
    bytes[1] = std::byte{0x12};
    EXPECT_EQ(U256::from_le(bytes), U256(0x1234));
    bytes[31] = std::byte{0x80};
    EXPECT_EQ(U256::from_le(bytes).bit_width(), 256U);
    EXPECT_EQ(U256::from_le(bytes).to_le(), bytes);
}

TEST(U256, OrderLooksAtTheHighWordFirst) {
    EXPECT_LT(U256(~std::uint64_t{0}), U256(1) << 64);
    EXPECT_GT(U256(1) << 192, (U256(1) << 192) - U256(1));
}

TEST(U256Death, DivisionByZeroIsAProgrammingError) { EXPECT_DEATH((void)(U256(1) / U256()), "is_zero"); }

}  // namespace
}  // namespace keel
