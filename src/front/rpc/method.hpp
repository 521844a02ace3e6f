// One remote call = one row of a table: its name, its parameters with their types, its help, its handler.
//
// The rows drive everything: checking and naming of arguments, the help texts, the OpenRPC document, and how the
// command-line client turns words into JSON. Adding a call means adding a row.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "front/rpc/args.hpp"
#include "front/rpc/context.hpp"
#include "front/rpc/json_writer.hpp"

namespace keel::rpc {

enum class ArgType : std::uint8_t {
    text,
    hex,  // text of hexadecimal digits
    number,
    boolean,
    array,
    object,
    any,       // of several types: the handler checks
    any_text,  // the same, but the command-line client sends its word as text
    range,     // a number, or an array of two
    amount,    // bitcoin, as a number or a string
    outputs,   // an array or an object
    number_or_boolean,
    number_or_text,
};

enum class Need : std::uint8_t {
    required,
    optional,
    hidden,  // optional, and not shown by help
};

struct Param {
    std::string_view names;  // "verbosity|verbose": the first is the one to use
    ArgType type = ArgType::text;
    Need need = Need::required;
    std::string_view fallback;  // what an optional one defaults to, for help; may be empty
    std::string_view help;

    [[nodiscard]] std::string_view name() const { return names.substr(0, names.find('|')); }
    [[nodiscard]] std::vector<std::string_view> all_names() const;
};

// Writes exactly one JSON value on success; what it wrote before an error is discarded.
using Handler = Outcome<void> (*)(const Context&, const Args&, JsonWriter&);

struct Method {
    std::string_view category;  // "blockchain"; "hidden" keeps it out of the list
    std::string_view name;
    std::string_view summary;  // one or more sentences
    std::span<const Param> params;
    std::string_view result;  // shape and meaning of the result, in the language of schema.hpp
    Handler handler = nullptr;
};

// All calls, in no particular order.
std::span<const Method> all_methods();
// Null when there is none of this name.
const Method* find_method(std::string_view name);

// "getblockhash height": the first line of help.
std::string signature(const Method& method);
// The full text.
std::string help_text(const Method& method);
// Every category and signature, one line each.
std::string help_index();

}  // namespace keel::rpc
