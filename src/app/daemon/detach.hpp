// -daemon: leaving the terminal. Must be called before any thread exists.
#pragma once

#include <optional>
#include <utility>

namespace keel::daemon {

// In the new process: tells the old one, which waits with -daemonwait, how the start went, and closes the terminal.
class Detached {
public:
    // The old process ends here: at once, or with `wait` when started() or the destructor is called in the new one.
    // Nothing when the system refuses to make a process.
    static std::optional<Detached> go(bool wait);

    Detached(Detached&& other) noexcept : pipe_(other.pipe_) { other.pipe_ = -1; }
    Detached& operator=(Detached&& other) noexcept {
        std::swap(pipe_, other.pipe_);
        return *this;
    }
    ~Detached();
    void started();

private:
    explicit Detached(int pipe) : pipe_(pipe) {}
    int pipe_;
};

}  // namespace keel::daemon
