// The thread that owns the validation engine: it takes commands, steps the engine while there is something to do, and
// sleeps otherwise. Whoever finishes a job that the engine may wait for calls wake().
#pragma once

#include <atomic>
#include <future>

#include "app/daemon/switchboard.hpp"
#include "edge/runtime/actor_thread.hpp"
#include "edge/runtime/clock.hpp"
#include "engine/validation/engine.hpp"

namespace keel::daemon {

// Nanoseconds that the thread spent in each state since the start.
struct ThreadUse {
    std::int64_t working = 0;
    std::int64_t waiting = 0;  // for jobs on other threads
    std::int64_t idle = 0;     // nothing to do
};

class ValidationThread {
public:
    // Starts. References outlive it.
    ValidationThread(validation::Engine& engine, const runtime::Clock& clock, Switchboard& switchboard);
    ValidationThread(const ValidationThread&) = delete;
    ValidationThread& operator=(const ValidationThread&) = delete;

    // Any thread. False once stopped.
    bool post(validation::Command command) { return actor_.post(std::move(command)); }
    void wake() { actor_.wake(); }
    // Everything connected is on disk when this returns, unless the engine is broken. Ends the thread.
    void finish();
    [[nodiscard]] ThreadUse use() const;

private:
    enum class State : std::uint8_t { working, waiting, idle };

    std::optional<runtime::Deadline> work();
    void account(State next);

    validation::Engine& engine_;
    const runtime::Clock& clock_;
    Switchboard& switchboard_;
    std::atomic<bool> finishing_{false};
    bool told_to_finish_ = false;
    std::promise<void> finished_;
    bool is_finished_ = false;

    State state_ = State::idle;
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
    std::array<std::atomic<std::int64_t>, 3> nanoseconds_{};

    std::vector<validation::Action> actions_;
    node::Outbox outbox_;
    runtime::ActorThread<validation::Command> actor_;  // last: it starts at once
};

}  // namespace keel::daemon
