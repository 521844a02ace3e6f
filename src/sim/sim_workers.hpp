// Workers without threads: jobs wait until the world runs one, any of them.
#pragma once

#include <vector>

#include "base/rng.hpp"
#include "engine/validation/workers.hpp"

namespace keel::sim {

class SimWorkers final : public validation::Workers {
public:
    explicit SimWorkers(Rng rng) : rng_(std::move(rng)) {}

    void submit(Job job) override { jobs_.push_back(std::move(job)); }
    // The engine helps itself: the oldest job.
    bool help() override { return run(0); }
    // A worker gets to it: any job, since they may end in any order.
    bool run_one() { return !jobs_.empty() && run(rng_.below(jobs_.size())); }
    [[nodiscard]] bool empty() const { return jobs_.empty(); }
    // Power loss.
    void clear() { jobs_.clear(); }

private:
    bool run(std::uint64_t index) {
        if (jobs_.empty()) return false;
        const auto at = jobs_.begin() + static_cast<std::ptrdiff_t>(index);
        const Job job = std::move(*at);
        jobs_.erase(at);
        job();
        return true;
    }

    Rng rng_;
    std::vector<Job> jobs_;
};

}  // namespace keel::sim
