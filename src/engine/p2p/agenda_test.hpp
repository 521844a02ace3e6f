// Virtual time: jobs run in order of their times, those of one time in the order they were added.
#pragma once

#include <functional>
#include <queue>
#include <tuple>

#include "base/time.hpp"

namespace keel::p2p {

class Agenda {
public:
    [[nodiscard]] SteadyTime now() const { return now_; }
    void at(SteadyTime time, std::function<void()> run) { queue_.push({time, ++added_, std::move(run)}); }
    void run(microseconds span) {
        const SteadyTime end = now_ + span;
        while (!queue_.empty() && queue_.top().time <= end) {
            const Job job = queue_.top();
            queue_.pop();
            now_ = std::max(now_, job.time);
            job.run();
        }
        now_ = end;
    }

private:
    struct Job {
        SteadyTime time;
        std::uint64_t number;
        std::function<void()> run;
        bool operator<(const Job& other) const { return std::tie(other.time, other.number) < std::tie(time, number); }
    };

    std::priority_queue<Job> queue_;
    std::uint64_t added_ = 0;
    SteadyTime now_{};
};

}  // namespace keel::p2p
