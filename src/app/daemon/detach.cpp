#include "app/daemon/detach.hpp"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace keel::daemon {

std::optional<Detached> Detached::go(bool wait) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return std::nullopt;
    }
    const pid_t child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        return std::nullopt;
    }
    if (child > 0) {
        close(ends[1]);
        char token = 1;
        const bool fine = !wait || (read(ends[0], &token, 1) == 1 && token == 1);
        _exit(fine ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    close(ends[0]);
    setsid();
    return Detached(ends[1]);
}

void Detached::started() {
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (nowhere >= 0) {
            dup2(nowhere, stream);
        }
    }
    if (nowhere > STDERR_FILENO) {
        close(nowhere);
    }
    const char token = 1;
    // The old process may be gone, which is no concern of this one.
    [[maybe_unused]] const auto ignored = write(pipe_, &token, 1);
    close(pipe_);
    pipe_ = -1;
}

Detached::~Detached() {
    if (pipe_ >= 0) {
        close(pipe_);
    }
}

}  // namespace keel::daemon
