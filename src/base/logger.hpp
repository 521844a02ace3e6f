// The Logger interface that every room writes to, and log(), which builds a line only when somebody will read it.
//
// Pure rooms receive a Logger&; the daemon backs it with files and the console, tests with memory, fuzzers with
// NullLogger. Implementations must be thread-safe, and a line must have reached its file when write() returns.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/hex.hpp"
#include "base/strong.hpp"

namespace keel {

enum class LogLevel : std::uint8_t { trace, debug, info, warning, error };

// The names users write after -debug=.
enum class LogCategory : std::uint8_t {
    all,
    net,
    p2p,
    headers,
    validation,
    store,
    coindb,
    prune,
    reindex,
    mempool,
    mining,
    rpc,
    http,
    index,
    sim,
    bench
};
inline constexpr std::size_t kLogCategoryCount = 16;

class Logger {
public:
    virtual ~Logger() = default;
    [[nodiscard]] virtual bool enabled(LogCategory category, LogLevel level) const = 0;
    virtual void write(LogCategory category, LogLevel level, std::string_view text) = 0;
};

class NullLogger final : public Logger {
public:
    [[nodiscard]] bool enabled(LogCategory, LogLevel) const override { return false; }
    void write(LogCategory, LogLevel, std::string_view) override {}
};

inline void append_text(std::string& out, std::string_view text) { out += text; }
template <std::integral T>
void append_text(std::string& out, T value) {
    if constexpr (std::same_as<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::same_as<T, char>) {
        out += value;
    } else {
        out += std::to_string(value);
    }
}
template <class Tag, class Rep>
void append_text(std::string& out, Strong<Tag, Rep> value) {
    out += std::to_string(value.value());
}
template <class Tag>
void append_text(std::string& out, const Hash256<Tag>& hash) {
    out += to_hex(hash);
}

// Concatenates texts, integers, strong integers and hashes.
template <class... Parts>
std::string concat(const Parts&... parts) {
    std::string out;
    (append_text(out, parts), ...);
    return out;
}

template <class... Parts>
void log(Logger& logger, LogCategory category, LogLevel level, const Parts&... parts) {
    if (logger.enabled(category, level)) {
        logger.write(category, level, concat(parts...));
    }
}

}  // namespace keel
