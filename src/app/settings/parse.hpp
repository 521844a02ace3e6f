// Reads command lines and configuration files into named values. Knows which names exist and what each may look like;
// knows nothing of files, of chains, or of which value wins (values.hpp).
//
// Command line: -name, --name, -name=value, -noname. The first argument that does not begin with '-' ends the settings.
// Configuration file (bitcoin.conf format): name=value lines, '#' begins a comment, [section] applies to what follows,
// section.name=value to one line.
//
// Error texts are those of Bitcoin Core where it has the same error. Pure; bounded by the input.
#pragma once

#include <string>

#include "app/settings/setting.hpp"
#include "base/result.hpp"

namespace keel::settings {

// What was given for a name: text (empty for a bare -name), or a negation, or the negation of one (-nox=0).
struct Value {
    enum class Kind : std::uint8_t { text, no, yes } kind = Kind::text;
    std::string text;

    bool operator==(const Value&) const = default;
    [[nodiscard]] bool negated() const { return kind == Kind::no; }
    // "0" and "1" for negations.
    [[nodiscard]] std::string as_text() const;
};

struct Assignment {
    const Setting* setting = nullptr;
    Value value;
    std::string section;  // of a configuration file; empty: none
};

// A mistake, and what to try instead (empty: no idea).
struct ParseError {
    std::string text;
    std::string hint;
};

struct CommandLine {
    std::vector<Assignment> assignments;
    std::vector<std::string> rest;      // from the first argument without '-'
    std::vector<std::string> warnings;  // for the log
};
// `arguments` without the program's name.
[[nodiscard]] Result<CommandLine, ParseError> parse_command_line(std::span<const std::string> arguments,
                                                                 Program program);

struct SectionMark {
    std::string name;
    int line = 0;
};
struct UnknownName {
    std::string name;  // as written, section included
    int line = 0;
};
struct ConfigText {
    std::vector<Assignment> assignments;
    std::vector<SectionMark> sections;  // in order of appearance
    std::vector<UnknownName> unknown;
    std::vector<std::string> warnings;  // for the log
};
[[nodiscard]] Result<ConfigText, ParseError> parse_config(std::string_view text);

// What is wrong with a value of this setting; nothing when it is fine.
std::optional<std::string> check_value(const Setting& setting, const Value& value);
// The number that a text writes: optional sign and digits, nothing else.
std::optional<std::int64_t> to_number(std::string_view text);

}  // namespace keel::settings
