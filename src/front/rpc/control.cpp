// Calls about the program itself.
#include <array>
#include <thread>

#include "front/rpc/method_groups.hpp"

namespace keel::rpc {
namespace {

constexpr std::int32_t kStopWaitMaxMs = 60'000;

// The table by which clients turn words into JSON: method, position, name, whether the word is taken as text.
void write_conversions(JsonWriter& out) {
    out.begin_array();
    for (const Method& method : all_methods()) {
        for (std::size_t i = 0; i < method.params.size(); ++i) {
            const bool is_text = method.params[i].type == ArgType::text || method.params[i].type == ArgType::hex;
            for (const std::string_view name : method.params[i].all_names()) {
                out.begin_array();
                out.value(method.name);
                out.value(i);
                out.value(name);
                out.value(is_text);
                out.end_array();
            }
        }
    }
    out.end_array();
}

Outcome<void> help(const Context&, const Args& args, JsonWriter& out) {
    if (!args.has(0)) {
        out.value(help_index());
        return {};
    }
    if (args.text(0) == "dump_all_command_conversions") {
        write_conversions(out);
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

// What arrived, in the order of the positions: shows how a client's words are understood.
Outcome<void> echo(const Context&, const Args& args, JsonWriter& out) {
    out.begin_array();
    for (std::size_t i = 0; i < args.count(); ++i) {
        out.raw(args.json(i));
    }
    out.end_array();
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

template <ArgType Type>
constexpr std::array<Param, 10> kEchoParams{{
    {"arg0", Type, Need::optional, "", "Anything"},
    {"arg1", Type, Need::optional, "", "Anything"},
    {"arg2", Type, Need::optional, "", "Anything"},
    {"arg3", Type, Need::optional, "", "Anything"},
    {"arg4", Type, Need::optional, "", "Anything"},
    {"arg5", Type, Need::optional, "", "Anything"},
    {"arg6", Type, Need::optional, "", "Anything"},
    {"arg7", Type, Need::optional, "", "Anything"},
    {"arg8", Type, Need::optional, "", "Anything"},
    {"arg9", Type, Need::optional, "", "Anything"},
}};

constexpr Method kMethods[] = {
    {"control", "help", "List all commands, or get help for a specified command.", kHelpParams,
     "str 'the help text' | [any] 'how words become arguments'", help},
    {"control", "stop", "Request a clean shutdown.", kStopParams, "str 'a sentence'", stop},
    {"control", "uptime", "Returns how long the program has been running.", {}, "num 'seconds'", uptime},
    {"control",
     "getrpcinfo",
     "Returns details of the RPC server.",
     {},
     "{active_commands: [{method: str, duration: num 'microseconds'}], logpath: str}",
     getrpcinfo},
    {"control", "logging",
     "Gets and sets which log categories are written in detail. Exclusions are applied after inclusions.",
     kLoggingParams, "{*: bool 'whether the category is written in detail'}", logging},
    {"hidden", "echo", "Returns its arguments; command-line clients send words as text.",
     kEchoParams<ArgType::any_text>, "[any] 'the arguments'", echo},
    {"hidden", "echojson", "Returns its arguments; command-line clients send words as JSON.", kEchoParams<ArgType::any>,
     "[any] 'the arguments'", echo},
};

}  // namespace

std::span<const Method> control_methods() { return kMethods; }

}  // namespace keel::rpc
