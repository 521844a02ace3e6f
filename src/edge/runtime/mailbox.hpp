// Mailbox: a queue from any number of threads to one. Credits: what keeps it bounded without blocking anybody.
//
// post() costs a short critical section, and a system call only when the receiver sleeps. Items of one sender arrive in
// its order. The mailbox itself has no limit: a sender whose items could pile up takes credits before it posts, and the
// receiver gives them back when it is done with the item.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace keel::runtime {

using Deadline = std::chrono::steady_clock::time_point;

template <class T>
class Mailbox {
public:
    // Any thread. False when closed: the item is dropped.
    bool post(T item) {
        bool sleeping = false;
        {
            const std::lock_guard lock(mutex_);
            if (closed_) return false;
            items_.push_back(std::move(item));
            sleeping = std::exchange(sleeping_, false);
        }
        if (sleeping) wake_up_.notify_one();
        return true;
    }

    // Any thread. The present or the next wait() returns, with or without items.
    void wake() {
        bool sleeping = false;
        {
            const std::lock_guard lock(mutex_);
            woken_ = true;
            sleeping = std::exchange(sleeping_, false);
        }
        if (sleeping) wake_up_.notify_one();
    }

    // Any thread. Nothing more is accepted; what is there can still be taken.
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        wake_up_.notify_one();
    }

    // The receiver. Moves all items into `out`, whose old content is dropped. Sleeps until there is something, a
    // wake(), or the deadline; no deadline: as long as it takes. False once closed and empty.
    bool wait(std::vector<T>& out, std::optional<Deadline> until) {
        out.clear();
        std::unique_lock lock(mutex_);
        while (items_.empty() && !woken_ && !closed_) {
            sleeping_ = true;
            if (!until) {
                wake_up_.wait(lock);
            } else if (wake_up_.wait_until(lock, *until) == std::cv_status::timeout) {
                break;
            }
        }
        sleeping_ = false;
        woken_ = false;
        out.swap(items_);
        return !closed_ || !out.empty();
    }

private:
    std::mutex mutex_;
    std::condition_variable wake_up_;
    std::vector<T> items_;
    bool sleeping_ = false;  // the receiver waits and nobody has called it yet
    bool woken_ = false;
    bool closed_ = false;
};

// A counted allowance, in bytes or items. Any thread may take and give.
class Credits {
public:
    explicit Credits(std::int64_t amount) : left_(amount) {}

    // Takes `amount` as long as anything is left, so that one item larger than the whole allowance can still pass; the
    // balance may go below zero by one item.
    bool try_take(std::int64_t amount) {
        std::int64_t left = left_.load(std::memory_order_relaxed);
        while (left > 0) {
            if (left_.compare_exchange_weak(left, left - amount, std::memory_order_acq_rel)) return true;
        }
        return false;
    }
    // True when the balance rose above zero by this.
    bool give(std::int64_t amount) {
        const std::int64_t before = left_.fetch_add(amount, std::memory_order_acq_rel);
        return before <= 0 && before + amount > 0;
    }
    [[nodiscard]] std::int64_t left() const { return left_.load(std::memory_order_acquire); }

private:
    std::atomic<std::int64_t> left_;
};

}  // namespace keel::runtime
