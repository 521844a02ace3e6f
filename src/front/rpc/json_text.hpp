// JSON as text: finding a member and laying out a value without parsing its numbers, so that every digit survives.
// For text that is known to be JSON (our own server's answers); anything else gives nothing or something harmless.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

namespace keel::rpc {

// The text of the value of a top-level member; nothing when `object` is no object or has no such member.
std::optional<std::string_view> json_member(std::string_view object, std::string_view name);

// One element or member per line, indented by two spaces for each level, as bitcoin-cli prints.
std::string json_pretty(std::string_view json);

// The content of a JSON string, unescaped; nothing when the text is no string.
std::optional<std::string> json_string(std::string_view json);

// A parsed value as text again; "null" when it holds a number too large for floating point, which has no text.
std::string json_text(const boost::json::value& value);

// Whether the whole text is one JSON value.
bool is_json(std::string_view text);

}  // namespace keel::rpc
