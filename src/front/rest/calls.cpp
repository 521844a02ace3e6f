// Paths whose answers are those of RPC calls.
#include "base/hex.hpp"
#include "front/rest/endpoints.hpp"
#include "front/rest/service.hpp"
#include "front/rpc/json_text.hpp"

namespace keel::rest {
namespace {

constexpr int kBadRequest = 400;
constexpr int kNotFound = 404;

Reply json_of(const rpc::Outcome<std::string>& result, Lifetime lifetime) {
    return result ? json_reply(*result, lifetime) : error(kNotFound, result.error().message);
}

// A call whose result is text of hex digits, as bytes or as that text.
Reply bytes_of(const rpc::Outcome<std::string>& result, Format format, Lifetime lifetime) {
    const auto digits = result ? rpc::json_string(*result) : std::nullopt;
    const auto bytes = digits ? from_hex(*digits) : std::nullopt;
    return bytes ? bytes_reply(*bytes, format, lifetime)
                 : error(kNotFound, result ? "not available" : result.error().message);
}

std::string one_text(std::string_view text) { return "[\"" + std::string(text) + "\"]"; }

// "true" or "false"; nothing for anything else.
std::optional<bool> parse_flag(std::string_view text) {
    return text == "true" ? std::optional(true) : text == "false" ? std::optional(false) : std::nullopt;
}

Reply mempool_content(const Source& source, const Path& path) {
    const auto verbose = parse_flag(path.parameter("verbose").value_or("true"));
    if (!verbose) {
        return error(kBadRequest, R"(The "verbose" query parameter must be either "true" or "false".)");
    }
    const auto sequence = parse_flag(path.parameter("mempool_sequence").value_or("false"));
    if (!sequence) {
        return error(kBadRequest, R"(The "mempool_sequence" query parameter must be either "true" or "false".)");
    }
    if (*verbose && *sequence) {
        return error(kBadRequest,
                     R"(Verbose results cannot contain mempool sequence values. (hint: set "verbose=false"))");
    }
    const auto word = [](bool flag) { return std::string(flag ? "true" : "false"); };
    return json_of(source.calls.invoke("getrawmempool", "[" + word(*verbose) + "," + word(*sequence) + "]"),
                   Lifetime::brief);
}

// "basic" and a block hash that is known, or the answer that says what is wrong.
std::optional<Reply> check_filter(const Source& source, std::string_view type, std::string_view hash_text) {
    const auto hash = parse_hash(hash_text);
    if (!hash) {
        return error(kBadRequest, "Invalid hash: " + sanitized(hash_text));
    }
    if (type != "basic") {
        return error(kBadRequest, "Unknown filtertype " + sanitized(type));
    }
    if (source.node.chain.tree().find(hash_cast<primitives::BlockHash>(*hash)) == nullptr) {
        return error(kNotFound, std::string(hash_text) + " not found");
    }
    return std::nullopt;
}

rpc::Outcome<std::string> filter_member(const Source& source, std::string_view hash, std::string_view name) {
    KEEL_TRY(const std::string filter, source.calls.invoke("getblockfilter", one_text(hash)));
    const auto found = rpc::json_member(filter, name);
    const auto text = found ? rpc::json_string(*found) : std::nullopt;
    if (!text) {
        return rpc::fail(rpc::ErrorCode::internal, "Filter not found.");
    }
    return *text;
}

// Index not enabled is the client's mistake, a missing filter is not found.
Reply filter_error(const rpc::Error& why) {
    return error(why.message.starts_with("Index is not enabled") ? kBadRequest : kNotFound, why.message);
}

}  // namespace

Reply chain_info(const Source& source, const Path& path) {
    if (path.format != Format::json) {
        return no_such_format("json");
    }
    return json_of(source.calls.invoke("getblockchaininfo", "[]"), Lifetime::brief);
}

Reply deployment_info(const Source& source, const Path& path) {
    if (path.format != Format::json) {
        return no_such_format("json");
    }
    if (path.text.empty()) {
        return json_of(source.calls.invoke("getdeploymentinfo", "[]"), Lifetime::brief);
    }
    const auto hash = parse_hash(path.text);
    if (!hash) {
        return error(kBadRequest, "Invalid hash: " + sanitized(path.text));
    }
    if (source.node.chain.tree().find(hash_cast<primitives::BlockHash>(*hash)) == nullptr) {
        return error(kBadRequest, "Block not found");
    }
    return json_of(source.calls.invoke("getdeploymentinfo", one_text(path.text)), Lifetime::immutable);
}

Reply mempool(const Source& source, const Path& path) {
    if (path.text != "info" && path.text != "contents") {
        return error(kBadRequest, "Invalid URI format. Expected /rest/mempool/<info|contents>.json");
    }
    if (path.format != Format::json) {
        return no_such_format("json");
    }
    return path.text == "info" ? json_of(source.calls.invoke("getmempoolinfo", "[]"), Lifetime::brief)
                               : mempool_content(source, path);
}

Reply transaction(const Source& source, const Path& path) {
    if (!parse_hash(path.text)) {
        return error(kBadRequest, "Invalid hash: " + sanitized(path.text));
    }
    if (path.format == Format::none) {
        return no_such_format();
    }
    const std::string verbosity = path.format == Format::json ? "1" : "0";
    const auto found =
        source.calls.invoke("getrawtransaction", "[\"" + std::string(path.text) + "\"," + verbosity + "]");
    if (!found) {
        return error(kNotFound, std::string(path.text) + " not found");
    }
    return path.format == Format::json ? json_reply(*found, Lifetime::brief)
                                       : bytes_of(found, path.format, Lifetime::brief);
}

Reply block_filter(const Source& source, const Path& path) {
    const std::vector<std::string_view> parts = path.parts();
    if (parts.size() != 2) {
        return error(kBadRequest, "Invalid URI format. Expected /rest/blockfilter/<filtertype>/<blockhash>");
    }
    if (auto wrong = check_filter(source, parts[0], parts[1])) {
        return std::move(*wrong);
    }
    const auto digits = filter_member(source, parts[1], "filter");
    if (!digits) {
        return filter_error(digits.error());
    }
    if (path.format == Format::none) {
        return no_such_format();
    }
    if (path.format == Format::json) {
        return json_reply(R"({"filter":")" + *digits + "\"}", Lifetime::immutable);
    }
    // As on the wire: type, block, length, filter.
    Bytes bytes;
    primitives::Writer writer(bytes);
    writer.write(std::uint8_t{0});
    writer.write_hash(*parse_hash(parts[1]));
    writer.write_var_bytes(from_hex(*digits).value_or(Bytes()));
    return bytes_reply(bytes, path.format, Lifetime::immutable);
}

