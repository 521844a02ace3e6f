// The two clocks of the machine as the Now that engines receive, with a calendar that tests and RPC may set.
//
// While a mock time is set (setmocktime), calendar time stands still at it. Steady time goes on, and each step of the
// mock time forward moves it forward as much: timeouts measured in steady time fall due as a user who moves the clock
// expects. It never goes back. Any thread may call everything.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "base/time.hpp"

namespace keel::runtime {

class Clock {
public:
    [[nodiscard]] Now now() const;
    // Nothing: back to the machine's calendar. Whoever waits for a SteadyTime has to be woken afterwards.
    void set_mock_time(std::optional<UnixTime> time);
    [[nodiscard]] std::optional<UnixTime> mock_time() const;
    // For waiting: when this steady time will come, as long as no mock time is set meanwhile.
    [[nodiscard]] std::chrono::steady_clock::time_point deadline(SteadyTime time) const;

private:
    static constexpr std::int64_t kNotMocked = -1;

    std::atomic<std::int64_t> mock_seconds_{kNotMocked};
    std::atomic<std::int64_t> jumped_micros_{0};
};

}  // namespace keel::runtime
