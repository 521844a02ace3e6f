#include "app/daemon/validation_thread.hpp"

namespace keel::daemon {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

// Steps are taken for this long before the mailbox is looked into again.
constexpr auto kSlice = 5ms;
// The engine wants to see the time pass once in a while: records and coins are written after a time.
constexpr auto kIdle = 10s;

}  // namespace

ValidationThread::ValidationThread(validation::Engine& engine, const runtime::Clock& clock, Switchboard& switchboard)
    : engine_(engine),
      clock_(clock),
      switchboard_(switchboard),
      actor_("validation", {.handle =
                                [this](validation::Command command) {
                                    const RoleHolder role(validation_role);
                                    engine_.submit(std::move(command));
                                },
                            .rest = [this] { return work(); }}) {}

std::optional<runtime::Deadline> ValidationThread::work() {
    const RoleHolder role(validation_role);
    account(State::working);
    if (finishing_ && !told_to_finish_) {
        told_to_finish_ = true;
        engine_.finish();
    }
    const auto begin = SteadyClock::now();
    auto progress = validation::Progress::worked;
    while (progress == validation::Progress::worked && SteadyClock::now() - begin < kSlice) {
        progress = engine_.step(clock_.now(), actions_);
        node::route(actions_, outbox_);
        switchboard_.deliver(outbox_);
    }
    switch (progress) {
        case validation::Progress::worked: return begin;
        case validation::Progress::waiting: account(State::waiting); return std::nullopt;
        case validation::Progress::idle: break;
    }
    account(State::idle);
    if (told_to_finish_ && !is_finished_) {
        is_finished_ = true;
        finished_.set_value();
    }
    return SteadyClock::now() + kIdle;
}

void ValidationThread::account(State next) {
    const auto now = SteadyClock::now();
    const auto passed = std::chrono::duration_cast<std::chrono::nanoseconds>(now - since_).count();
    nanoseconds_[static_cast<std::size_t>(state_)].fetch_add(passed, std::memory_order_relaxed);
    state_ = next;
    since_ = now;
}

void ValidationThread::finish() {
    finishing_ = true;
    actor_.wake();
    finished_.get_future().wait();
    actor_.stop();
}

ThreadUse ValidationThread::use() const {
    const auto get = [&](State state) { return nanoseconds_[static_cast<std::size_t>(state)].load(); };
    return {get(State::working), get(State::waiting), get(State::idle)};
}

}  // namespace keel::daemon
