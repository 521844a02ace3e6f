#include "front/rpc/schema.hpp"

#include <algorithm>
#include <array>

#include <boost/json/value.hpp>

#include "front/rpc/json_values.hpp"

namespace keel::rpc {
namespace {

namespace json = boost::json;
using Kind = Schema::Kind;

struct Word {
    std::string_view name;
    Kind kind;
};
constexpr Word kWords[] = {
    {"str", Kind::text},     {"hex", Kind::hex},   {"num", Kind::number}, {"amount", Kind::amount},
    {"bool", Kind::boolean}, {"null", Kind::null}, {"any", Kind::any},
};

struct Shared {
    std::string_view name;
    std::string_view text;
};
constexpr Shared kShared[] = {
    {"script", "{asm: str, desc: str, hex: hex, address?: str, type: str}"},
    {"vin",
     "{coinbase?: hex, txid?: hex, vout?: num, scriptSig?: {asm: str, hex: hex}, txinwitness?: [hex], prevout?: "
     "{generated: bool, height: num, value: amount, scriptPubKey: @script}, sequence: num}"},
    {"pool_entry",
     "{vsize_adjusted: num, vsize: num, vsize_bip141: num, weight: num, time: num, height: num, descendantcount: num, "
     "descendantsize: num, ancestorcount: num, ancestorsize: num, wtxid: hex, chunkweight: num, fees: {base: amount, "
     "modified: amount, ancestor: amount, descendant: amount, chunk: amount}, depends: [hex], spentby: [hex], "
     "unbroadcast: bool}"},
    {"vout", "{value: amount, n: num, scriptPubKey: @script}"},
};

bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

class Parser {
public:
    explicit Parser(std::string_view text, int depth = 0) : rest_(text), depth_(depth) {}

