#include "base/hex.hpp"
#include "front/rest/endpoints.hpp"
#include "front/rest/service.hpp"
#include "front/rpc/common.hpp"

namespace keel::rest {
namespace {

using headers::Node;
using primitives::BlockHash;

constexpr int kBadRequest = 400;
constexpr int kNotFound = 404;
constexpr int kServerError = 500;

Reply invalid_hash(std::string_view text) { return error(kBadRequest, "Invalid hash: " + sanitized(text)); }

const Node* find(const Source& source, const RawHash& hash) {
    return source.node.chain.tree().find(hash_cast<BlockHash>(hash));
}

// The JSON that a call answers with, or the error.
Reply call_reply(const Source& source, std::string_view method, const std::string& params, Lifetime lifetime) {
    auto result = source.calls.invoke(method, params);
    return result ? json_reply(std::move(*result), lifetime) : error(kServerError, result.error().message);
}

// A block's bytes, or the answer that says why not.
Result<Bytes, Reply> block_bytes(const Source& source, const Node& node, std::string_view hash) {
    auto bytes = source.node.chain.read_block(node);
    if (bytes) {
        return std::move(*bytes);
    }
    const std::string name(hash);
    switch (bytes.error()) {
        case api::ReadFailure::not_stored:
            return Failure<Reply>(error(kNotFound, name + " not available (not fully downloaded)"));
        case api::ReadFailure::pruned: return Failure<Reply>(error(kNotFound, name + " not available (pruned data)"));
        case api::ReadFailure::damaged: break;
    }
    return Failure<Reply>(error(kServerError, "I/O error reading " + name));
}

Reply whole_block(const Source& source, const Path& path, int verbosity) {
    const auto hash = parse_hash(path.text);
    if (!hash) {
        return invalid_hash(path.text);
    }
    const Node* node = find(source, *hash);
    if (node == nullptr) {
        return error(kNotFound, std::string(path.text) + " not found");
    }
    if (path.format == Format::none) {
        return no_such_format();
    }
    const auto bytes = block_bytes(source, *node, path.text);
    if (!bytes) {
        return bytes.error();
    }
    if (path.format == Format::json) {
        return call_reply(source, "getblock", "[\"" + std::string(path.text) + "\"," + std::to_string(verbosity) + "]",
                          Lifetime::brief);
    }
    return bytes_reply(*bytes, path.format, Lifetime::immutable);
}

// From `first` on along the active chain; none when it is not part of it.
std::vector<const Node*> chain_from(const Source& source, const Node* first, std::uint64_t count) {
    const Node& tip = source.node.chain.tip();
    std::vector<const Node*> out;
    for (const Node* node = first; node != nullptr && out.size() < count;) {
        const rpc::Position position = rpc::position_of(*node, tip);
        if (position.confirmations < 0) {
            break;
        }
        out.push_back(node);
        node = position.next;
    }
    return out;
}

Reply write_headers(const Source& source, const std::vector<const Node*>& nodes, Format format) {
    if (format != Format::json) {
        Bytes bytes;
        for (const Node* node : nodes) {
            append(bytes, node->header().serialize());
        }
        return bytes_reply(bytes, format, Lifetime::brief);
    }
    std::string json = "[";
    for (const Node* node : nodes) {
        const auto header = source.calls.invoke("getblockheader", "[\"" + to_hex(node->hash()) + "\"]");
        if (!header) {
            return error(kServerError, header.error().message);
        }
        json += (json.size() > 1 ? "," : "") + *header;
    }
    return json_reply(json + "]", Lifetime::brief);
}

// One list for each transaction, the coinbase's being empty.
template <class BeginTx, class Coin>
void for_each_spent(const store::SpentCoins& spent, const BeginTx& begin_tx, const Coin& coin) {
    begin_tx(std::size_t{0});
    for (std::size_t tx = 0; tx < spent.tx_count(); ++tx) {
        begin_tx(spent.tx_end(tx) - spent.tx_begin(tx));
        for (std::size_t i = spent.tx_begin(tx); i < spent.tx_end(tx); ++i) {
            coin(spent[i]);
        }
    }
}

Bytes spent_bytes(const store::SpentCoins& spent) {
    Bytes out;
    primitives::Writer writer(out);
    writer.write_compact_size(spent.tx_count() + 1);
    for_each_spent(
        spent, [&](std::size_t count) { writer.write_compact_size(count); },
        [&](const primitives::CoinView& coin) {
            writer.write(coin.value.satoshi());
            writer.write_var_bytes(coin.script);
        });
    return out;
}

std::string spent_json(const store::SpentCoins& spent, const primitives::Params& params) {
    std::string out;
    rpc::JsonWriter writer(out);
    bool open = false;
    writer.begin_array();
    for_each_spent(
        spent,
        [&](std::size_t) {
            if (open) {
                writer.end_array();
            }
            writer.begin_array();
            open = true;
        },
        [&](const primitives::CoinView& coin) {
            writer.begin_object();
            writer.key("scriptPubKey");
            rpc::write_script(writer, coin.script, params);
            writer.field("value", coin.value);
            writer.end_object();
        });
    writer.end_array();
    writer.end_array();
    return out;
}

}  // namespace

Reply headers(const Source& source, const Path& path) {
    if (path.format == Format::none) {
        return no_such_format();
    }
    const std::vector<std::string_view> parts = path.parts();
    std::string count_text;
    if (parts.size() == 2) {
        count_text = parts[0];  // the older form: /rest/headers/<count>/<hash>
    } else if (parts.size() == 1) {
        count_text = path.parameter("count").value_or("5");
    } else {
        return error(kBadRequest, "Invalid URI format. Expected /rest/headers/<hash>.<ext>?count=<count>");
    }
    const auto count = parse_count(count_text);
    if (!count || *count < 1 || *count > kHeadersMax) {
        return error(kBadRequest, "Header count is invalid or out of acceptable range (1-2000): " + count_text);
    }
    const auto hash = parse_hash(parts.back());
    if (!hash) {
        return invalid_hash(parts.back());
    }
    return write_headers(source, chain_from(source, find(source, *hash), *count), path.format);
}

Reply block(const Source& source, const Path& path) { return whole_block(source, path, 3); }

Reply block_without_txs(const Source& source, const Path& path) { return whole_block(source, path, 1); }

Reply block_part(const Source& source, const Path& path) {
    const auto offset = parse_count(path.parameter("offset").value_or(""));
    if (!offset) {
        return error(kBadRequest, "Block part offset missing or invalid");
    }
    const auto size = parse_count(path.parameter("size").value_or(""));
    if (!size) {
        return error(kBadRequest, "Block part size missing or invalid");
    }
    const auto hash = parse_hash(path.text);
    if (!hash) {
        return invalid_hash(path.text);
    }
    const Node* node = find(source, *hash);
    if (node == nullptr) {
        return error(kNotFound, std::string(path.text) + " not found");
    }
    const auto bytes = block_bytes(source, *node, path.text);
    if (!bytes) {
        return bytes.error();
    }
    if (*size == 0 || *offset >= bytes->size() || *size > bytes->size() - *offset) {
        return error(kBadRequest, "Bad block part offset/size " + std::to_string(*offset) + "/" +
                                      std::to_string(*size) + " for " + std::string(path.text));
    }
    switch (path.format) {
        case Format::json: return error(kBadRequest, "JSON output is not supported for this request type");
        case Format::none: return no_such_format();
        default: break;
    }
    return bytes_reply(ByteSpan(*bytes).subspan(*offset, *size), path.format, Lifetime::immutable);
}

Reply block_hash_by_height(const Source& source, const Path& path) {
    const auto height = parse_count(path.text);
    if (!height || *height > static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max())) {
        return error(kBadRequest, "Invalid height: " + sanitized(path.text));
    }
    const Node* node = source.node.chain.tip().ancestor(primitives::Height(static_cast<std::int32_t>(*height)));
    if (node == nullptr) {
        return error(kNotFound, "Block height out of range");
    }
    switch (path.format) {
        case Format::binary: return bytes_reply(node->hash().bytes, Format::binary, Lifetime::brief);
        // As hashes are shown, not byte by byte.
        case Format::hex: return {200, "text/plain", "no-store", to_hex(node->hash()) + "\n"};
        case Format::json: return json_reply(R"({"blockhash":")" + to_hex(node->hash()) + "\"}", Lifetime::brief);
        case Format::none: break;
    }
    return no_such_format();
}

Reply spent_outputs(const Source& source, const Path& path) {
    if (path.parts().size() != 1) {
        return error(kBadRequest, "Invalid URI format. Expected /rest/spenttxouts/<hash>.<ext>");
    }
    const auto hash = parse_hash(path.text);
    if (!hash) {
        return invalid_hash(path.text);
    }
    const Node* node = find(source, *hash);
    if (node == nullptr) {
        return error(kNotFound, std::string(path.text) + " not found");
    }
    store::SpentCoins spent;
    if (node->previous() != nullptr) {
        auto read = source.node.chain.read_undo(*node);
        if (!read) {
            return error(kNotFound, std::string(path.text) + " undo not available");
        }
        spent = std::move(*read);
    }
    switch (path.format) {
        case Format::json: return json_reply(spent_json(spent, source.node.chain.params()), Lifetime::immutable);
        case Format::none: return no_such_format();
        default: break;
    }
    return bytes_reply(spent_bytes(spent), path.format, Lifetime::immutable);
}

}  // namespace keel::rest
