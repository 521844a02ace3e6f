// A fixed number of threads that run functions in the order of a bounded queue.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace keel::serve {

class WorkQueue {
public:
    WorkQueue(std::size_t threads, std::size_t waiting_max, const std::string& thread_name);
    // Runs what is queued, then ends the threads.
    ~WorkQueue();
    WorkQueue(const WorkQueue&) = delete;
    WorkQueue& operator=(const WorkQueue&) = delete;

    // False, and nothing done, when waiting_max functions wait already.
    [[nodiscard]] bool try_submit(std::function<void()> work);

private:
    void run();

    const std::size_t waiting_max_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> waiting_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace keel::serve
