#include "edge/runtime/file_logger.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

#include "edge/runtime/thread_name.hpp"

namespace keel::runtime {
namespace {

constexpr std::array<std::string_view, kLogCategoryCount> kCategoryNames{
    "all",     "net",     "p2p",    "headers", "validation", "store", "coindb", "prune",
    "reindex", "mempool", "mining", "rpc",     "http",       "index", "sim",    "bench"};
constexpr std::array<std::string_view, 5> kLevelNames{"trace", "debug", "info", "warning", "error"};

constexpr std::size_t index_of(LogCategory category) { return static_cast<std::size_t>(category); }

// Readable by the owner only: logs name peers and addresses.
int open_for_appending(const std::string& path) {
    return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

void write_all(int file, std::string_view line) {
    while (!line.empty()) {
        const ssize_t n = ::write(file, line.data(), line.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;
        line.remove_prefix(static_cast<std::size_t>(n));
    }
}

std::string calendar(std::time_t time) {
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    return {text.data(), size};
}

std::string timestamp(bool with_microseconds) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto whole = std::chrono::floor<std::chrono::seconds>(now);
    std::string out = calendar(static_cast<std::time_t>(whole.count()));
    if (with_microseconds) {
        std::string digits = std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now - whole).count());
        out += "." + std::string(6 - digits.size(), '0') + digits;
    }
    return out + "Z";
}

void append_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7F) {
            out += c;
            continue;
        }
        out += "\\x";
        out += kHex[byte >> 4U];
        out += kHex[byte & 15U];
    }
}

}  // namespace

std::string_view category_name(LogCategory category) { return kCategoryNames[index_of(category)]; }

std::optional<LogCategory> category_from_name(std::string_view name) {
    const auto* found = std::ranges::find(kCategoryNames, name);
    if (found == kCategoryNames.end()) return std::nullopt;
    return static_cast<LogCategory>(found - kCategoryNames.begin());
}

Result<std::unique_ptr<FileLogger>, std::string> FileLogger::open(LogOptions options, const Clock& clock) {
    int file = -1;
    if (!options.file.empty()) {
        file = open_for_appending(options.file);
        if (file < 0) {
            return Failure<std::string>("Cannot open log file " + options.file + ": " + std::strerror(errno) + ".");
        }
    }
    return std::unique_ptr<FileLogger>(new FileLogger(std::move(options), clock, file));
}

FileLogger::FileLogger(LogOptions options, const Clock& clock, int file)
    : options_(std::move(options)), clock_(clock), file_(file) {
    set_level(LogCategory::all, LogLevel::info);
}

FileLogger::~FileLogger() {
    if (file_ >= 0) ::close(file_);
}

bool FileLogger::enabled(LogCategory category, LogLevel level) const {
    return level >= levels_[index_of(category)].load(std::memory_order_relaxed);
}

void FileLogger::set_level(LogCategory category, LogLevel level) {
    if (category != LogCategory::all) {
        levels_[index_of(category)] = level;
        return;
    }
    for (auto& each : levels_) {
        each = level;
    }
}

LogLevel FileLogger::level(LogCategory category) const { return levels_[index_of(category)]; }

// NOLINTNEXTLINE(readability-make-member-function-const): changes what the descriptor stands for
void FileLogger::reopen() {
    if (file_ < 0) return;
    const int fresh = open_for_appending(options_.file);
    if (fresh < 0) return;
    dup3(fresh, file_, O_CLOEXEC);
    ::close(fresh);
}

std::string FileLogger::prefix(LogCategory category, LogLevel level) const {
    std::string out;
    if (options_.timestamps) out += timestamp(options_.microseconds) + " ";
    if (const auto mocked = clock_.mock_time(); mocked && options_.timestamps) {
        out += "(mocktime: " + calendar(static_cast<std::time_t>(to_seconds(*mocked))) + "Z) ";
    }
    if (options_.thread_names && !thread_name().empty()) out += concat("[", thread_name(), "] ");
    const bool named = category != LogCategory::all;
    const bool usual = level == (named ? LogLevel::debug : LogLevel::info);
    if (!named && usual) return out;
    out += "[";
    if (named) out += category_name(category);
    if (named && !usual) out += ":";
    if (!usual) out += kLevelNames[static_cast<std::size_t>(level)];
    return out + "] ";
}

void FileLogger::write(LogCategory category, LogLevel level, std::string_view text) {
    std::string line = prefix(category, level);
    append_escaped(line, text);
    line += '\n';
    if (file_ >= 0) write_all(file_, line);
    if (options_.console) write_all(STDOUT_FILENO, line);
}

}  // namespace keel::runtime
