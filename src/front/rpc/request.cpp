#include "front/rpc/request.hpp"

#include <algorithm>

#include <boost/json/value.hpp>

#include "front/rpc/json_parse.hpp"
#include "front/rpc/json_values.hpp"

namespace keel::rpc {
namespace {

namespace json = boost::json;
using Values = std::vector<const json::value*>;

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }
std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

Failure<Error> invalid_request(std::string message) { return fail(ErrorCode::invalid_request, std::move(message)); }

Outcome<void> read_version(const json::object& request, Call& call) {
    const json::value* version = request.if_contains("jsonrpc");
    if (version == nullptr || version->is_null()) {
        return {};
    }
    if (!version->is_string()) {
        return invalid_request("jsonrpc field must be a string");
    }
    if (version->get_string() == "2.0") {
        call.version2 = true;
        return {};
    }
    // Some old clients wrote this although the field is younger than that version.
    if (version->get_string() != "1.0") {
        return invalid_request("JSON-RPC version not supported");
    }
    return {};
}

bool is_named(const Param& param, std::string_view name) {
    const std::vector<std::string_view> names = param.all_names();
    return std::ranges::find(names, name) != names.end();
}

// Positional values under "args", in front of the named ones.
Outcome<void> place_positional(const Method& method, const json::value& args, Values& values) {
    const json::array& positional = args.get_array();
    for (std::size_t i = 0; i < positional.size(); ++i) {
        if (i >= values.size()) {
            values.push_back(&positional[i]);  // too many: the count is judged later
            continue;
        }
        if (values[i] != nullptr) {
            return fail(ErrorCode::invalid_parameter, "Parameter " + std::string(method.params[i].names) +
                                                          " specified twice both as positional and named argument");
        }
        values[i] = &positional[i];
    }
    return {};
}

Outcome<Values> place_named(const Method& method, const json::object& named) {
    Values values(method.params.size());
    const json::value* positional = nullptr;
    for (const json::key_value_pair& entry : named) {
        if (const auto repeated = duplicate_name(view(entry.key()))) {
            return fail(ErrorCode::invalid_parameter,
                        "Parameter " + std::string(*repeated) + " specified multiple times");
        }
    }
    for (const json::key_value_pair& entry : named) {
        const std::string_view name = view(entry.key());
        std::size_t at = 0;
        while (at < values.size() && !is_named(method.params[at], name)) {
            ++at;
        }
        if (at < values.size() && values[at] == nullptr) {
            values[at] = &entry.value();
        } else if (at == values.size() && name == "args" && entry.value().is_array()) {
            positional = &entry.value();
        } else {
            return fail(ErrorCode::invalid_parameter,
                        at < values.size() ? "Parameter " + std::string(name) + " specified multiple times"
                                           : "Unknown named parameter " + std::string(name));
        }
    }
    if (positional != nullptr) {
        KEEL_CHECK(place_positional(method, *positional, values));
    }
    while (!values.empty() && values.back() == nullptr) {
        values.pop_back();
    }
    return values;
}

bool is_valid_count(const Method& method, std::size_t count) {
    std::size_t required = method.params.size();
    while (required > 0 && method.params[required - 1].need != Need::required) {
        --required;
    }
    return count >= required && count <= method.params.size();
}

const char* expected_name(ArgType type) {
    switch (type) {
        case ArgType::text:
        case ArgType::hex: return "string";
        case ArgType::number: return "number";
        case ArgType::boolean: return "bool";
        case ArgType::array: return "array";
        case ArgType::object: return "object";
        case ArgType::any:
        case ArgType::any_text:
        case ArgType::range:
        case ArgType::amount:
        case ArgType::outputs:
        case ArgType::number_or_boolean:
        case ArgType::number_or_text: return "any";
    }
    return "";
}

bool is_unchecked(ArgType type) { return std::string_view(expected_name(type)) == "any"; }

Outcome<void> check_types(const Method& method, const Values& values) {
    static const json::value kNull;
    std::string wrong;
    for (std::size_t i = 0; i < method.params.size(); ++i) {
        const Param& param = method.params[i];
        const json::value& value = i < values.size() && values[i] != nullptr ? *values[i] : kNull;
        if (is_unchecked(param.type) || (param.need != Need::required && value.is_null()) ||
            std::string_view(type_name(value)) == expected_name(param.type)) {
            continue;
        }
        wrong += wrong.empty() ? "" : ",\n";
        wrong += "    \"Position " + std::to_string(i + 1) + " (" + std::string(param.names) +
                 ")\": \"JSON value of type " + type_name(value) + " is not of expected type " +
                 expected_name(param.type) + "\"";
    }
    if (!wrong.empty()) {
        return fail(ErrorCode::type, "Wrong type passed:\n{\n" + wrong + "\n}");
    }
    return {};
}

}  // namespace

Outcome<void> read_call(const json::value& request, Call& call) {
    if (!request.is_object()) {
        return invalid_request("Invalid Request object");
    }
    const json::object& object = request.get_object();
    call.is_object = true;
    call.id = object.if_contains("id");
    KEEL_CHECK(read_version(object, call));
    const json::value* method = object.if_contains("method");
    if (method == nullptr || method->is_null()) {
        return invalid_request("Missing method");
    }
    if (!method->is_string()) {
        return invalid_request("Method must be a string");
    }
    call.method = view(method->get_string());
    const json::value* params = object.if_contains("params");
    if (params != nullptr && !params->is_null()) {
        if (!params->is_array() && !params->is_object()) {
            return invalid_request("Params must be an array or object");
        }
        call.params = params;
    }
    return {};
}

Outcome<Args> arrange(const Method& method, const json::value* params) {
    Values values;
    if (params != nullptr && params->is_object()) {
        KEEL_TRY(values, place_named(method, params->get_object()));
    } else if (params != nullptr) {
        for (const json::value& value : params->get_array()) {
            values.push_back(&value);
        }
    }
    if (!is_valid_count(method, values.size())) {
        return fail(ErrorCode::misc, help_text(method));
    }
    KEEL_CHECK(check_types(method, values));
    return Args(std::move(values));
}

}  // namespace keel::rpc
