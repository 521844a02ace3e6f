#include "app/network/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace keel::network {
namespace {

constexpr int kExecFailed = 127;

std::string error_text(int error) { return std::strerror(error); }

std::string describe(int status) {
    return WIFEXITED(status) ? "exit code " + std::to_string(WEXITSTATUS(status))
                             : "killed by signal " + std::to_string(WTERMSIG(status));
}

// Between fork and exec: only calls that are safe there. Says the error number through the pipe when exec fails.
[[noreturn]] void become(char* const* words, int output, int report, pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(kExecFailed);  // the parent died before prctl
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execv(words[0], words);
    const int error = errno;
    [[maybe_unused]] const auto written = write(report, &error, sizeof(error));
    _exit(kExecFailed);
}

// The error number that the child could not exec with; 0 when it could.
int read_report(int report) {
    int error = 0;
    const auto got = read(report, &error, sizeof(error));
    return got == static_cast<ssize_t>(sizeof(error)) ? error : 0;
}

int wait_for(int id, int options, int& status) {
    int done = 0;
    do {
        done = waitpid(id, &status, options);
    } while (done < 0 && errno == EINTR);
    return done;
}

}  // namespace

Result<Process, std::string> Process::start(std::span<const std::string> words, const std::filesystem::path& output) {
    std::vector<std::string> copies(words.begin(), words.end());
    std::vector<char*> pointers;
    pointers.reserve(copies.size() + 1);
    for (std::string& word : copies) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);

    const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return std::unexpected("Cannot write " + output.string() + ": " + error_text(errno) + ".");
    }
    std::array<int, 2> report{};
    if (pipe2(report.data(), O_CLOEXEC) != 0) {
        const int error = errno;
        close(file);
        return std::unexpected("Cannot make a pipe: " + error_text(error) + ".");
    }
    const pid_t parent = getpid();
    const pid_t id = fork();
    if (id == 0) {
        become(pointers.data(), file, report[1], parent);
    }
    const int fork_error = errno;
    close(file);
    close(report[1]);
    const int exec_error = id < 0 ? fork_error : read_report(report[0]);
    close(report[0]);
    if (id < 0) {
        return std::unexpected("Cannot start a process: " + error_text(fork_error) + ".");
    }
    Process process(id);
    if (exec_error != 0) {
        return std::unexpected("Cannot run " + words[0] + ": " + error_text(exec_error) + ".");
    }
    return process;
}

Process::Process(Process&& other) noexcept
    : id_(std::exchange(other.id_, 0)), ending_(std::exchange(other.ending_, std::nullopt)) {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(ending_, other.ending_);
    return *this;
}

Process::~Process() { kill(); }

std::optional<std::string> Process::ending() {
    int status = 0;
    if (id_ != 0 && !ending_ && wait_for(id_, WNOHANG, status) == id_) {
        ending_ = describe(status);
    }
    return ending_;
}

void Process::ask_to_stop() {
    if (id_ != 0 && !ending()) {
        ::kill(id_, SIGTERM);
    }
}

void Process::kill() {
    if (id_ == 0 || ending()) {
        return;
    }
    ::kill(id_, SIGKILL);
    int status = 0;
    wait_for(id_, 0, status);
    ending_ = describe(status);
}

Result<std::string, std::string> own_program() {
    std::error_code error;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) {
        return std::unexpected("Cannot find this program's own file: " + error.message() + ".");
    }
    return path.string();
}

}  // namespace keel::network