Reply block_filter_headers(const Source& source, const Path& path) {
    const std::vector<std::string_view> parts = path.parts();
    if (parts.size() != 2 && parts.size() != 3) {
        return error(
            kBadRequest,
            "Invalid URI format. Expected /rest/blockfilterheaders/<filtertype>/<blockhash>.<ext>?count=<count>");
    }
    // The older form has the count in the path.
    const std::string count_text = parts.size() == 3 ? std::string(parts[1]) : path.parameter("count").value_or("5");
    const auto count = parse_count(count_text);
    if (!count || *count < 1 || *count > kHeadersMax) {
        return error(kBadRequest, "Header count is invalid or out of acceptable range (1-2000): " + count_text);
    }
    if (auto wrong = check_filter(source, parts[0], parts.back())) {
        return std::move(*wrong);
    }
    if (path.format == Format::none) {
        return no_such_format();
    }
    const headers::Node& tip = source.node.chain.tip();
    const headers::Node* node =
        source.node.chain.tree().find(hash_cast<primitives::BlockHash>(*parse_hash(parts.back())));
    std::string json;
    Bytes bytes;
    for (std::uint64_t i = 0; i < *count && node != nullptr && tip.ancestor(node->height()) == node; ++i) {
        const auto header = filter_member(source, to_hex(node->hash()), "header");
        if (!header) {
            return filter_error(header.error());
        }
        json += (json.empty() ? "\"" : ",\"") + *header + "\"";
        append(bytes, parse_hash(*header).value_or(RawHash()).bytes);
        node = tip.ancestor(node->height() + 1);
    }
    return path.format == Format::json ? json_reply("[" + json + "]", Lifetime::brief)
                                       : bytes_reply(bytes, path.format, Lifetime::brief);
}

}  // namespace keel::rest
