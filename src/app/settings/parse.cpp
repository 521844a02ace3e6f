#include "app/settings/parse.hpp"

#include <charconv>

#include "base/logger.hpp"

namespace keel::settings {
namespace {

struct Key {
    std::string_view section;
    std::string_view name;
    bool negated = false;
};

Key split_key(std::string_view text) {
    Key key;
    if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
        key.section = text.substr(0, dot);
        text.remove_prefix(dot + 1);
    }
    key.negated = text.starts_with("no");
    key.name = key.negated ? text.substr(2) : text;
    return key;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_false(std::string_view text) { return !text.empty() && to_number(text).value_or(0) == 0; }

// The value that `given` (nothing: a bare name) assigns.
Result<Value, ParseError> interpret(const Setting& setting, bool negated, std::optional<std::string_view> given,
                                    std::vector<std::string>& warnings) {
    if (negated) {
        if (setting.is(trait::kNoNegation)) {
            return Failure<ParseError>(
                {concat("Negating of -", setting.name, " is meaningless and therefore forbidden"), {}});
        }
        if (given && is_false(*given)) {
            warnings.push_back(concat("Parsed potentially confusing double-negative -", setting.name, "=", *given));
            return Value{Value::Kind::yes, {}};
        }
        return Value{Value::Kind::no, {}};
    }
    if (!given && setting.is(trait::kNeedsValue)) {
        return Failure<ParseError>({concat("Can not set -", setting.name, " with no value. Please specify value with -",
                                           setting.name, "=value."),
                                    {}});
    }
    return Value{Value::Kind::text, std::string(given.value_or(""))};
}

std::string hint_for(std::string_view name, Program program) {
    const auto near = nearest_name(name, program);
    return near ? concat("Did you mean -", *near, "?") : std::string();
}

// -h and -? are short for -help.
const Setting* find_argument(std::string_view name) { return find_setting(name == "h" || name == "?" ? "help" : name); }

Result<Assignment, ParseError> parse_argument(std::string_view argument, Program program,
                                              std::vector<std::string>& warnings) {
    std::string_view name = argument.substr(argument.starts_with("--") ? 2 : 1);
    std::optional<std::string_view> given;
    if (const std::size_t equals = name.find('='); equals != std::string_view::npos) {
        given = name.substr(equals + 1);
        name = name.substr(0, equals);
    }
    const Key key = split_key(name);
    const Setting* setting = find_argument(key.name);
    if (setting == nullptr || !setting->known_to(program) || !key.section.empty()) {
        return Failure<ParseError>({concat("Invalid parameter ", argument), hint_for(key.name, program)});
    }
    KEEL_TRY(Value value, interpret(*setting, key.negated, given, warnings));
    return Assignment{setting, std::move(value), {}};
}

class ConfigParser {
public:
    Result<ConfigText, ParseError> parse(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            KEEL_CHECK(line(text.substr(0, end)));
            text.remove_prefix(std::min(end + 1, text.size()));
            ++number_;
        }
        return std::move(out_);
    }

private:
    Result<void, ParseError> line(std::string_view raw) {
        const std::size_t hash = raw.find('#');
        const std::string_view text = trim(raw.substr(0, hash));
        if (text.empty()) {
            return {};
        }
        if (text.front() == '[' && text.back() == ']') {
            prefix_ = text.substr(1, text.size() - 2);
            out_.sections.push_back({prefix_, number_});
            prefix_ += '.';
            return {};
        }
        if (text.front() == '-') {
            return error(concat(": ", text, ", options in configuration file must be specified without leading -"));
        }
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) {
            const bool negation = text.size() >= 2 && text.starts_with("no");
            return error(concat(": ", text,
                                negation
                                    ? concat(", if you intended to specify a negated option, use ", text, "=1 instead")
                                    : std::string()));
        }
        const std::string name = concat(prefix_, trim(text.substr(0, equals)));
        if (hash != std::string_view::npos && name.find("rpcpassword") != std::string::npos) {
            return error(", using # in rpcpassword can be ambiguous and should be avoided");
        }
        return assign(name, trim(text.substr(equals + 1)));
    }

