// Calls about the program itself.
#include <thread>

#include "front/rpc/method_groups.hpp"

namespace keel::rpc {
namespace {

constexpr std::int32_t kStopWaitMaxMs = 60'000;

Outcome<void> help(const Context&, const Args& args, JsonWriter& out) {
    if (!args.has(0)) {
        out.value(help_index());
        return {};
    }
    const Method* method = find_method(args.text(0));
    out.value(method != nullptr ? help_text(*method) : "help: unknown command: " + std::string(args.text(0)));
    return {};
}

Outcome<void> stop(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const auto wait_ms, args.integer<std::int32_t>(0, 0));
    context.commands.request_stop();
    if (wait_ms > 0) {
        std::this_thread::sleep_for(milliseconds(std::min(wait_ms, kStopWaitMaxMs)));
    }
    out.value("Keel stopping");
    return {};
}

Outcome<void> uptime(const Context& context, const Args&, JsonWriter& out) {
    out.value(context.service.uptime().count());
    return {};
}

Outcome<void> getrpcinfo(const Context& context, const Args&, JsonWriter& out) {
    out.begin_object();
    out.key("active_commands");
    out.begin_array();
    for (const auto& call : context.service.active_calls()) {
        out.begin_object();
        out.field("method", call.method);
        out.field("duration", call.running.count());
        out.end_object();
    }
    out.end_array();
    out.field("logpath", context.logs.path());
    out.end_object();
    return {};
}

Outcome<void> change_logging(const Context& context, const Args& args, std::size_t index, bool on) {
    if (!args.has(index)) {
        return {};
    }
    KEEL_TRY(const auto names, args.texts(index));
    for (const std::string_view name : names) {
        if (!context.logs.set(name, on)) {
            return fail(ErrorCode::invalid_parameter, "unknown logging category " + std::string(name));
        }
    }
    return {};
}

Outcome<void> logging(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_CHECK(change_logging(context, args, 0, true));
    KEEL_CHECK(change_logging(context, args, 1, false));
    out.begin_object();
    for (const auto& [name, on] : context.logs.categories()) {
        out.field(name, on);
    }
    out.end_object();
    return {};
}

constexpr Param kHelpParams[] = {
    {"command", ArgType::text, Need::optional, "all commands", "The command to get help on"},
};
constexpr Param kStopParams[] = {
    {"wait", ArgType::number, Need::hidden, "0", "Milliseconds to wait before the reply"},
};
constexpr Param kLoggingParams[] = {
    {"include", ArgType::array, Need::optional, "", "Categories to write in detail from now on"},
    {"exclude", ArgType::array, Need::optional, "", "Categories to stop writing in detail"},
};

constexpr Method kMethods[] = {
    {"control", "help", "List all commands, or get help for a specified command.", kHelpParams,
     "\"str\"    (string) The help text", help},
    {"control", "stop", "Request a clean shutdown.", kStopParams, "\"str\"    (string) A sentence", stop},
    {"control", "uptime", "Returns how long the program has been running.", {}, "n    (numeric) Seconds", uptime},
    {"control",
     "getrpcinfo",
     "Returns details of the RPC server.",
     {},
     "{ \"active_commands\": [ { \"method\": \"str\", \"duration\": n } ], \"logpath\": \"str\" }    duration in "
     "microseconds",
     getrpcinfo},
    {"control", "logging",
     "Gets and sets which log categories are written in detail. Exclusions are applied after inclusions.",
     kLoggingParams, "{ \"category\": true|false, ... }", logging},
};

}  // namespace

std::span<const Method> control_methods() { return kMethods; }

}  // namespace keel::rpc
