// getopenrpcinfo and rpc.discover: the table of calls as an OpenRPC document (spec.open-rpc.org).
#include <boost/json/value.hpp>

#include "front/rpc/json_text.hpp"
#include "front/rpc/method_groups.hpp"
#include "front/rpc/schema.hpp"

namespace keel::rpc {
namespace {

constexpr std::string_view kOpenRpcVersion = "1.4.1";

void write_one_of(JsonWriter& out, std::string_view first, std::string_view second) {
    out.key("oneOf");
    out.begin_array();
    for (const std::string_view type : {first, second}) {
        out.begin_object();
        out.field("type", type);
        out.end_object();
    }
    out.end_array();
}

void write_type(JsonWriter& out, ArgType type) {
    switch (type) {
        case ArgType::text: out.field("type", "string"); break;
        case ArgType::hex:
            out.field("type", "string");
            out.field("pattern", "^[0-9a-fA-F]+$");
            break;
        case ArgType::number: out.field("type", "number"); break;
        case ArgType::boolean: out.field("type", "boolean"); break;
        case ArgType::array: out.field("type", "array"); break;
        case ArgType::object: out.field("type", "object"); break;
        case ArgType::amount: write_one_of(out, "number", "string"); break;
        case ArgType::outputs: write_one_of(out, "array", "object"); break;
        case ArgType::number_or_boolean: write_one_of(out, "number", "boolean"); break;
        case ArgType::number_or_text: write_one_of(out, "integer", "string"); break;
        case ArgType::range: {
            out.key("oneOf");
            out.raw(R"([{"type":"number"},{"type":"array","items":[{"type":"number"},{"type":"number"}],)"
                    R"("additionalItems":false,"minItems":2,"maxItems":2}])");
            break;
        }
        case ArgType::any:
        case ArgType::any_text: break;
    }
}

void write_param(JsonWriter& out, const Param& param) {
    out.begin_object();
    out.field("name", param.name());
    out.field("required", param.need == Need::required);
    out.key("schema");
    out.begin_object();
    write_type(out, param.type);
    if (param.need != Need::required && !param.fallback.empty()) {
        if (is_json(param.fallback)) {
            out.key("default");
            out.raw(param.fallback);
        } else {
            out.field("x-bitcoin-default-hint", param.fallback);
        }
    }
    out.end_object();
    out.field("description", param.help);
    out.end_object();
}

void write_method(JsonWriter& out, const Method& method, bool with_hidden) {
    out.begin_object();
    out.field("name", method.name);
    out.field("description", method.summary);
    out.key("params");
    out.begin_array();
    for (const Param& param : method.params) {
        if (with_hidden || param.need != Need::hidden) {
            write_param(out, param);
        }
    }
    out.end_array();
    out.key("result");
    out.begin_object();
    out.field("name", "result");
    out.key("schema");
    write_json_schema(out, parse_schema(method.result).value_or(Schema()));
    out.end_object();
    out.field("x-bitcoin-category", method.category);
    out.end_object();
}

void write_document(const Context& context, bool with_hidden, JsonWriter& out) {
    const std::int32_t version = context.peers.network().version;
    out.begin_object();
    out.field("openrpc", kOpenRpcVersion);
    out.key("info");
    out.begin_object();
    out.field("title", "Keel JSON-RPC");
    out.field("version", std::to_string(version / 10'000) + "." + std::to_string(version / 100 % 100) + "." +
                             std::to_string(version % 100));
    out.end_object();
    out.key("methods");
    out.begin_array();
    for (const Method& method : all_methods()) {
        if (with_hidden || method.category != "hidden") {
            write_method(out, method, with_hidden);
        }
    }
    out.end_array();
    out.end_object();
}

Outcome<void> getopenrpcinfo(const Context& context, const Args& args, JsonWriter& out) {
    write_document(context, args.boolean(0, false), out);
    return {};
}

Outcome<void> discover(const Context& context, const Args&, JsonWriter& out) {
    write_document(context, false, out);
    return {};
}

constexpr Param kInfoParams[] = {
    {"include_hidden", ArgType::boolean, Need::optional, "false", "Whether hidden calls and parameters are shown"},
};
constexpr std::string_view kDocument =
    "{openrpc: str, info: {title: str, version: str}, methods: [any]} 'the OpenRPC document'";

constexpr Method kMethods[] = {
    {"control", "getopenrpcinfo", "Returns a description of all calls that programs can read.", kInfoParams, kDocument,
     getopenrpcinfo},
    {"control", "rpc.discover", "The same under the name that OpenRPC gives it.", {}, kDocument, discover},
};

}  // namespace

std::span<const Method> openrpc_methods() { return kMethods; }

}  // namespace keel::rpc
