// Keeps the process's memory near what it uses: glibc's heap holds on to what initial sync has freed.
//
// Owned by the main thread; trimming locks the heap for milliseconds, so it waits until no blocks come.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace keel::daemon {

// At the start of the process: large blocks of memory go back to the system when they are freed. Without this the
// threshold grows with each such block (mallopt(3)).
void keep_heap_small();

class HeapTrimmer {
public:
    // Long enough for validation to have emptied its cache (validation::Options::rest_after) and for a wake-up of its
    // thread.
    static constexpr seconds kQuiet{30};

    // `blocks`: a number that changes with each block. True when free memory was given back to the system: once after
    // each time of work.
    bool look(std::uint64_t blocks, SteadyTime now);

private:
    std::uint64_t blocks_ = 0;
    SteadyTime last_work_{};
    bool trimmed_ = true;
};

}  // namespace keel::daemon
