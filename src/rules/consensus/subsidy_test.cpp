#include "rules/consensus/subsidy.hpp"

#include <gtest/gtest.h>

namespace keel::consensus {
namespace {

using primitives::Amount;
using primitives::Height;

TEST(Subsidy, AllCoinsOfMainAre20999999Point9769Bitcoin) {
    std::int64_t sum = 0;
    for (std::int32_t height = 0; height < 14'000'000; height += 1'000) {
        const std::int64_t each = subsidy(Height(height), primitives::main_params()).satoshi();
        EXPECT_LE(each, 5'000'000'000);
        sum += each * 1'000;
    }
    EXPECT_EQ(sum, 2'099'999'997'690'000);
}

TEST(Subsidy, HalvesAtTheIntervalOfTheNetwork) {
    for (const primitives::Params* params : {&primitives::main_params(), &primitives::regtest_params()}) {
        std::int64_t expected = 5'000'000'000;
        for (std::int32_t era = 0; era < 64; ++era) {
            const std::int32_t first = era * params->halving_interval;
            EXPECT_EQ(subsidy(Height(first), *params), Amount(expected));
            EXPECT_EQ(subsidy(Height(first + params->halving_interval - 1), *params), Amount(expected));
            expected /= 2;
        }
        EXPECT_EQ(subsidy(Height(64 * params->halving_interval), *params), Amount(0));
        EXPECT_EQ(subsidy(Height(std::numeric_limits<std::int32_t>::max()), *params), Amount(0));
    }
}

}  // namespace
}  // namespace keel::consensus
