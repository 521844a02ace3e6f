// One child process that never outlives this one.
//
// The child runs in a process group of its own, so that Ctrl-C on the terminal reaches only us, and asks the kernel to
// be killed when we die. Its standard output and error go to a file. Start children from the thread that lives longest:
// the kernel watches the thread that started them.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"

namespace keel::network {

class Process {
public:
    // The words begin with the program's path. The error is a sentence.
    static Result<Process, std::string> start(std::span<const std::string> words, const std::filesystem::path& output);

    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    // Kills what still runs, and waits.
    ~Process();

    [[nodiscard]] int id() const { return id_; }
    // Notices an end. "exit code 1", "killed by signal 9", or nothing while it runs.
    std::optional<std::string> ending();
    void ask_to_stop();  // SIGTERM
    void kill();         // SIGKILL, and waits for it

private:
    explicit Process(int id) : id_(id) {}

    int id_ = 0;  // 0: moved from
    std::optional<std::string> ending_;
};

// The program that runs now.
[[nodiscard]] Result<std::string, std::string> own_program();

}  // namespace keel::network
