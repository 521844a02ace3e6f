// Which log categories are written in detail, and where the log is.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keel::api {

class LogControl {
public:
    virtual ~LogControl() = default;

    // Every category with whether its detail is on, by name.
    [[nodiscard]] virtual std::vector<std::pair<std::string, bool>> categories() const = 0;
    // False when there is no such category. "all" and "1" stand for every one.
    virtual bool set(std::string_view category, bool on) = 0;
    // Full path of the log file.
    [[nodiscard]] virtual std::string path() const = 0;
};

}  // namespace keel::api
