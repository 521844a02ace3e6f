// Seeded randomness: a ChaCha20 key stream (RFC 8439 block function, 64-bit counter, zero nonce).
//
// The same seed gives the same numbers on every compiler: no standard-library distribution is involved. Seeded from the
// operating system in the daemon and from the scenario's seed in the simulator. Not thread-safe: one owner each.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace keel {

class Rng {
public:
    using Seed = std::array<std::byte, 32>;

    explicit Rng(const Seed& seed);
    explicit Rng(std::uint64_t seed);

    std::uint64_t next();
    // Uniform in [0, bound); bound must not be zero.
    std::uint64_t below(std::uint64_t bound);
    // Uniform in [low, high]; low must not exceed high.
    std::uint64_t between(std::uint64_t low, std::uint64_t high);
    // True with probability numerator / denominator.
    bool chance(std::uint64_t numerator, std::uint64_t denominator);
    void fill(MutableByteSpan out);
    // Exponentially distributed with this mean, at most 32 times the mean. Integer arithmetic only.
    microseconds exponential(microseconds mean);
    // An independent generator, for a part that must not disturb this one's sequence.
    Rng fork();

    template <class T>
    void shuffle(std::span<T> items) {
        for (std::size_t i = items.size(); i > 1; --i) {
            std::swap(items[i - 1], items[static_cast<std::size_t>(below(i))]);
        }
    }

private:
    void refill();

    std::array<std::uint32_t, 8> key_{};
    std::uint64_t counter_ = 0;
    std::array<std::byte, 64> block_{};
    std::size_t used_ = 64;
};

}  // namespace keel
