#include "engine/fees/pool_estimator.hpp"

#include <gtest/gtest.h>

namespace keel::fees {
namespace {

primitives::BlockHash hash_of(std::uint64_t number) {
    primitives::BlockHash hash;
    store_le(hash.bytes.data(), number);
    return hash;
}

PoolEstimator after_blocks(std::uint64_t count, std::uint64_t known, std::uint64_t weight) {
    PoolEstimator estimator;
    for (std::uint64_t height = 1; height <= count; ++height) {
        estimator.connected({.height = height, .known_weight = known, .weight = weight}, hash_of(height));
    }
    return estimator;
}

}  // namespace

TEST(PoolEstimator, TrustsThePoolWhenRecentBlocksCameFromIt) {
    EXPECT_EQ(after_blocks(5, 1'000'000, 1'000'000).health(), PoolHealth::too_few_blocks);
    EXPECT_EQ(after_blocks(6, 750'000, 1'000'000).health(), PoolHealth::healthy);
    EXPECT_EQ(after_blocks(6, 749'999, 1'000'000).health(), PoolHealth::low_coverage);
    EXPECT_EQ(after_blocks(6, 0, 600'000).health(), PoolHealth::healthy);  // nothing competes for such blocks
    EXPECT_EQ(after_blocks(6, 0, 700'000).health(), PoolHealth::low_coverage);
}

TEST(PoolEstimator, AReorganisationReplacesBlocksAndAGapStartsAnew) {
    PoolEstimator estimator = after_blocks(8, 1, 2);
    ASSERT_EQ(estimator.window().size(), 6U);
    EXPECT_EQ(estimator.window().front().height, 3U);
    estimator.connected({.height = 7, .known_weight = 5, .weight = 6}, hash_of(77));
    ASSERT_EQ(estimator.window().size(), 5U);
    EXPECT_EQ(estimator.window().back(), (BlockCoverage{.height = 7, .known_weight = 5, .weight = 6}));
    estimator.connected({.height = 9, .known_weight = 5, .weight = 6}, hash_of(9));
    EXPECT_EQ(estimator.window().size(), 1U);
}

TEST(PoolEstimator, PercentilesAreTheChunksAtHalfAndThreeQuartersOfABlock) {
    std::vector<VirtualRate> chunks;
    for (std::int64_t i = 0; i < 8; ++i) {
        chunks.push_back({.fee = 100'000 * (i + 1), .virtual_size = 125'000});
    }
    const BlockPercentiles full = block_percentiles(chunks);
    EXPECT_EQ(full.half.fee, 500'000);
    EXPECT_EQ(full.three_quarters.fee, 300'000);
    EXPECT_EQ(full.half.per_kvb(), 4000);
    chunks.resize(5);
    EXPECT_EQ(block_percentiles(chunks).half.fee, 200'000);
    EXPECT_EQ(block_percentiles(chunks).three_quarters, VirtualRate{});
}

TEST(PoolEstimator, TheFileIsUsedAtItsOwnTipOnly) {
    const PoolEstimator before = after_blocks(9, 3, 4);
    const Bytes file = before.encode();
    const auto after = PoolEstimator::decode(file, 9, hash_of(9));
    ASSERT_TRUE(after);
    EXPECT_EQ(after->window(), before.window());
    EXPECT_EQ(after->encode(), file);
    EXPECT_FALSE(PoolEstimator::decode(file, 9, hash_of(8)));
    EXPECT_FALSE(PoolEstimator::decode(file, 8, hash_of(9)));
    EXPECT_FALSE(PoolEstimator::decode(ByteSpan(file).first(file.size() - 1), 9, hash_of(9)));
}

}  // namespace keel::fees
