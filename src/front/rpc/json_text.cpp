#include "front/rpc/json_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace keel::rpc {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

// Position behind the string whose opening quote is at `at`.
std::size_t string_end(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        at += text[at] == '\\' ? 1U : 0U;
    }
    return std::min(at + 1, text.size());
}

// Position behind the value that starts at `at`.
std::size_t value_end(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = string_end(text, at);
            if (depth == 0) {
                return at;
            }
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}' || c == ']' || kBlank.find(c) != std::string_view::npos)) {
            return at;
        }
        ++at;
        if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return at;
        }
    }
    return at;
}

std::size_t skip_blank(std::string_view text, std::size_t at) {
    return std::min(text.find_first_not_of(kBlank, at), text.size());
}

void new_line(std::string& out, std::size_t level) {
    out += '\n';
    out.append(2 * level, ' ');
}

}  // namespace

std::optional<std::string_view> json_member(std::string_view object, std::string_view name) {
    std::size_t at = skip_blank(object, 0);
    if (at == object.size() || object[at] != '{') {
        return std::nullopt;
    }
    for (at = skip_blank(object, at + 1); at < object.size() && object[at] == '"'; at = skip_blank(object, at)) {
        const std::size_t key_end = string_end(object, at);
        const std::string_view key = object.substr(at + 1, key_end - at - 2);
        at = skip_blank(object, std::min(skip_blank(object, key_end) + 1, object.size()));
        const std::size_t end = value_end(object, at);
        if (key == name) {
            return object.substr(at, end - at);
        }
        at = skip_blank(object, end);
        at += at < object.size() && object[at] == ',' ? 1U : 0U;
    }
    return std::nullopt;
}

std::string json_pretty(std::string_view json) {
    std::string out;
    std::size_t level = 0;
    for (std::size_t at = 0; at < json.size();) {
        const char c = json[at];
        if (c == '"') {
            const std::size_t end = string_end(json, at);
            out += json.substr(at, end - at);
            at = end;
            continue;
        }
        ++at;
        if (c == '{' || c == '[') {
            out += c;
            new_line(out, ++level);
            // An empty one takes two lines, as in the tool that scripts know.
            at = skip_blank(json, at);
            if (at < json.size() && (json[at] == '}' || json[at] == ']')) {
                out.resize(out.size() - 2 * level - 1);
            }
        } else if (c == '}' || c == ']') {
            level -= level > 0 ? 1U : 0U;
            new_line(out, level);
            out += c;
        } else if (c == ',') {
            out += c;
            new_line(out, level);
        } else if (c == ':') {
            out += ": ";
        } else if (kBlank.find(c) == std::string_view::npos) {
            out += c;
        }
    }
    return out;
}

std::optional<std::string> json_string(std::string_view json) {
    boost::json::error_code error;
    const boost::json::value value = boost::json::parse({json.data(), json.size()}, error);
    if (error || !value.is_string()) {
        return std::nullopt;
    }
    return std::string(value.get_string().data(), value.get_string().size());
}

std::string json_text(const boost::json::value& value) {
    std::string out = boost::json::serialize(value);
    return is_json(out) ? out : "null";
}

bool is_json(std::string_view text) {
    boost::json::error_code error;
    const boost::json::value value = boost::json::parse({text.data(), text.size()}, error);
    return !error;
}

}  // namespace keel::rpc
