#include "app/daemon/heap.hpp"

#include <malloc.h>

namespace keel::daemon {

void keep_heap_small() {
    constexpr int kLarge = 1 << 20;
    mallopt(M_MMAP_THRESHOLD, kLarge);
}

bool HeapTrimmer::look(std::uint64_t blocks, SteadyTime now) {
    if (blocks != blocks_) {
        blocks_ = blocks;
        last_work_ = now;
        trimmed_ = false;
    }
    if (trimmed_ || now - last_work_ < kQuiet) {
        return false;
    }
    trimmed_ = true;
    malloc_trim(0);
    return true;
}

}  // namespace keel::daemon
