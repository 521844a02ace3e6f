// Deadlines: the earliest of several, some of which may not be set.
#pragma once

#include <optional>

#include "base/time.hpp"

namespace keel::p2p {

using Deadline = std::optional<SteadyTime>;

inline Deadline earlier(Deadline a, Deadline b) {
    if (!a) return b;
    if (!b) return a;
    return std::min(*a, *b);
}

}  // namespace keel::p2p
