// Virtual time: what happens next in a world, and when.
//
// Tasks run in order of their time; of equal times in the order in which they were added. Nothing else makes time pass.
#pragma once

#include <functional>
#include <queue>
#include <vector>

#include "base/time.hpp"

namespace keel::sim {

class Scheduler {
public:
    using Task = std::function<void()>;

    [[nodiscard]] SteadyTime now() const { return now_; }
    // Times that have passed already mean now.
    void at(SteadyTime time, Task task);
    void after(microseconds delay, Task task) { at(now_ + delay, std::move(task)); }
    // Runs everything due until then, and sets the clock to it.
    void run_until(SteadyTime end);
    [[nodiscard]] std::uint64_t tasks_run() const { return run_; }

private:
    struct Entry {
        SteadyTime time;
        std::uint64_t number;
        // Mutable: a priority queue gives away its top as const only.
        mutable Task task;
        bool operator<(const Entry& other) const {
            return time != other.time ? time > other.time : number > other.number;
        }
    };

    SteadyTime now_{seconds(1'000'000)};
    std::uint64_t added_ = 0;
    std::uint64_t run_ = 0;
    std::priority_queue<Entry> queue_;
};

}  // namespace keel::sim
