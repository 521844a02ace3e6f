#include "engine/mempool/rolling_minimum.hpp"

#include <gtest/gtest.h>

namespace keel::mempool {
namespace {

using policy::FeeRate;
using primitives::Amount;

const FeeRate kStep = FeeRate::per_kvb(Amount(100));
constexpr UnixTime kStart = unix_time(1'700'000'000);
constexpr RollingMinimum::Fill kFull{100, 100};

TEST(RollingMinimum, StaysUntilABlockComes) {
    RollingMinimum minimum;
    EXPECT_EQ(minimum.rate(kStep).per_kvb(), Amount(0));
    minimum.evicted(FeeRate::per_kvb(Amount(10'000)));
    minimum.evicted(FeeRate::per_kvb(Amount(9'000)));
    minimum.advance(kStart + seconds(1'000'000), kFull, kStep);
    EXPECT_EQ(minimum.rate(kStep).per_kvb(), Amount(10'000));
}

TEST(RollingMinimum, HalvesEveryTwelveHoursAndFasterWhenThereIsRoom) {
    const auto after = [](seconds time, std::size_t usage) {
        RollingMinimum minimum;
        minimum.evicted(FeeRate::per_kvb(Amount(10'000)));
        minimum.block_connected(kStart);
        minimum.advance(kStart + time, {usage, 100}, kStep);
        return minimum.rate(kStep).per_kvb();
    };
    EXPECT_EQ(after(seconds(12 * 3600), 100), Amount(5000));
    EXPECT_EQ(after(seconds(24 * 3600), 100), Amount(2500));
    EXPECT_EQ(after(seconds(6 * 3600), 49), Amount(5000));
    EXPECT_EQ(after(seconds(3 * 3600), 24), Amount(5000));
    EXPECT_EQ(after(seconds(6 * 3600), 100), Amount(7071));
    EXPECT_EQ(after(seconds(10), 100), Amount(10'000)) << "not looked at more often";
}

TEST(RollingMinimum, EndsBelowHalfOfTheStep) {
    RollingMinimum minimum;
    minimum.evicted(FeeRate::per_kvb(Amount(180)));
    minimum.block_connected(kStart);
    minimum.advance(kStart + seconds(12 * 3600), kFull, kStep);
    EXPECT_EQ(minimum.rate(kStep).per_kvb(), Amount(100)) << "not less than the step";
    minimum.advance(kStart + seconds(30 * 3600), kFull, kStep);
    EXPECT_EQ(minimum.rate(kStep).per_kvb(), Amount(0));
}

}  // namespace
}  // namespace keel::mempool
