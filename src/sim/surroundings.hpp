// What every inhabitant of a world is given.
#pragma once

#include "rules/primitives/params.hpp"
#include "sim/links.hpp"
#include "sim/trace.hpp"

namespace keel::sim {

struct Surroundings {
    const primitives::Params& params;
    Scheduler& scheduler;
    Links& links;
    Trace& trace;
    Buggify& buggify;
    Probes& probes;
    Logger& logger;
    // A safety property does not hold: the world has failed. The first sentence stays.
    std::function<void(std::string)> fail;
};

}  // namespace keel::sim
