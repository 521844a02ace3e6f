// The daemon's log as the settings want it, and the switch for its categories.
#pragma once

#include "app/settings/load.hpp"
#include "edge/runtime/file_logger.hpp"
#include "front/api/log_control.hpp"

namespace keel::daemon {

// Which details -debug, -debugexclude and -loglevel ask for. Categories that only Bitcoin Core has are accepted.
struct LogLevels {
    std::vector<std::pair<LogCategory, LogLevel>> levels;  // in order; LogCategory::all first where it is there
};
[[nodiscard]] Result<LogLevels, std::string> log_levels(const settings::Values& values);

// Cuts a log file that has grown beyond 11 MB down to its last 10 MB.
void shrink_log(const std::filesystem::path& file);

// Opens the log and writes the first lines: version, folders, settings.
[[nodiscard]] Result<std::unique_ptr<runtime::FileLogger>, std::string> open_log(const settings::Loaded& loaded,
                                                                                 const runtime::Clock& clock);
void log_start(Logger& logger, const settings::Loaded& loaded, std::string_view version_line);

// The categories for the RPC server. Any thread.
class LogSwitch final : public api::LogControl {
public:
    LogSwitch(runtime::FileLogger& logger, std::string path) : logger_(logger), path_(std::move(path)) {}

    [[nodiscard]] std::vector<std::pair<std::string, bool>> categories() const override;
    bool set(std::string_view category, bool on) override;
    [[nodiscard]] std::string path() const override { return path_; }

private:
    runtime::FileLogger& logger_;
    std::string path_;
};

}  // namespace keel::daemon
