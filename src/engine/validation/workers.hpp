// Workers: the port through which validation hands out pure jobs: script checks, coin prefetch, hashing.
//
// A job reads immutable inputs and writes one result that only its submitter looks at, after the job said it is done.
// So jobs may run on any thread, in any order, or all of them on the submitting thread, and the outcome is the same.
#pragma once

#include <atomic>
#include <deque>
#include <functional>

namespace keel::validation {

class Workers {
public:
    using Job = std::function<void()>;

    virtual ~Workers() = default;
    // Queues a job; jobs start in the order they were queued. Never blocks.
    virtual void submit(Job job) = 0;
    // Runs one queued job on the calling thread; false when none was waiting.
    virtual bool help() = 0;
};

// How a job tells its submitter that its result is there. Set once, last of all.
class DoneFlag {
public:
    void set() { done_.store(true, std::memory_order_release); }
    // What the job wrote before set() is visible once this says true.
    [[nodiscard]] bool is_set() const { return done_.load(std::memory_order_acquire); }

private:
    std::atomic<bool> done_{false};
};

// No threads at all: jobs wait until help() is called. For the simulator, tests and -par=1.
class InlineWorkers final : public Workers {
public:
    void submit(Job job) override { jobs_.push_back(std::move(job)); }
    bool help() override {
        if (jobs_.empty()) {
            return false;
        }
        const Job job = std::move(jobs_.front());
        jobs_.pop_front();
        job();
        return true;
    }

private:
    std::deque<Job> jobs_;
};

}  // namespace keel::validation
