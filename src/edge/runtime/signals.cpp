#include "edge/runtime/signals.hpp"

#include <csignal>
#include <unistd.h>

namespace keel::runtime {
namespace {

sigset_t watched() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        sigaddset(&set, signal);
    }
    return set;
}

}  // namespace

void block_signals() {
    const sigset_t set = watched();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

std::optional<Signal> wait_for_signal(std::chrono::milliseconds timeout) {
    const sigset_t set = watched();
    const auto whole = std::chrono::floor<std::chrono::seconds>(timeout);
    const timespec limit{whole.count(), std::chrono::nanoseconds(timeout - whole).count()};
    const int signal = sigtimedwait(&set, nullptr, &limit);
    if (signal < 0) return std::nullopt;
    return signal == SIGHUP ? Signal::reopen : Signal::stop;
}

void request_stop() { kill(getpid(), SIGTERM); }

}  // namespace keel::runtime