    std::optional<Schema> whole() {
        auto out = either();
        return out && next() == '\0' ? std::move(out) : std::nullopt;
    }

private:
    char next() {
        while (rest_.starts_with(' ')) {
            rest_.remove_prefix(1);
        }
        return rest_.empty() ? '\0' : rest_.front();
    }
    bool take(char c) {
        if (next() != c) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    std::string_view word() {
        next();
        std::size_t end = 0;
        while (end < rest_.size() && is_word_char(rest_[end])) {
            ++end;
        }
        const std::string_view out = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return out;
    }

    std::optional<Schema> either() {
        if (++depth_ > kSchemaDepthMax) {
            return std::nullopt;
        }
        std::vector<Schema> alternatives;
        do {
            auto one = described();
            if (!one) {
                return std::nullopt;
            }
            alternatives.push_back(std::move(*one));
        } while (take('|'));
        --depth_;
        if (alternatives.size() == 1) {
            return std::move(alternatives.front());
        }
        Schema out{.kind = Kind::either};
        out.items = std::move(alternatives);
        return out;
    }

    std::optional<Schema> described() {
        auto out = plain();
        if (out && take('\'')) {
            const std::size_t end = rest_.find('\'');
            if (end == std::string_view::npos) {
                return std::nullopt;
            }
            out->description = rest_.substr(0, end);
            rest_.remove_prefix(end + 1);
        }
        return out;
    }

    std::optional<Schema> plain() {
        if (take('{')) {
            return object();
        }
        if (take('[')) {
            return list();
        }
        const bool shared = take('@');
        const std::string_view name = word();
        if (shared) {
            const auto* found = std::ranges::find(kShared, name, &Shared::name);
            return found == std::end(kShared) ? std::nullopt : Parser(found->text, depth_).whole();
        }
        const auto* found = std::ranges::find(kWords, name, &Word::name);
        return found == std::end(kWords) ? std::nullopt : std::optional(Schema{.kind = found->kind});
    }

    std::optional<Schema> list() {
        Schema out{.kind = Kind::list};
        do {
            auto item = either();
            if (!item) {
                return std::nullopt;
            }
            out.items.push_back(std::move(*item));
        } while (take(','));
        out.kind = out.items.size() > 1 ? Kind::tuple : Kind::list;
        return take(']') ? std::optional(std::move(out)) : std::nullopt;
    }

    std::optional<Schema> object() {
        Schema out{.kind = Kind::object};
        if (take('}')) {
            return out;
        }
        if (take('*')) {
            out.kind = Kind::map;
            auto item = take(':') ? either() : std::nullopt;
            if (!item || !take('}')) {
                return std::nullopt;
            }
            out.items.push_back(std::move(*item));
            return out;
        }
        do {
            const std::string name(word());
            const bool optional = take('?');
            auto field = !name.empty() && take(':') ? either() : std::nullopt;
            if (!field) {
                return std::nullopt;
            }
            field->name = name;
            field->optional = optional;
            out.fields.push_back(std::move(*field));
        } while (take(','));
        return take('}') ? std::optional(std::move(out)) : std::nullopt;
    }

    std::string_view rest_;
    int depth_;
};

std::string_view json_type(Kind kind) {
    switch (kind) {
        case Kind::text:
        case Kind::hex: return "string";
        case Kind::number:
        case Kind::amount: return "number";
        case Kind::boolean: return "boolean";
        case Kind::null: return "null";
        case Kind::object:
        case Kind::map: return "object";
        case Kind::list:
        case Kind::tuple: return "array";
        case Kind::any:
        case Kind::either: break;
    }
    return "";
}

bool has_type(Kind kind, const json::value& value) {
    switch (value.kind()) {
        case json::kind::null: return json_type(kind) == "null";
        case json::kind::bool_: return json_type(kind) == "boolean";
        case json::kind::string: return json_type(kind) == "string";
        case json::kind::array: return json_type(kind) == "array";
        case json::kind::object: return json_type(kind) == "object";
        default: return json_type(kind) == "number";
    }
}

using Mismatch = std::optional<std::string>;

Mismatch object_mismatch(const Schema& schema, const json::object& object) {
    for (const Schema& field : schema.fields) {
        const json::value* found = object.if_contains(field.name);
        if (found == nullptr && !field.optional) {
            return "member " + field.name + " is missing";
        }
        if (auto inner = found == nullptr ? std::nullopt : mismatch(field, *found)) {
            return field.name + ": " + *inner;
        }
    }
    for (const json::key_value_pair& each : object) {
        const std::string name(each.key().data(), each.key().size());
        if (std::ranges::find(schema.fields, name, &Schema::name) == schema.fields.end()) {
            return "member " + name + " is not described";
        }
    }
    return std::nullopt;
}

Mismatch items_mismatch(const Schema& schema, const json::array& array) {
    if (schema.kind == Kind::tuple && array.size() != schema.items.size()) {
        return "the list has " + std::to_string(array.size()) + " elements";
    }
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (auto inner = mismatch(schema.items[schema.kind == Kind::tuple ? i : 0], array[i])) {
            return std::to_string(i) + ": " + *inner;
        }
    }
    return std::nullopt;
}

// ---- for people ----

std::string_view help_word(Kind kind) {
    switch (kind) {
        case Kind::text: return "\"str\"";
        case Kind::hex: return "\"hex\"";
        case Kind::number:
        case Kind::amount: return "n";
        case Kind::boolean: return "true|false";
        case Kind::null: return "null";
        case Kind::object:
        case Kind::map: return "{";
        case Kind::list:
        case Kind::tuple: return "[";
        case Kind::any:
        case Kind::either: break;
    }
    return "...";
}

std::string_view help_type(Kind kind) {
    switch (kind) {
        case Kind::text: return "string";
        case Kind::hex: return "string, hexadecimal";
        case Kind::number: return "numeric";
        case Kind::amount: return "numeric, bitcoin";
        case Kind::boolean: return "boolean";
        case Kind::null: return "json null";
        case Kind::object:
        case Kind::map: return "json object";
        case Kind::list:
        case Kind::tuple: return "json array";
        case Kind::any:
        case Kind::either: break;
    }
    return "any";
}

// What stands before a type on its line, and whether the member may be absent.
struct HelpLine {
    std::string indent{};
    std::string label{};
    bool optional = false;
};

void append_help(std::string& out, const Schema& schema, const HelpLine& head) {
    const std::string& indent = head.indent;
    constexpr std::size_t kNoteColumn = 44;
    const bool is_object = schema.kind == Kind::object || schema.kind == Kind::map;
    const bool is_list = schema.kind == Kind::list || schema.kind == Kind::tuple;
    std::string line = indent + head.label + std::string(help_word(schema.kind));
    line.resize(std::max(line.size() + 2, kNoteColumn), ' ');
    out += line + "(" + std::string(help_type(schema.kind)) + (head.optional ? ", optional)" : ")");
    out += (schema.description.empty() ? "" : " ") + schema.description + "\n";
    const std::string deeper = indent + "  ";
    for (const Schema& field : schema.fields) {
        append_help(out, field, {deeper, "\"" + field.name + "\" : ", field.optional});
    }
    for (const Schema& item : schema.items) {
        append_help(out, item, {deeper, schema.kind == Kind::map ? "\"...\" : " : "", false});
    }
    if (is_object || is_list) {
        out += indent + (is_object ? "}\n" : schema.kind == Kind::list ? "  ...\n" + indent + "]\n" : "]\n");
    }
}

// ---- as JSON Schema ----

void write_items(JsonWriter& out, const Schema& schema) {
    out.key("items");
    if (schema.kind == Kind::list) {
        write_json_schema(out, schema.items.front());
        return;
    }
    out.begin_array();
    for (const Schema& item : schema.items) {
        write_json_schema(out, item);
    }
    out.end_array();
    out.field("additionalItems", false);
    out.field("minItems", schema.items.size());
    out.field("maxItems", schema.items.size());
}

void write_members(JsonWriter& out, const Schema& schema) {
    out.key("properties");
    out.begin_object();
    for (const Schema& field : schema.fields) {
        out.key(field.name);
        write_json_schema(out, field);
    }
    out.end_object();
    out.field("additionalProperties", false);
    if (!std::ranges::all_of(schema.fields, &Schema::optional)) {
        out.key("required");
        out.begin_array();
        for (const Schema& field : schema.fields) {
            if (!field.optional) {
                out.value(field.name);
            }
        }
        out.end_array();
    }
}

}  // namespace

std::optional<Schema> parse_schema(std::string_view text) { return Parser(text).whole(); }

std::optional<std::string> mismatch(const Schema& schema, const json::value& value) {
    if (schema.kind == Kind::any) {
        return std::nullopt;
    }
    if (schema.kind == Kind::either) {
        std::string all;
        for (const Schema& item : schema.items) {
            const Mismatch inner = mismatch(item, value);
            if (!inner) {
                return std::nullopt;
            }
            all += (all.empty() ? "" : "; or ") + *inner;
        }
        return all;
    }
    if (!has_type(schema.kind, value)) {
        return std::string("found ") + type_name(value) + " instead of " + std::string(json_type(schema.kind));
    }
    switch (schema.kind) {
        case Kind::object: return object_mismatch(schema, value.get_object());
        case Kind::map:
            for (const json::key_value_pair& each : value.get_object()) {
                if (auto inner = mismatch(schema.items.front(), each.value())) {
                    return std::string(each.key().data(), each.key().size()) + ": " + *inner;
                }
            }
            return std::nullopt;
        case Kind::list:
        case Kind::tuple: return items_mismatch(schema, value.get_array());
        default: return std::nullopt;
    }
}

std::string schema_help(const Schema& schema) {
    std::string out;
    if (schema.kind != Kind::either) {
        append_help(out, schema, {});
        return out;
    }
    for (const Schema& item : schema.items) {
        out += out.empty() ? "" : "or\n";
        append_help(out, item, {});
    }
    return out;
}

void write_json_schema(JsonWriter& out, const Schema& schema) {
    out.begin_object();
    switch (schema.kind) {
        case Kind::any: break;
        case Kind::either:
            out.key("oneOf");
            out.begin_array();
            for (const Schema& item : schema.items) {
                write_json_schema(out, item);
            }
            out.end_array();
            break;
        default: out.field("type", json_type(schema.kind));
    }
    if (schema.kind == Kind::hex) {
        out.field("pattern", "^[0-9a-fA-F]*$");
    } else if (schema.kind == Kind::amount) {
        out.field("x-bitcoin-unit", "amount");
    } else if (schema.kind == Kind::list || schema.kind == Kind::tuple) {
        write_items(out, schema);
    } else if (schema.kind == Kind::object) {
        write_members(out, schema);
    } else if (schema.kind == Kind::map) {
        out.key("additionalProperties");
        write_json_schema(out, schema.items.front());
    }
    if (!schema.description.empty()) {
        out.field("description", schema.description);
    }
    out.end_object();
}

}  // namespace keel::rpc
