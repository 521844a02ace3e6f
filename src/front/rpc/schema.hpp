// The shape of a call's result, written in its table row and used for help, for the OpenRPC document and to check
// answers.
//
// Language: words `str hex num amount bool null any`; [T] a list; [T, T] a list of exactly these; {name: T, other?: T}
// an object whose members marked ? may be absent; {*: T} an object with any names; T | T alternatives; @name a shape
// that several calls share; behind any type, a text in single quotes says what it means.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "front/rpc/json_writer.hpp"

namespace keel::rpc {

struct Schema {
    enum class Kind : std::uint8_t { text, hex, number, amount, boolean, null, any, object, map, list, tuple, either };

    Kind kind = Kind::any;
    std::string description{};
    std::string name{};            // of a member
    bool optional = false;         // a member that may be absent
    std::vector<Schema> fields{};  // object: its members
    std::vector<Schema> items{};   // map, list: one; tuple: all; either: the alternatives
};

// Nothing when the text is not in the language; nesting is bounded by kSchemaDepthMax.
inline constexpr int kSchemaDepthMax = 16;
[[nodiscard]] std::optional<Schema> parse_schema(std::string_view text);

// Where a value differs from its schema, as a sentence; nothing when it fits.
[[nodiscard]] std::optional<std::string> mismatch(const Schema& schema, const boost::json::value& value);

// As lines for people, and as JSON Schema.
std::string schema_help(const Schema& schema);
void write_json_schema(JsonWriter& out, const Schema& schema);

}  // namespace keel::rpc
