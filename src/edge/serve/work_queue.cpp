#include "edge/serve/work_queue.hpp"

#include "edge/runtime/thread_name.hpp"

namespace keel::serve {

WorkQueue::WorkQueue(std::size_t threads, std::size_t waiting_max, const std::string& thread_name)
    : waiting_max_(waiting_max) {
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this, name = thread_name + "-" + std::to_string(i)] {
            runtime::set_thread_name(name);
            run();
        });
    }
}

WorkQueue::~WorkQueue() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

bool WorkQueue::try_submit(std::function<void()> work) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= waiting_max_) {
            return false;
        }
        waiting_.push_back(std::move(work));
    }
    wake_.notify_one();
    return true;
}

void WorkQueue::run() {
    for (;;) {
        std::function<void()> work;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty()) {
                return;
            }
            work = std::move(waiting_.front());
            waiting_.pop_front();
        }
        work();
    }
}

}  // namespace keel::serve
