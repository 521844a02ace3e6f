#include "engine/policy/fee_rate.hpp"

#include <gtest/gtest.h>

namespace keel::policy {
namespace {

TEST(FeeRate, FeesAreRoundedUpAndRatesDown) {
    const FeeRate rate = FeeRate::per_kvb(Amount(1000));
    EXPECT_EQ(rate.fee_for(0), Amount(0));
    EXPECT_EQ(rate.fee_for(1), Amount(1));
    EXPECT_EQ(rate.fee_for(999), Amount(999));
    EXPECT_EQ(FeeRate::per_kvb(Amount(123)).fee_for(8), Amount(1));
    EXPECT_EQ(FeeRate::per_kvb(Amount(123)).fee_for(9), Amount(2));
    EXPECT_EQ(FeeRate(Amount(1), 3).per_kvb(), Amount(333));
    EXPECT_EQ(FeeRate(Amount(-1), 3).per_kvb(), Amount(-334));
}

TEST(FeeRate, NegativeRatesTakeAtLeastASatoshi) {
    const FeeRate rate = FeeRate::per_kvb(Amount(-1000));
    EXPECT_EQ(rate.fee_for(1), Amount(-1));
    EXPECT_EQ(rate.fee_for(999), Amount(-999));
    EXPECT_EQ(FeeRate::per_kvb(Amount(-1)).fee_for(10), Amount(-1));
}

TEST(FeeRate, TheRateOfNothingIsZeroAndEqualsEverything) {
    EXPECT_EQ(FeeRate(Amount(5), 0).fee_for(1000), Amount(0));
    EXPECT_EQ(FeeRate(Amount(5), 0).per_kvb(), Amount(0));
    EXPECT_EQ(FeeRate(), FeeRate::per_kvb(Amount(9)));
}

TEST(FeeRate, ComparesFractionsExactly) {
    EXPECT_EQ(FeeRate(Amount(1), 2), FeeRate(Amount(2), 4));
    EXPECT_LT(FeeRate(Amount(1'000'000'000'000'000), 400'001), FeeRate(Amount(1'000'000'000'000'000), 400'000));
    EXPECT_LT(FeeRate(Amount(-1), 5), FeeRate(Amount(0), 5));
    EXPECT_LT(FeeRate(Amount(-2), 5), FeeRate(Amount(-1), 5));
    EXPECT_GT(FeeRate(Amount(1), 5), FeeRate(Amount(-1), 5));
}

TEST(FeeRate, ShowsBitcoinForAThousandBytes) {
    EXPECT_EQ(FeeRate::per_kvb(Amount(100)).text(), "0.00000100 BTC/kvB");
    EXPECT_EQ(FeeRate(Amount(150'000'000), 1000).text(), "1.50000000 BTC/kvB");
    EXPECT_EQ((FeeRate::per_kvb(Amount(100)) + FeeRate(Amount(1), 1)).per_kvb(), Amount(1100));
}

}  // namespace
}  // namespace keel::policy
