#include "edge/runtime/entropy.hpp"

#include <cerrno>
#include <sys/random.h>

#include "base/assert.hpp"

namespace keel::runtime {

void random_bytes(MutableByteSpan out) {
    while (!out.empty()) {
        const ssize_t n = getrandom(out.data(), out.size(), 0);
        const bool interrupted = n < 0 && errno == EINTR;
        KEEL_ASSERT(n > 0 || interrupted);
        if (n > 0) out = out.subspan(static_cast<std::size_t>(n));
    }
}

Rng::Seed random_seed() {
    Rng::Seed seed;
    random_bytes(seed);
    return seed;
}

}  // namespace keel::runtime
