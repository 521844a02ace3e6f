// The two kinds of time. Pure code receives both as arguments and reads neither from a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace keel {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Calendar time in whole seconds since 1970, as block headers and peers speak of it. May jump (setmocktime).
using UnixTime = std::chrono::sys_seconds;

constexpr UnixTime unix_time(std::int64_t seconds_since_1970) { return UnixTime(seconds(seconds_since_1970)); }
constexpr std::int64_t to_seconds(UnixTime t) { return t.time_since_epoch().count(); }

// Time that only moves forward, for timeouts and rates. Its zero means nothing.
struct SteadyClockTag {
    using rep = std::int64_t;
    using period = std::micro;
    using duration = microseconds;
    using time_point = std::chrono::time_point<SteadyClockTag, microseconds>;
    static constexpr bool is_steady = true;
};
using SteadyTime = SteadyClockTag::time_point;

// What every engine call receives.
struct Now {
    SteadyTime steady;
    UnixTime unix;
};

}  // namespace keel
