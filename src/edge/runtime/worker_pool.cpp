#include "edge/runtime/worker_pool.hpp"

#include <algorithm>
#include <utility>

#include "edge/runtime/thread_name.hpp"

namespace keel::runtime {

WorkerPool::WorkerPool(std::size_t threads, const std::string& name, Job finished) : finished_(std::move(finished)) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this, full_name = name + "." + std::to_string(i)] { run(full_name); });
    }
}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    work_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void WorkerPool::submit(Job job, Priority priority) {
    {
        const std::lock_guard lock(mutex_);
        (priority == Priority::urgent ? urgent_ : normal_).push_back(std::move(job));
    }
    work_.notify_one();
}

// Requires the mutex. An empty job when none waits.
WorkerPool::Job WorkerPool::take_job() {
    auto& queue = urgent_.empty() ? normal_ : urgent_;
    if (queue.empty()) return nullptr;
    Job job = std::move(queue.front());
    queue.pop_front();
    return job;
}

bool WorkerPool::help() {
    Job job;
    {
        const std::lock_guard lock(mutex_);
        job = take_job();
    }
    if (!job) return false;
    job();
    return true;
}

void WorkerPool::work_on(Loop& loop) {
    while (true) {
        const std::size_t begin = loop.next.fetch_add(loop.chunk, std::memory_order_relaxed);
        if (begin >= loop.count) return;
        (*loop.body)(begin, std::min(begin + loop.chunk, loop.count));
    }
}

void WorkerPool::parallel_for(std::size_t count, std::size_t chunk,
                              const std::function<void(std::size_t, std::size_t)>& body) {
    chunk = std::max<std::size_t>(chunk, 1);
    Loop loop{count, chunk, &body, {}, 0};
    const bool share = count > chunk && !threads_.empty();
    if (share) {
        {
            const std::lock_guard lock(mutex_);
            loops_.push_back(&loop);
        }
        work_.notify_all();
    }
    work_on(loop);
    if (!share) return;
    std::unique_lock lock(mutex_);
    std::erase(loops_, &loop);
    loop_left_.wait(lock, [&loop] { return loop.running == 0; });
}

void WorkerPool::run(const std::string& name) {
    set_thread_name(name);
    std::unique_lock lock(mutex_);
    while (true) {
        work_.wait(lock, [this] { return stopping_ || !loops_.empty() || !urgent_.empty() || !normal_.empty(); });
        if (stopping_) return;
        if (!loops_.empty()) {
            Loop& loop = *loops_.back();
            ++loop.running;
            lock.unlock();
            work_on(loop);
            lock.lock();
            --loop.running;
            std::erase(loops_, &loop);  // nothing is left to hand out
            loop_left_.notify_all();
            continue;
        }
        Job job = take_job();
        lock.unlock();
        job();
        job = nullptr;
        if (finished_) finished_();
        lock.lock();
    }
}

}  // namespace keel::runtime
