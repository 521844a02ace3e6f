#include "sim/scenario.hpp"

#include <cstdio>

#include <gtest/gtest.h>

namespace keel::sim {
namespace {

// Seeds of small worlds over all scenarios but the flood, which is long.
constexpr std::uint64_t kSeeds = 1'000;

class Seeds : public ::testing::TestWithParam<std::string_view> {
protected:
    static void TearDownTestSuite() {
        for (const std::string& name : probes_.never_hit()) {
            std::printf("No seed reached \"%s\".\n", name.c_str());
        }
    }
    static inline Probes probes_;
};

TEST_P(Seeds, hold_every_property) {
    const Scenario* scenario = find_scenario(GetParam());
    ASSERT_NE(scenario, nullptr);
    const bool is_long = GetParam() == "flood";
    const std::uint64_t seeds = is_long ? 2 : kSeeds / (all_scenarios().size() - 1);
    NullLogger logger;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const Outcome outcome = play(*scenario, seed, Size::small, logger);
        ASSERT_FALSE(outcome.failure) << *outcome.failure;
        probes_.add(outcome.probes);
    }
}

// Fifty nodes, fifteen hundred blocks, and so on, once each.
TEST_P(Seeds, hold_in_a_large_world) {
    NullLogger logger;
    const Outcome outcome = play(*find_scenario(GetParam()), 1, Size::large, logger);
    EXPECT_FALSE(outcome.failure) << *outcome.failure;
}

std::vector<std::string_view> scenario_names() {
    std::vector<std::string_view> out;
    for (const Scenario& scenario : all_scenarios()) {
        out.push_back(scenario.name);
    }
    return out;
}
INSTANTIATE_TEST_SUITE_P(Scenarios, Seeds, ::testing::ValuesIn(scenario_names()),
                         [](const auto& each) { return std::string(each.param); });

TEST(Replay, a_seed_gives_the_same_trace_and_another_seed_another) {
    NullLogger logger;
    const Scenario& chaos = *find_scenario("chaos");
    const Outcome first = play(chaos, 5, Size::small, logger);
    const Outcome again = play(chaos, 5, Size::small, logger);
    const Outcome other = play(chaos, 6, Size::small, logger);
    EXPECT_EQ(first.trace, again.trace);
    EXPECT_EQ(first.events, again.events);
    EXPECT_NE(first.trace, other.trace);
}

}  // namespace
}  // namespace keel::sim
