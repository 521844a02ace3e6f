#include <algorithm>
#include <vector>

#include "front/rpc/method.hpp"
#include "front/rpc/schema.hpp"

namespace keel::rpc {
namespace {

bool is_quoted(ArgType type) { return type == ArgType::text || type == ArgType::hex; }

std::string shown_name(const Param& param) {
    const std::string name(param.name());
    return is_quoted(param.type) ? "\"" + name + "\"" : name;
}

std::string_view type_text(ArgType type) {
    switch (type) {
        case ArgType::text: return "string";
        case ArgType::hex: return "string, hexadecimal";
        case ArgType::number: return "numeric";
        case ArgType::boolean: return "boolean";
        case ArgType::array: return "json array";
        case ArgType::object: return "json object";
        case ArgType::any:
        case ArgType::any_text: return "string, numeric or boolean";
        case ArgType::range: return "numeric or json array";
        case ArgType::amount:
        case ArgType::number_or_text: return "numeric or string";
        case ArgType::outputs: return "json array or object";
        case ArgType::number_or_boolean: return "numeric or boolean";
    }
    return "";
}

std::string describe(std::size_t number, const Param& param) {
    std::string out =
        std::to_string(number) + ". " + std::string(param.name()) + "    (" + std::string(type_text(param.type)) + ", ";
    if (param.need == Need::required) {
        out += "required";
    } else {
        out += "optional";
        out += param.fallback.empty() ? "" : ", default=" + std::string(param.fallback);
    }
    return out + ") " + std::string(param.help) + "\n";
}

std::string capitalized(std::string_view text) {
    std::string out(text);
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') {
        out[0] = static_cast<char>(out[0] - 'a' + 'A');
    }
    return out;
}

// Words that a reader can paste: required arguments by their names.
std::string example(const Method& method) {
    std::string out = "> keel rpc " + std::string(method.name);
    for (const Param& param : method.params) {
        if (param.need == Need::required) {
            out += " " + shown_name(param);
        }
    }
    return out + "\n";
}

}  // namespace

std::string signature(const Method& method) {
    std::string out(method.name);
    bool in_optional = false;
    for (const Param& param : method.params) {
        if (param.need == Need::hidden) {
            break;
        }
        const bool optional = param.need != Need::required;
        out += ' ';
        if (optional != in_optional) {
            out += optional ? "( " : ") ";
            in_optional = optional;
        }
        out += shown_name(param);
    }
    return in_optional ? out + " )" : out;
}

std::string help_text(const Method& method) {
    std::string out = signature(method) + "\n\n" + std::string(method.summary) + "\n";
    std::string arguments;
    for (std::size_t i = 0; i < method.params.size() && method.params[i].need != Need::hidden; ++i) {
        arguments += describe(i + 1, method.params[i]);
    }
    if (method.name == "generate") {
        return out;  // all there is to say
    }
    if (!arguments.empty()) {
        out += "\nArguments:\n" + arguments;
    }
    return out + "\nResult:\n" + schema_help(parse_schema(method.result).value_or(Schema())) + "\nExamples:\n" +
           example(method);
}

std::string help_index() {
    std::vector<const Method*> shown;
    for (const Method& method : all_methods()) {
        if (method.category != "hidden") {
            shown.push_back(&method);
        }
    }
    std::ranges::sort(shown, {}, [](const Method* method) { return std::pair(method->category, method->name); });
    std::string out;
    std::string_view category;
    for (const Method* method : shown) {
        if (method->category != category) {
            category = method->category;
            out += (out.empty() ? "== " : "\n== ") + capitalized(category) + " ==\n";
        }
        out += signature(*method) + "\n";
    }
    out.pop_back();
    return out;
}

}  // namespace keel::rpc
