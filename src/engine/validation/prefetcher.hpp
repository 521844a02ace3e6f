// Reads the coins of blocks that will be connected soon, on workers, so that connecting them does not wait for the
// disk.
//
// Bounds: kAhead blocks. Owned by the validation thread.
#pragma once

#include <deque>

#include "engine/validation/active_chain.hpp"

namespace keel::validation {

class Prefetcher {
public:
    static constexpr std::size_t kAhead = 8;

    explicit Prefetcher(const Ports& ports) : ports_(ports) {}

    // Starts reading for the blocks after coin_tip() on the branch of `target`, as far as they are in memory.
    void plan(ActiveChain& chain, const headers::Node& target, BlockStore& store);
    // The job for this block: nothing when none was planned.
    [[nodiscard]] const chain::PrefetchJob* find(const headers::Node& node) const;
    // True while the job for this block is still running.
    [[nodiscard]] bool running(const headers::Node& node) const;
    // Drops the jobs of this block and of all before it.
    void forget(const headers::Node& node);

private:
    struct Task {
        const headers::Node* node = nullptr;
        chain::PrefetchJob job;
        DoneFlag done;
    };

    Ports ports_;
    std::deque<std::shared_ptr<Task>> tasks_;  // in order of height
};

}  // namespace keel::validation
