// A fixed number of threads for pure jobs: script checks, coin lookups, hashing.
//
// Two uses. submit(): a job of its own, some milliseconds long; several batches of different owners may be in flight,
// and an owner with nothing better to do runs jobs itself through help(). parallel_for(): a loop cut into chunks, which
// the caller works on as well and which returns when all of it is done; it goes before submitted jobs.
//
// Jobs must not throw, block, or wait for other jobs. Order: urgent before normal, within one priority as submitted.
// Costs about a microsecond per submitted job, and one atomic addition per chunk of a loop.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace keel::runtime {

class WorkerPool {
public:
    using Job = std::function<void()>;
    enum class Priority : std::uint8_t { urgent, normal };

    // `threads` may be zero: then jobs run in help() and loops on their caller. `finished`, if given, is called on the
    // worker after each submitted job, for whoever waits for results: it should do no more than wake somebody.
    WorkerPool(std::size_t threads, const std::string& name, Job finished = nullptr);
    // Jobs not yet started are dropped; those that run are waited for.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    [[nodiscard]] std::size_t threads() const { return threads_.size(); }

    // Any thread; never blocks.
    void submit(Job job, Priority priority = Priority::normal);
    // Any thread: runs one waiting job here; false when there was none.
    bool help();
    // Any thread: calls body(begin, end) for consecutive pieces of [0, count) of at most `chunk` items, in any order
    // and on any thread; all calls have returned when it returns. What the body wrote is then visible to the caller.
    void parallel_for(std::size_t count, std::size_t chunk, const std::function<void(std::size_t, std::size_t)>& body);

private:
    struct Loop {
        std::size_t count;
        std::size_t chunk;
        const std::function<void(std::size_t, std::size_t)>* body;
        std::atomic<std::size_t> next{0};
        std::size_t running = 0;  // workers inside; guarded by the pool's mutex
    };

    void run(const std::string& name);
    Job take_job();
    static void work_on(Loop& loop);

    std::mutex mutex_;
    std::condition_variable work_;       // something to do
    std::condition_variable loop_left_;  // a worker left a loop
    std::vector<Loop*> loops_;
    std::deque<Job> urgent_;
    std::deque<Job> normal_;
    bool stopping_ = false;
    Job finished_;
    std::vector<std::thread> threads_;
};

}  // namespace keel::runtime
