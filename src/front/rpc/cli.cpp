#include "front/rpc/cli.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "front/rpc/json_text.hpp"
#include "front/rpc/json_writer.hpp"
#include "front/rpc/method.hpp"

namespace keel::rpc {
namespace {

using Text = Result<std::string, std::string>;

std::string quoted(std::string_view text) {
    std::string out;
    JsonWriter(out).value(text);
    return out;
}

Text to_json(ArgType type, std::string_view word) {
    switch (type) {
        case ArgType::text:
        case ArgType::hex:
        case ArgType::any_text: return quoted(word);
        case ArgType::any:
        case ArgType::amount:
        case ArgType::number_or_text: return is_json(word) ? std::string(word) : quoted(word);
        default: break;
    }
    if (!is_json(word)) {
        return std::unexpected("Error parsing JSON: " + std::string(word));
    }
    return std::string(word);
}

ArgType type_at(const Method* method, std::size_t index) {
    return method != nullptr && index < method->params.size() ? method->params[index].type : ArgType::text;
}

ArgType type_named(const Method* method, std::string_view name) {
    if (method != nullptr) {
        for (const Param& param : method->params) {
            const std::vector<std::string_view> names = param.all_names();
            if (std::ranges::find(names, name) != names.end()) {
                return param.type;
            }
        }
    }
    return ArgType::text;
}

Text positional(const Method* method, std::span<const std::string> words) {
    std::string out = "[";
    for (std::size_t i = 0; i < words.size(); ++i) {
        KEEL_TRY(const std::string json, to_json(type_at(method, i), words[i]));
        out += (i > 0 ? "," : "") + json;
    }
    return out + "]";
}

bool is_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

// Words that do not start with a name and "=" are positions in front of the named ones. Of several words with the same
// name the last one counts.
Text named(const Method* method, std::span<const std::string> words) {
    std::vector<std::pair<std::string_view, std::string>> members;
    std::vector<std::string> plain;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        const std::string_view name = std::string_view(word).substr(0, equals);
        if (equals == std::string::npos || !is_name(name)) {
            plain.push_back(word);
            continue;
        }
        KEEL_TRY(std::string json, to_json(type_named(method, name), std::string_view(word).substr(equals + 1)));
        std::erase_if(members, [&](const auto& member) { return member.first == name; });
        members.emplace_back(name, std::move(json));
    }
    std::string out = "{";
    for (const auto& [name, json] : members) {
        out += (out.size() > 1 ? "," : "") + quoted(name) + ":" + json;
    }
    if (!plain.empty()) {
        KEEL_TRY(const std::string json, positional(method, plain));
        out += (out.size() > 1 ? "," : "") + std::string("\"args\":") + json;
    }
    return out + "}";
}

CliOutput error_output(std::string_view error) {
    CliOutput out;
    const std::string_view code_text = json_member(error, "code").value_or("-1");
    int code = -1;
    std::from_chars(code_text.data(), code_text.data() + code_text.size(), code);
    const auto message = json_member(error, "message");
    const auto text = message ? json_string(*message) : std::nullopt;
    out.exit_code = std::abs(code);
    out.err = "error code: " + std::to_string(code) + "\nerror message:\n" + text.value_or(std::string(error));
    out.warming_up = code == static_cast<int>(ErrorCode::in_warmup);
    return out;
}

}  // namespace

Text cli_request(std::string_view method, std::span<const std::string> words, ArgStyle style, std::string_view id) {
    const bool is_number = !id.empty() && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
    const Method* row = find_method(method);
    KEEL_TRY(const std::string params, style == ArgStyle::named ? named(row, words) : positional(row, words));
    return "{\"jsonrpc\":\"2.0\",\"id\":" + (is_number ? std::string(id) : quoted(id)) +
           ",\"method\":" + quoted(method) + ",\"params\":" + params + "}";
}

CliOutput cli_output(std::string_view body) {
    if (const auto error = json_member(body, "error"); error && *error != "null") {
        return error_output(*error);
    }
    const auto result = json_member(body, "result");
    if (!result) {
        return {.exit_code = 1, .err = "error: couldn't parse reply from server"};
    }
    if (*result == "null") {
        return {};
    }
    if (auto text = json_string(*result)) {
        return {.out = std::move(*text)};
    }
    return {.out = json_pretty(*result)};
}

}  // namespace keel::rpc
