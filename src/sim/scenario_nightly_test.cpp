#include <gtest/gtest.h>

#include "sim/scenario.hpp"

namespace keel::sim {
namespace {

constexpr std::uint64_t kLargeSeeds = 50;
constexpr std::uint64_t kSmallSeeds = 3'000;  // beyond those of every day

class Nightly : public ::testing::TestWithParam<std::string_view> {};

TEST_P(Nightly, large_worlds_hold_every_property) {
    NullLogger logger;
    for (std::uint64_t seed = 0; seed < kLargeSeeds; ++seed) {
        const Outcome outcome = play(*find_scenario(GetParam()), seed, Size::large, logger);
        ASSERT_FALSE(outcome.failure) << *outcome.failure;
    }
}

TEST_P(Nightly, many_small_worlds_hold_every_property) {
    const std::uint64_t seeds = GetParam() == "flood" ? 20 : kSmallSeeds;
    NullLogger logger;
    for (std::uint64_t seed = 10'000; seed < 10'000 + seeds; ++seed) {
        const Outcome outcome = play(*find_scenario(GetParam()), seed, Size::small, logger);
        ASSERT_FALSE(outcome.failure) << *outcome.failure;
    }
}

std::vector<std::string_view> scenario_names() {
    std::vector<std::string_view> out;
    for (const Scenario& scenario : all_scenarios()) {
        out.push_back(scenario.name);
    }
    return out;
}
INSTANTIATE_TEST_SUITE_P(Scenarios, Nightly, ::testing::ValuesIn(scenario_names()),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace keel::sim
