#include "sim/scheduler.hpp"

namespace keel::sim {

void Scheduler::at(SteadyTime time, Task task) { queue_.push(Entry{std::max(time, now_), added_++, std::move(task)}); }

void Scheduler::run_until(SteadyTime end) {
    while (!queue_.empty() && queue_.top().time <= end) {
        now_ = queue_.top().time;
        const Task task = std::move(queue_.top().task);
        queue_.pop();
        ++run_;
        task();
    }
    now_ = std::max(now_, end);
}

}  // namespace keel::sim
