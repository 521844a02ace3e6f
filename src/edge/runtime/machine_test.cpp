#include <csignal>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "edge/runtime/clock.hpp"
#include "edge/runtime/entropy.hpp"
#include "edge/runtime/signals.hpp"

namespace keel::runtime {
namespace {

TEST(Clock, shows_the_calendar_of_the_machine_until_mocked) {
    Clock clock;
    const auto machine = std::chrono::floor<seconds>(std::chrono::system_clock::now());
    EXPECT_LE(clock.now().unix - machine, seconds(2));
    EXPECT_FALSE(clock.mock_time());
    clock.set_mock_time(unix_time(1'000'000));
    EXPECT_EQ(clock.now().unix, unix_time(1'000'000));
    EXPECT_EQ(clock.mock_time(), unix_time(1'000'000));
    clock.set_mock_time(std::nullopt);
    EXPECT_GE(clock.now().unix, machine);
}

TEST(Clock, steady_time_follows_the_mock_time_forward_and_never_goes_back) {
    Clock clock;
    clock.set_mock_time(unix_time(1000));
    const SteadyTime before = clock.now().steady;
    clock.set_mock_time(unix_time(1600));
    const SteadyTime after = clock.now().steady;
    EXPECT_GE(after - before, seconds(600));
    EXPECT_LT(after - before, seconds(660));
    clock.set_mock_time(unix_time(5));
    EXPECT_GE(clock.now().steady, after);
    EXPECT_LT(clock.now().steady - after, seconds(60));
}

TEST(Clock, deadlines_are_real_times) {
    Clock clock;
    clock.set_mock_time(unix_time(1));
    clock.set_mock_time(unix_time(100'000));
    const auto real = clock.deadline(clock.now().steady + seconds(5));
    const auto ahead = real - std::chrono::steady_clock::now();
    EXPECT_GT(ahead, seconds(4));
    EXPECT_LE(ahead, seconds(5));
}

TEST(Entropy, seeds_differ) {
    std::set<Rng::Seed> seeds;
    for (int i = 0; i < 100; ++i) {
        seeds.insert(random_seed());
    }
    EXPECT_EQ(seeds.size(), 100U);
}

TEST(Signals, arrive_as_values) {
    block_signals();
    EXPECT_FALSE(wait_for_signal(std::chrono::milliseconds(1)));
    std::thread([] { request_stop(); }).join();
    EXPECT_EQ(wait_for_signal(std::chrono::seconds(5)), Signal::stop);
    raise(SIGHUP);
    EXPECT_EQ(wait_for_signal(std::chrono::seconds(5)), Signal::reopen);
    EXPECT_FALSE(wait_for_signal(std::chrono::milliseconds(1)));
}

}  // namespace
}  // namespace keel::runtime
