#include "app/daemon/logs.hpp"

#include <algorithm>
#include <array>
#include <fstream>

namespace keel::daemon {
namespace {

namespace fs = std::filesystem;
using Error = Failure<std::string>;

// Known to Bitcoin Core only.
constexpr std::array<std::string_view, 20> kForeign{
    "addrman",    "blockstorage",     "cmpctblock", "estimatefee", "i2p",  "ipc",  "kernel",      "leveldb",
    "mempoolrej", "privatebroadcast", "proxy",      "qt",          "rand", "scan", "selectcoins", "tor",
    "txpackages", "txreconciliation", "walletdb",   "zmq"};

constexpr std::uint64_t kLogKeep = 10'000'000;

bool is_foreign(std::string_view name) { return std::ranges::find(kForeign, name) != kForeign.end(); }

// "all" in any of its spellings, a category of ours, or nothing; `known` is false for names that nobody knows.
struct Named {
    std::optional<LogCategory> category;
    bool known = true;
};
Named named(std::string_view text) {
    if (text.empty() || text == "1" || text == "all") {
        return {LogCategory::all};
    }
    const auto category = runtime::category_from_name(text);
    return {category, category.has_value() || is_foreign(text)};
}

std::optional<LogLevel> level_from(std::string_view text) {
    if (text == "info") return LogLevel::info;
    if (text == "debug") return LogLevel::debug;
    if (text == "trace") return LogLevel::trace;
    return std::nullopt;
}

std::string all_categories() {
    std::string out;
    for (std::size_t i = 1; i < kLogCategoryCount; ++i) {
        out += concat(out.empty() ? "" : ", ", runtime::category_name(static_cast<LogCategory>(i)));
    }
    return out;
}

// -loglevel: one level for all, or for single categories.
struct Detail {
    LogLevel global = LogLevel::debug;
    std::vector<std::pair<LogCategory, LogLevel>> single;
};
Result<Detail, std::string> detail(const settings::Values& values) {
    Detail out;
    for (const std::string& text : values.list("loglevel")) {
        const std::size_t colon = text.find(':');
        if (colon == std::string::npos) {
            const auto level = level_from(text);
            if (!level) {
                return Error(
                    concat("Unsupported global logging level -loglevel=", text, ". Valid values: info, debug, trace."));
            }
            out.global = *level;
            continue;
        }
        const Named category = named(std::string_view(text).substr(0, colon));
        const auto level = level_from(std::string_view(text).substr(colon + 1));
        if (!category.known || !level) {
            return Error(concat("Unsupported category-specific logging level -loglevel=", text,
                                ". Expected -loglevel=<category>:<loglevel>. Valid categories: ", all_categories(),
                                ". Valid loglevels: info, debug, trace."));
        }
        if (category.category) {
            out.single.emplace_back(*category.category, *level);
        }
    }
    return out;
}

}  // namespace

Result<LogLevels, std::string> log_levels(const settings::Values& values) {
    KEEL_TRY(const Detail wanted, detail(values));
    std::vector<std::string> names = values.list("debug");
    const auto forgotten = std::ranges::find_if(names.rbegin(), names.rend(),
                                                [](const std::string& n) { return n == "0" || n == "none"; });
    names.erase(names.begin(), forgotten.base());
    LogLevels out;
    const auto enable = [&](LogCategory category) {
        const auto own = std::ranges::find(wanted.single, category, &std::pair<LogCategory, LogLevel>::first);
        out.levels.emplace_back(category, own == wanted.single.end() ? wanted.global : own->second);
    };
    for (const std::string& name : names) {
        const Named category = named(name);
        if (!category.known) {
            return Error(concat("Unsupported logging category -debug=", name, "."));
        }
        if (!category.category) {
            continue;
        }
        enable(*category.category);
        if (*category.category == LogCategory::all) {
            std::ranges::for_each(wanted.single, enable, &std::pair<LogCategory, LogLevel>::first);
        }
    }
    for (const std::string& name : values.list("debugexclude")) {
        const Named category = named(name);
        if (!category.known) {
            return Error(concat("Unsupported logging category -debugexclude=", name, "."));
        }
        if (category.category) {
            out.levels.emplace_back(*category.category, LogLevel::info);
        }
    }
    return out;
}

void shrink_log(const fs::path& file) {
    std::error_code error;
    const std::uint64_t size = fs::file_size(file, error);
    if (error || size <= kLogKeep / 10 * 11) {
        return;
    }
    std::ifstream in(file, std::ios::binary);
    in.seekg(-static_cast<std::streamoff>(kLogKeep), std::ios::end);
    std::string end(kLogKeep, '\0');
    in.read(end.data(), static_cast<std::streamsize>(end.size()));
    if (in) {
        std::ofstream(file, std::ios::binary | std::ios::trunc) << end;
    }
}

Result<std::unique_ptr<runtime::FileLogger>, std::string> open_log(const settings::Loaded& loaded,
                                                                   const runtime::Clock& clock) {
    const settings::Values& values = loaded.values;
    KEEL_TRY(const LogLevels levels, log_levels(values));
    const fs::path file = settings::chain_path(loaded, "debuglogfile", "debug.log");
    if (!file.empty() && values.find_flag("shrinkdebugfile").value_or(levels.levels.empty())) {
        shrink_log(file);
    }
    auto logger = runtime::FileLogger::open({.file = file.string(),
                                             .console = values.find_flag("printtoconsole").value_or(true),
                                             .timestamps = values.flag("logtimestamps"),
                                             .microseconds = values.flag("logtimemicros"),
                                             .thread_names = values.flag("logthreadnames")},
                                            clock);
    if (!logger) {
        return Error(concat("Could not open debug log file ", file.string()));
    }
    for (const auto& [category, level] : levels.levels) {
        (*logger)->set_level(category, level);
    }
    return std::move(*logger);
}

void log_start(Logger& logger, const settings::Loaded& loaded, std::string_view version_line) {
    const auto say = [&](LogLevel level, const auto&... parts) { log(logger, LogCategory::all, level, parts...); };
    say(LogLevel::info, version_line);
    say(LogLevel::info, "Using data directory ", loaded.chain_dir.string());
    if (loaded.config_file.empty()) {
        say(LogLevel::info, "Config file: <disabled>");
    } else {
        say(LogLevel::info, "Config file: ", loaded.config_file.string(),
            loaded.config_found ? "" : " (not found, skipping)");
    }
    for (const std::string& note : loaded.notes) {
        say(LogLevel::info, note);
    }
    for (const std::string& line : loaded.values.describe()) {
        say(LogLevel::info, line);
    }
    for (const std::vector<std::string>* warnings : {&loaded.log_warnings, &loaded.user_warnings}) {
        for (const std::string& warning : *warnings) {
            say(LogLevel::warning, warning);
        }
    }
}

std::vector<std::pair<std::string, bool>> LogSwitch::categories() const {
    std::vector<std::pair<std::string, bool>> out;
    for (std::size_t i = 1; i < kLogCategoryCount; ++i) {
        const auto category = static_cast<LogCategory>(i);
        out.emplace_back(runtime::category_name(category), logger_.level(category) < LogLevel::info);
    }
    std::ranges::sort(out);
    return out;
}

bool LogSwitch::set(std::string_view category, bool on) {
    const Named which = named(category);
    if (which.category) {
        logger_.set_level(*which.category, on ? LogLevel::debug : LogLevel::info);
    }
    return which.known && (which.category || is_foreign(category));
}

}  // namespace keel::daemon
