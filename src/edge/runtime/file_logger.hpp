// The daemon's Logger: lines to a file, to standard output, or both.
//
// A line: `2026-08-21T12:00:00.123456Z [thread] [category:level] text`. The category is left out for LogCategory::all,
// the level where it is debug and has a category, or is info without one. Control characters in the text are escaped,
// so a line is always one line whatever a peer sent.
//
// Every line is one write(2) to a file opened for appending: it is there when write() returns, and whole whichever
// threads write. A failing write is dropped: there is nowhere to say it. Any thread may call everything.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "base/logger.hpp"
#include "base/result.hpp"
#include "edge/runtime/clock.hpp"

namespace keel::runtime {

struct LogOptions {
    std::string file = {};  // empty: none
    bool console = true;    // standard output
    bool timestamps = true;
    bool microseconds = false;  // of timestamps
    bool thread_names = false;
};

class FileLogger final : public Logger {
public:
    // The clock serves only to show a mock time, where one is set. Error: one sentence.
    static Result<std::unique_ptr<FileLogger>, std::string> open(LogOptions options, const Clock& clock);
    ~FileLogger() override;
    FileLogger(const FileLogger&) = delete;
    FileLogger& operator=(const FileLogger&) = delete;

    [[nodiscard]] bool enabled(LogCategory category, LogLevel level) const override;
    void write(LogCategory category, LogLevel level, std::string_view text) override;

    // Lines below this level are dropped. Starts as info for all; LogCategory::all sets every category.
    void set_level(LogCategory category, LogLevel level);
    [[nodiscard]] LogLevel level(LogCategory category) const;
    // Opens the file by its name again, for log rotation. On failure the old file goes on.
    void reopen();

private:
    FileLogger(LogOptions options, const Clock& clock, int file);

    [[nodiscard]] std::string prefix(LogCategory category, LogLevel level) const;

    LogOptions options_;
    const Clock& clock_;
    int file_;  // -1: none. Replaced by dup2, which no writer notices
    std::array<std::atomic<LogLevel>, kLogCategoryCount> levels_;
};

// The names users write after -debug=; nothing for an unknown name.
std::string_view category_name(LogCategory category);
std::optional<LogCategory> category_from_name(std::string_view name);

}  // namespace keel::runtime
