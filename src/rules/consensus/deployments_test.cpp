#include "rules/consensus/deployments.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "testing/header_list.hpp"

namespace keel::consensus {
namespace {

using primitives::Header;
using testing::HeaderList;

BlockHash numbered_hash(std::uint64_t number) {
    BlockHash hash;
    store_le(hash.bytes.data(), number + 1);
    return hash;
}

// BIP9 by the book: walks from genesis, one period at a time, without a cache.
ThresholdState naive_state(const HeaderList& past, const Deployment& deployment) {
    if (deployment.start_time == Deployment::kAlwaysActive) {
        return ThresholdState::active;
    }
    if (deployment.start_time == Deployment::kNeverActive) {
        return ThresholdState::failed;
    }
    auto state = ThresholdState::defined;
    for (std::int32_t end = deployment.period - 1; end <= past.height().value(); end += deployment.period) {
        const std::int64_t median = past.median_time_past(Height(end));
        int count = 0;
        for (std::int32_t h = end - deployment.period + 1; h <= end; ++h) {
            const auto version = static_cast<std::uint32_t>(past.at(Height(h)).version);
            count += version >> 29U == 1 && (version >> static_cast<unsigned>(deployment.bit) & 1U) == 1 ? 1 : 0;
        }
        if (state == ThresholdState::defined && median >= deployment.start_time) {
            state = ThresholdState::started;
        } else if (state == ThresholdState::started && count >= deployment.threshold) {
            state = ThresholdState::locked_in;
        } else if (state == ThresholdState::started && median >= deployment.timeout) {
            state = ThresholdState::failed;
        } else if (state == ThresholdState::locked_in && end + 1 >= deployment.min_activation_height.value()) {
            state = ThresholdState::active;
        }
    }
    return state;
}

Deployment random_deployment(Rng& rng) {
    Deployment deployment{.name = "d", .bit = static_cast<int>(rng.below(29))};
    deployment.period = static_cast<int>(rng.between(2, 30));
    deployment.threshold = static_cast<int>(rng.between(1, static_cast<std::uint64_t>(deployment.period)));
    deployment.start_time = static_cast<std::int64_t>(rng.below(3'000));
    deployment.timeout = deployment.start_time + static_cast<std::int64_t>(rng.below(3'000));
    deployment.min_activation_height = Height(static_cast<std::int32_t>(rng.below(300)));
    if (rng.chance(1, 10)) {
        deployment.start_time = rng.chance(1, 2) ? Deployment::kAlwaysActive : Deployment::kNeverActive;
    }
    return deployment;
}

Header random_header(Rng& rng, std::uint32_t time, const Deployment& deployment, std::uint64_t percent) {
    Header header;
    header.time = time;
    header.version = rng.chance(percent, 100)
                         ? static_cast<std::int32_t>(0x20000000U | (1U << static_cast<unsigned>(deployment.bit)))
                         : static_cast<std::int32_t>(rng.below(4));
    return header;
}

// A chain under one deployment, with the state of the naive simulation for each next block.
struct Chain {
    Deployment deployment;
    std::uint64_t percent = 0;  // of headers that signal
    HeaderList past;
    std::vector<ThresholdState> states;  // states[h] is the state for the block at height h

    void extend(Rng& rng, std::uint64_t number) {
        const std::uint32_t time = past.height() < Height(0) ? 0 : past.last().time;
        past.push(random_header(rng, time + static_cast<std::uint32_t>(rng.below(30)), deployment, percent),
                  numbered_hash(number));
        states.push_back(naive_state(past, deployment));
    }
    void cut(std::uint64_t count) {
        for (; count > 0 && past.height() >= Height(0); --count) {
            past.pop();
            states.pop_back();
        }
    }
    [[nodiscard]] Height since() const {
        std::size_t first = states.size() - 1;
        while (first > 0 && states[first - 1] == states.back()) {
            --first;
        }
        return Height(static_cast<std::int32_t>(first));
    }
};

TEST(VersionBits, StatesEqualASimulationOnRandomChainsWithReorgs) {
    Rng rng(1);
    std::array<int, 5> seen{};
    std::uint64_t made = 0;
    for (int round = 0; round < 200; ++round) {
        Chain chain{
            .deployment = random_deployment(rng), .percent = rng.below(101), .past = HeaderList(), .states = {}};
        chain.states.push_back(naive_state(chain.past, chain.deployment));
        ThresholdCache cache;
        EXPECT_EQ(state_after(chain.past, chain.deployment, cache), chain.states.back());
        for (int step = 0; step < 400; ++step) {
            if (rng.chance(1, 60)) {
                chain.cut(rng.below(60));
            }
            chain.extend(rng, made++);
            ASSERT_EQ(state_after(chain.past, chain.deployment, cache), chain.states.back()) << round << " " << step;
            ASSERT_EQ(state_since(chain.past, chain.deployment, cache), chain.since()) << round << " " << step;
            ++seen[static_cast<std::size_t>(chain.states.back())];
        }
    }
    for (const int count : seen) {
        EXPECT_GT(count, 100);
    }
}

TEST(VersionBits, SignalsAreCountedInThePeriodOfTheLastHeader) {
    Deployment deployment{.name = "d", .bit = 3, .start_time = 0, .timeout = 1, .period = 10, .threshold = 6};
    HeaderList past;
    EXPECT_EQ(count_signals(past, deployment).elapsed, 0);
    for (int i = 0; i < 15; ++i) {
        Header header;
        header.version = i % 2 == 0 ? 0x20000008 : 0x40000008;
        past.push(header, numbered_hash(static_cast<std::uint64_t>(i)));
    }
    const SignalCount count = count_signals(past, deployment);
    EXPECT_EQ(count.elapsed, 5);
    EXPECT_EQ(count.count, 3);
    EXPECT_TRUE(count.possible);
    deployment.threshold = 9;
    EXPECT_FALSE(count_signals(past, deployment).possible);
}

primitives::Params small_network() {
    primitives::Params params = primitives::regtest_params();
    params.deployments = {{.name = "one", .bit = 1, .start_time = 0, .period = 144, .threshold = 108},
                          {.name = "two", .bit = 2, .start_time = 1'000'000, .period = 144, .threshold = 108}};
    return params;
}

void extend(HeaderList& past, int count, std::int32_t version, std::uint32_t time) {
    for (int i = 0; i < count; ++i) {
        Header header;
        header.version = version;
        header.time = time;
        past.push(header, numbered_hash(static_cast<std::uint64_t>(past.height().value() + 1)));
    }
}

TEST(VersionBits, MinersSignalWhatHasStartedOrIsLockedIn) {
    const primitives::Params params = small_network();
    VersionBits bits(params);
    HeaderList past;
    EXPECT_EQ(bits.version_to_mine(past), 0x20000000);
    extend(past, 144, 4, 100);
    EXPECT_EQ(bits.version_to_mine(past), 0x20000002);
    extend(past, 144, 0x20000002, 100);
    EXPECT_EQ(bits.state(past, 0), ThresholdState::locked_in);
    EXPECT_EQ(bits.version_to_mine(past), 0x20000002);
    extend(past, 144, 4, 100);
    EXPECT_EQ(bits.state(past, 0), ThresholdState::active);
    EXPECT_EQ(bits.since(past, 0), Height(432));
    EXPECT_EQ(bits.version_to_mine(past), 0x20000000);
    extend(past, 144, 4, 2'000'000);
    EXPECT_EQ(bits.version_to_mine(past), 0x20000004);
}

TEST(VersionBits, BitsThatNobodyHereAsksForAreReported) {
    primitives::Params params = small_network();
    HeaderList past;
    extend(past, 144, 0x20000002, 100);
    extend(past, 144, 0x20000022, 100);
    {
        // Bit 1 is that of a deployment under way; bit 5 is unknown and was set through one period.
        VersionBits bits(params);
        const auto unknown = bits.unknown_rules(past);
        ASSERT_EQ(unknown.size(), 1U);
        EXPECT_EQ(unknown[0].bit, 5);
        EXPECT_FALSE(unknown[0].active);
    }
    extend(past, 144, 0x20000002, 100);
    {
        VersionBits bits(params);
        const auto unknown = bits.unknown_rules(past);
        ASSERT_EQ(unknown.size(), 1U);
        EXPECT_TRUE(unknown[0].active);
    }
    params.version_warning_from = Height(200);
    VersionBits bits(params);
    EXPECT_TRUE(bits.unknown_rules(past).empty());
}

}  // namespace
}  // namespace keel::consensus
