// /rest/getutxos (BIP64).
#include <boost/json/value.hpp>

#include "base/hex.hpp"
#include "front/rest/endpoints.hpp"
#include "front/rest/service.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/json_parse.hpp"
#include "front/rpc/json_values.hpp"

namespace keel::rest {
namespace {

using primitives::OutPoint;

constexpr int kBadRequest = 400;
constexpr int kServerError = 500;

struct Question {
    std::vector<OutPoint> outpoints;
    bool with_mempool = false;
};

using Parsed = Result<Question, Reply>;

Failure<Reply> refuse(std::string_view why) { return Failure<Reply>(error(kBadRequest, why)); }

// "checkmempool" or nothing, then "txid-n" for each output.
Parsed question_of_path(const Path& path) {
    Question out;
    std::vector<std::string_view> parts = path.parts();
    out.with_mempool = parts.front() == "checkmempool";
    for (std::size_t i = out.with_mempool ? 1 : 0; i < parts.size(); ++i) {
        const std::size_t dash = parts[i].find('-');
        const auto txid = parse_hash(parts[i].substr(0, dash));
        const auto index = dash == std::string_view::npos ? std::nullopt : parse_count(parts[i].substr(dash + 1));
        if (!txid || !index || *index > std::numeric_limits<std::uint32_t>::max()) {
            return refuse("Parse error");
        }
        out.outpoints.push_back({hash_cast<primitives::Txid>(*txid), static_cast<std::uint32_t>(*index)});
    }
    if (out.outpoints.empty()) {
        return refuse("Error: empty request");
    }
    return out;
}

Parsed question_of_bytes(ByteSpan bytes) {
    primitives::Reader reader(bytes);
    Question out;
    out.with_mempool = reader.read_bool();
    const std::size_t count = reader.read_count(primitives::kMaxSize, OutPoint::kSize);
    for (std::size_t i = 0; i < count; ++i) {
        out.outpoints.push_back(OutPoint::read(reader));
    }
    if (!reader.ok()) {
        return refuse("Parse error");
    }
    return out;
}

Parsed question_of(const Source& source, Path path) {
    const bool in_path = path.text.size() > 1;
    if (!in_path && source.body.empty()) {
        return refuse("Error: empty request");
    }
    Question out;
    if (in_path) {
        path.text.remove_prefix(1);  // the slash
        KEEL_TRY(out, question_of_path(path));
    }
    if (path.format == Format::none) {
        return Failure<Reply>(no_such_format());
    }
    if (path.format == Format::json) {
        return in_path ? Parsed(std::move(out)) : refuse("Error: empty request");
    }
    if (!source.body.empty()) {
        if (in_path) {
            return refuse("Combination of URI scheme inputs and raw post data is not allowed");
        }
        const std::optional<Bytes> decoded =
            path.format == Format::hex ? from_hex(source.body) : to_bytes(as_bytes(source.body));
        return question_of_bytes(decoded.value_or(Bytes()));
    }
    return out;
}

struct Found {
    std::uint32_t height = 0;
    primitives::Amount value;
    Bytes script;
};

// The height that an unconfirmed output has.
constexpr std::uint32_t kMempoolHeight = 0x7FFFFFFF;

// What gettxout says about an output; nothing when there is none.
rpc::Outcome<std::optional<Found>> find(const Source& source, const OutPoint& outpoint, bool with_mempool) {
    KEEL_TRY(const std::string text,
             source.calls.invoke("gettxout", "[\"" + to_hex(outpoint.txid) + "\"," + std::to_string(outpoint.index) +
                                                 (with_mempool ? ",true]" : ",false]")));
    const auto json = rpc::parse_json(text);
    if (!json || !json->is_object()) {
        return std::nullopt;
    }
    Found out;
    KEEL_TRY(out.value, rpc::amount_of(json->at("value")));
    KEEL_TRY(const auto confirmations, rpc::integer_of<std::int32_t>(json->at("confirmations")));
    out.script = from_hex(rpc::text_of(json->at("scriptPubKey").at("hex"))).value_or(Bytes());
    const std::int32_t tip = source.node.chain.tip().height().value();
    out.height = confirmations == 0 ? kMempoolHeight : static_cast<std::uint32_t>(tip + 1 - confirmations);
    return out;
}

Bytes as_bytes_reply(const Source& source, const std::vector<std::optional<Found>>& found) {
    const headers::Node& tip = source.node.chain.tip();
    Bytes out;
    primitives::Writer writer(out);
    writer.write(tip.height().value());
    writer.write_hash(tip.hash());
    Bytes bitmap((found.size() + 7) / 8);
    std::size_t count = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        bitmap[i / 8] |= static_cast<std::byte>((found[i] ? 1U : 0U) << (i % 8));
        count += found[i] ? 1U : 0U;
    }
    writer.write_var_bytes(bitmap);
    writer.write_compact_size(count);
    for (const auto& coin : found) {
        if (coin) {
            writer.write(std::uint32_t{0});  // was the transaction's version
            writer.write(coin->height);
            writer.write(coin->value.satoshi());
            writer.write_var_bytes(coin->script);
        }
    }
    return out;
}

std::string as_json_reply(const Source& source, const std::vector<std::optional<Found>>& found) {
    const headers::Node& tip = source.node.chain.tip();
    std::string bitmap;
    for (const auto& coin : found) {
        bitmap += coin ? '1' : '0';
    }
    std::string out;
    rpc::JsonWriter writer(out);
    writer.begin_object();
    writer.field("chainHeight", tip.height());
    writer.field("chaintipHash", tip.hash());
    writer.field("bitmap", bitmap);
    writer.key("utxos");
    writer.begin_array();
    for (const auto& coin : found) {
        if (coin) {
            writer.begin_object();
            writer.field("height", coin->height);
            writer.field("value", coin->value);
            writer.key("scriptPubKey");
            rpc::write_script(writer, coin->script, source.node.chain.params());
            writer.end_object();
        }
    }
    writer.end_array();
    writer.end_object();
    return out;
}

}  // namespace

Reply coins(const Source& source, const Path& path) {
    const Parsed question = question_of(source, path);
    if (!question) {
        return question.error();
    }
    if (question->outpoints.size() > kOutpointsMax) {
        return error(kBadRequest, "Error: max outpoints exceeded (max: " + std::to_string(kOutpointsMax) +
                                      ", tried: " + std::to_string(question->outpoints.size()) + ")");
    }
    std::vector<std::optional<Found>> found;
    for (const OutPoint& outpoint : question->outpoints) {
        auto coin = find(source, outpoint, question->with_mempool);
        if (!coin) {
            return error(kServerError, coin.error().message);
        }
        found.push_back(std::move(*coin));
    }
    return path.format == Format::json ? json_reply(as_json_reply(source, found), Lifetime::brief)
                                       : bytes_reply(as_bytes_reply(source, found), path.format, Lifetime::brief);
}

}  // namespace keel::rest
