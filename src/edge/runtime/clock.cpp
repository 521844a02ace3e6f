#include "edge/runtime/clock.hpp"

namespace keel::runtime {
namespace {

UnixTime machine_calendar() { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }

}  // namespace

Now Clock::now() const {
    const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
    const auto steady = std::chrono::duration_cast<microseconds>(since_boot) + microseconds(jumped_micros_.load());
    return {SteadyTime(steady), mock_time().value_or(machine_calendar())};
}

void Clock::set_mock_time(std::optional<UnixTime> time) {
    if (!time) {
        mock_seconds_ = kNotMocked;
        return;
    }
    const std::int64_t before = mock_seconds_.exchange(to_seconds(*time));
    if (before != kNotMocked && to_seconds(*time) > before) {
        jumped_micros_ += microseconds(seconds(to_seconds(*time) - before)).count();
    }
}

std::optional<UnixTime> Clock::mock_time() const {
    const std::int64_t mocked = mock_seconds_;
    return mocked == kNotMocked ? std::nullopt : std::optional(unix_time(mocked));
}

std::chrono::steady_clock::time_point Clock::deadline(SteadyTime time) const {
    return std::chrono::steady_clock::time_point(time.time_since_epoch() - microseconds(jumped_micros_.load()));
}

}  // namespace keel::runtime