    Result<void, ParseError> assign(const std::string& name, std::string_view value) {
        if (const std::size_t dot = name.rfind('.'); dot != std::string::npos && prefix_.size() <= dot) {
            out_.sections.push_back({name.substr(0, dot), number_});
        }
        const Key key = split_key(name);
        if (key.name == "conf") {
            return Failure<ParseError>(
                {"conf cannot be set in the configuration file; use includeconf= if you want to "
                 "include additional config files",
                 {}});
        }
        const Setting* setting = find_setting(key.name);
        if (setting == nullptr) {
            out_.unknown.push_back({name, number_});
            return {};
        }
        if (key.name == "reindex") {
            out_.warnings.emplace_back(
                "reindex=1 is set in the configuration file, which will significantly slow down startup. Consider "
                "removing or commenting out this option for better performance, unless there is currently a condition "
                "which makes rebuilding the indexes necessary");
        }
        KEEL_TRY(Value interpreted, interpret(*setting, key.negated, value, out_.warnings));
        out_.assignments.push_back({setting, std::move(interpreted), std::string(key.section)});
        return {};
    }

    [[nodiscard]] Result<void, ParseError> error(std::string_view what) const {
        return Failure<ParseError>({concat("parse error on line ", number_, what), {}});
    }

    ConfigText out_;
    std::string prefix_;
    int number_ = 1;
};

}  // namespace

std::string Value::as_text() const {
    switch (kind) {
        case Kind::no: return "0";
        case Kind::yes: return "1";
        case Kind::text: break;
    }
    return text;
}

Result<CommandLine, ParseError> parse_command_line(std::span<const std::string> arguments, Program program) {
    CommandLine out;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!arguments[i].starts_with('-') || arguments[i] == "-") {
            out.rest.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
            break;
        }
        KEEL_TRY(Assignment assignment, parse_argument(arguments[i], program, out.warnings));
        if (assignment.setting->name == "includeconf" && !assignment.value.negated()) {
            const std::string shown =
                assignment.value.kind == Value::Kind::yes ? "true" : concat("\"", assignment.value.text, "\"");
            return Failure<ParseError>(
                {concat("-includeconf cannot be used from commandline; -includeconf=", shown), {}});
        }
        out.assignments.push_back(std::move(assignment));
    }
    return out;
}

Result<ConfigText, ParseError> parse_config(std::string_view text) { return ConfigParser().parse(text); }

std::optional<std::int64_t> to_number(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) {
            return std::nullopt;
        }
    }
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return out;
}

std::optional<std::string> check_value(const Setting& setting, const Value& value) {
    if (setting.support == Support::unavailable) {
        const std::string text = value.as_text();
        if (text == "0" || (setting.type != Type::flag && text.empty())) {
            return std::nullopt;
        }
        return concat("-", setting.name, " cannot be used: ", setting.note, ".");
    }
    if (value.kind != Value::Kind::text || setting.support == Support::no_effect) {
        return std::nullopt;
    }
    if (setting.type == Type::flag && !value.text.empty() && !to_number(value.text)) {
        return concat("Invalid value '", value.text, "' for -", setting.name, ": 1 switches it on and 0 off.");
    }
    if (setting.type == Type::number) {
        const auto number = to_number(value.text);
        if (!number) {
            return concat("Invalid value '", value.text, "' for -", setting.name, ": it takes a whole number.");
        }
        if (*number < setting.low || *number > setting.high) {
            if (setting.name == "port" || setting.name == "rpcport") {
                return concat("Invalid port specified in -", setting.name, ": '", value.text, "'");
            }
            return concat("Invalid value ", value.text, " for -", setting.name, ": it takes ", setting.low, " to ",
                          setting.high, ".");
        }
    }
    return std::nullopt;
}

}  // namespace keel::settings
