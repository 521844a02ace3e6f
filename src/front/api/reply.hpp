// A slot for one answer that another thread fills in.
//
// The asker keeps the Pending and waits; the Reply travels with the command. A Reply may be copied (so that it can live
// in any container), but answers once. When its last copy is gone without an answer, as at shutdown, the asker wakes up
// with nothing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace keel::api {

template <class T>
class Pending;

template <class T>
class Reply {
public:
    // The first answer counts.
    void operator()(T value) const {
        const std::lock_guard lock(slot_->state->mutex);
        if (!slot_->state->closed) {
            slot_->state->value = std::move(value);
            slot_->state->closed = true;
            slot_->state->wake.notify_all();
        }
    }

private:
    friend class Pending<T>;

    struct State {
        std::mutex mutex;
        std::condition_variable wake;
        std::optional<T> value;
        bool closed = false;
    };
    // Shared by the copies of one Reply; the last one closes the state.
    struct Slot {
        std::shared_ptr<State> state;
        explicit Slot(std::shared_ptr<State> s) : state(std::move(s)) {}
        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;
        ~Slot() {
            const std::lock_guard lock(state->mutex);
            state->closed = true;
            state->wake.notify_all();
        }
    };

    explicit Reply(std::shared_ptr<State> state) : slot_(std::make_shared<Slot>(std::move(state))) {}

    std::shared_ptr<Slot> slot_;
};

template <class T>
class Pending {
public:
    Pending() : state_(std::make_shared<State>()), reply_(Reply<T>(state_)) {}

    // The Reply to hand out; once.
    [[nodiscard]] Reply<T> reply() {
        Reply<T> out = std::move(*reply_);
        reply_.reset();
        return out;
    }

    // Waits for the answer; nothing when the Reply was dropped.
    [[nodiscard]] std::optional<T> wait() {
        std::unique_lock lock(state_->mutex);
        state_->wake.wait(lock, [this] { return state_->closed; });
        return std::move(state_->value);
    }

private:
    using State = typename Reply<T>::State;

    std::shared_ptr<State> state_;
    std::optional<Reply<T>> reply_;
};

}  // namespace keel::api
