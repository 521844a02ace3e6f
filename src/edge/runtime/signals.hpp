// Signals as values: blocked in all threads, received by one that asks for them. No handler ever runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace keel::runtime {

enum class Signal : std::uint8_t {
    stop,    // SIGINT, SIGTERM
    reopen,  // SIGHUP: open the log file anew
};

// Call at the start of main, before any thread exists: threads inherit the mask. SIGPIPE and SIGXFSZ are ignored: the
// call that meets a closed pipe or a file that may not grow says so by its error.
void block_signals();
// The next signal; nothing after the timeout.
std::optional<Signal> wait_for_signal(std::chrono::milliseconds timeout);
// Any thread: as if SIGTERM had come from outside.
void request_stop();

}  // namespace keel::runtime
