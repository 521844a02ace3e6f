#include "base/rng.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace keel {
namespace {

TEST(Rng, ZeroSeedGivesTheChaCha20KeyStream) {
    // RFC 8439 A.1: test vectors 1 and 2 are blocks 0 and 1 of the all-zero key.
    Rng rng(0);
    Bytes out(128);
    rng.fill(out);
    EXPECT_EQ(
        to_hex(out),
        "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518"
        "a11cc387b669b2ee65869f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed29b721769ce64e43d57133b0"
        "74d839d531ed1f28510afb45ace10a1f4b794d6f");
}

TEST(Rng, SameSeedSameSequenceOtherSeedOther) {
    Rng a(7);
    Rng b(7);
    Rng c(8);
    for (int i = 0; i < 100; ++i) {
        const std::uint64_t drawn = a.next();
        EXPECT_EQ(drawn, b.next());
        EXPECT_NE(drawn, c.next());
    }
}

TEST(Rng, AForkIsIndependentOfWhatItsParentDrawsLater) {
    Rng a(9);
    Rng b(9);
    Rng fork_a = a.fork();
    Rng fork_b = b.fork();
    a.next();
    EXPECT_EQ(fork_a.next(), fork_b.next());
    EXPECT_NE(fork_a.next(), b.next());
}

TEST(Rng, BelowIsUniform) {
    Rng rng(1);
    constexpr std::uint64_t kBound = 7;
    constexpr int kDraws = 70'000;
    std::array<int, kBound> seen{};
    for (int i = 0; i < kDraws; ++i) {
        ++seen[static_cast<std::size_t>(rng.below(kBound))];
    }
    for (int count : seen) {
        EXPECT_NEAR(count, kDraws / 7, 500);  // more than five standard deviations
    }
}

TEST(Rng, BelowHasNoBiasWhereTheBoundNearlyFillsTheRange) {
    // A plain remainder would give the lower half twice as often.
    Rng rng(2);
    constexpr std::uint64_t kBound = (std::uint64_t{1} << 63U) + (std::uint64_t{1} << 62U);
    int low = 0;
    for (int i = 0; i < 30'000; ++i) {
        const std::uint64_t drawn = rng.below(kBound);
        ASSERT_LT(drawn, kBound);
        low += drawn < kBound / 3 ? 1 : 0;
    }
    EXPECT_NEAR(low, 10'000, 500);
}

TEST(Rng, BetweenIncludesBothEnds) {
    Rng rng(3);
    std::array<bool, 3> seen{};
    for (int i = 0; i < 200; ++i) {
        const std::uint64_t drawn = rng.between(5, 7);
        ASSERT_GE(drawn, 5U);
        ASSERT_LE(drawn, 7U);
        seen[static_cast<std::size_t>(drawn - 5)] = true;
    }
    EXPECT_EQ(seen, (std::array<bool, 3>{true, true, true}));
    EXPECT_EQ(rng.between(9, 9), 9U);
    rng.between(0, ~std::uint64_t{0});
}

TEST(Rng, ChanceOfAllAndNothing) {
    Rng rng(4);
    int hits = 0;
    for (int i = 0; i < 10'000; ++i) {
        EXPECT_TRUE(rng.chance(3, 3));
        EXPECT_FALSE(rng.chance(0, 3));
        hits += rng.chance(1, 4) ? 1 : 0;
    }
    EXPECT_NEAR(hits, 2'500, 250);
}

TEST(Rng, FillTakesAnyLength) {
    for (std::size_t size : {0U, 1U, 7U, 8U, 9U, 64U, 65U}) {
        Rng a(5);
        Rng b(5);
        Bytes got(size);
        Bytes longer(72);
        a.fill(got);
        b.fill(longer);
        EXPECT_TRUE(equal(got, ByteSpan(longer).first(size))) << size;
    }
}

TEST(Rng, ExponentialHasItsMeanAndItsBound) {
    Rng rng(6);
    constexpr microseconds kMean{1'000'000};
    constexpr int kDraws = 50'000;
    std::int64_t sum = 0;
    int above_mean = 0;
    for (int i = 0; i < kDraws; ++i) {
        const microseconds drawn = rng.exponential(kMean);
        ASSERT_GE(drawn.count(), 0);
        ASSERT_LE(drawn, 32 * kMean);
        sum += drawn.count();
        above_mean += drawn > kMean ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(sum) / kDraws, 1e6, 25'000);
    EXPECT_NEAR(above_mean, kDraws * 0.36788, 600);  // 1 / e of them
    EXPECT_EQ(rng.exponential(microseconds(0)).count(), 0);
}

TEST(Rng, ShuffleKeepsTheElementsAndReachesEveryPlace) {
    Rng rng(7);
    std::array<int, 4> first_place{};
    for (int i = 0; i < 4'000; ++i) {
        std::vector<int> items{0, 1, 2, 3};
        rng.shuffle(std::span<int>(items));
        ++first_place[static_cast<std::size_t>(items[0])];
        std::ranges::sort(items);
        ASSERT_EQ(items, (std::vector<int>{0, 1, 2, 3}));
    }
    for (int count : first_place) {
        EXPECT_NEAR(count, 1'000, 150);
    }
}

TEST(RngDeath, AnEmptyRangeIsAProgrammingError) { EXPECT_DEATH(Rng(1).below(0), "bound > 0"); }

}  // namespace
}  // namespace keel
