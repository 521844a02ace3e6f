// Randomness from the operating system.
#pragma once

#include "base/rng.hpp"

namespace keel::runtime {

// Fills with getrandom(2); a system that has none ends the program.
void random_bytes(MutableByteSpan out);
Rng::Seed random_seed();

}  // namespace keel::runtime
