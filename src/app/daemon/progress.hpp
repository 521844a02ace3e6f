// The progress line of a sync or an import, and the breakdown of where the time went. Numbers in, text out.
#pragma once

#include <string>

#include "app/daemon/importer.hpp"
#include "app/daemon/validation_thread.hpp"
#include "engine/validation/stages.hpp"

namespace keel::daemon {

// Everything at one moment.
struct Snapshot {
    std::int64_t nanoseconds = 0;  // steady time
    std::int32_t height = 0;
    std::int32_t headers = 0;  // height of the best header
    std::uint64_t blocks = 0;  // connected since the start
    std::uint64_t inputs = 0;
    std::uint64_t outputs = 0;
    ThreadUse validation;
    ImportCounts import;
    bool importing = false;
    std::array<std::int64_t, validation::kStageCount> stages{};
};

// "Height 1,200 of 2,000; 312 blocks/s, 158,000 inputs/s; 3 s left; limited by scripts". `then` was taken earlier.
std::string progress_line(const Snapshot& then, const Snapshot& now);

// What kept the node from being faster between the two: "scripts", "flush", "peers", "files", "validation", ...
std::string_view bottleneck(const Snapshot& then, const Snapshot& now);

// Several lines: time and share of each stage, of the validation thread's states and of the import.
std::string breakdown(const Snapshot& then, const Snapshot& now);

}  // namespace keel::daemon
