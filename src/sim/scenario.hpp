// The scenarios: scripts for worlds, each with properties that must hold whatever the seed.
#pragma once

#include "sim/world.hpp"

namespace keel::sim {

// small: a few nodes, for thousands of seeds; large: as many as a laptop can bear.
enum class Size : std::uint8_t { small, large };

struct Scenario {
    std::string_view name;
    std::string_view story;  // one sentence: what happens and what must hold
    bool faults;             // buggify sites may wake
    void (*play)(World& world, Size size);
};
std::span<const Scenario> all_scenarios();
const Scenario* find_scenario(std::string_view name);

struct Outcome {
    std::optional<std::string> failure;  // ends with the seed and how to run it again
    RawHash trace;                       // over everything that happened
    std::uint64_t events = 0;
    std::size_t blocks = 0;  // mined
    microseconds virtual_time{0};
    Probes probes;
};
Outcome play(const Scenario& scenario, std::uint64_t seed, Size size, Logger& logger);

}  // namespace keel::sim
