// getblocktemplate (BIP22, BIP23, BIP9, BIP145).
#include <charconv>
#include <set>

#include <boost/json/value.hpp>

#include "base/hex.hpp"
#include "engine/headers/history.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/json_values.hpp"
#include "front/rpc/method_groups.hpp"
#include "front/rpc/template_desk.hpp"
#include "rules/consensus/deployments.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/pow.hpp"

namespace keel::rpc {
namespace {

using Json = Args::Json;

// A long poll looks at the pool after the first of these, and then again after each of the second.
constexpr milliseconds kFirstLook{60'000};
constexpr milliseconds kNextLook{10'000};
// Between them it notices that the node stops.
constexpr milliseconds kSlice{1'000};

// Work on a chain that nobody else sees is of no use, but to those who test.
Outcome<void> require_network(const Context& context) {
    if (context.chain.params().network != primitives::Network::main) {
        return {};
    }
    api::Pending<api::PeersState> pending;
    context.peers.peers(pending.reply());
    KEEL_TRY(const auto state, wait_for(pending));
    if (state.peers.empty()) {
        return fail(ErrorCode::client_not_connected, "Keel is not connected!");
    }
    if (context.chain.initial_download()) {
        return fail(ErrorCode::in_initial_download, "Keel is in initial sync and waiting for blocks...");
    }
    return {};
}

Outcome<void> answer_proposal(const Context& context, const Json& request, JsonWriter& out) {
    const Json* data = member(request, "data");
    if (data == nullptr || !data->is_string()) {
        return fail(ErrorCode::type, "Missing data String key for proposal");
    }
    auto bytes = from_hex(text_of(*data));
    auto block = bytes ? primitives::Block::parse(std::move(*bytes)) : Failure(primitives::DecodeError::truncated);
    if (!block) {
        return fail(ErrorCode::deserialization, "Block decode failed");
    }
    if (const Node* known = context.chain.tree().find((*block)->hash())) {
        out.value(known->is(headers::Mark::connected) ? "duplicate"
                  : known->is_failed()                ? "duplicate-invalid"
                                                      : "duplicate-inconclusive");
        return {};
    }
    KEEL_TRY(const auto problem, judge_proposal(context, *block, true));
    if (problem) {
        out.value(*problem);
    } else {
        out.value(nullptr);
    }
    return {};
}

struct LongPoll {
    const Node* tip = nullptr;  // null: unknown, so that there is nothing to wait for
    std::uint64_t pool_sequence = 0;
};

Outcome<LongPoll> read_long_poll(const Context& context, const Json& id) {
    if (!id.is_string()) {
        return LongPoll{&context.chain.tip(), context.desk.pool_sequence()};
    }
    const std::string_view text = text_of(id);
    KEEL_TRY(const auto hash, hash_of(text.substr(0, 64), "longpollid"));
    LongPoll out{.tip = context.chain.tree().find(hash_cast<primitives::BlockHash>(hash))};
    const std::string_view rest = text.substr(std::min<std::size_t>(text.size(), 64));
    std::from_chars(rest.data(), rest.data() + rest.size(), out.pool_sequence);
    return out;
}

// Until the tip is another one, or, looked at now and then, the pool.
Outcome<void> wait_for_news(const Context& context, const LongPoll& known) {
    milliseconds left = kFirstLook;
    while (known.tip != nullptr && !context.chain.stopping()) {
        const milliseconds slice = std::min(left, kSlice);
        if (&context.chain.wait_for_tip(*known.tip, slice) != known.tip) {
            break;
        }
        left -= slice;
        if (left > milliseconds(0)) {
            continue;
        }
        if (context.pool.view().totals().sequence != known.pool_sequence) {
            break;
        }
        left = kNextLook;
    }
    if (context.chain.stopping()) {
        return fail(ErrorCode::client_not_connected, "Shutting down");
    }
    return {};
}

Outcome<std::set<std::string>> client_rules(const Json& request) {
    std::set<std::string> rules;
    const Json* given = member(request, "rules");
    if (given == nullptr || !given->is_array()) {
        return rules;
    }
    for (const Json& rule : given->get_array()) {
        KEEL_TRY(auto name, string_of(rule));
        rules.insert(std::move(name));
    }
    return rules;
}

Outcome<void> require_rules(const primitives::Params& params, const std::set<std::string>& rules) {
    if (params.signet_blocks && !rules.contains("signet")) {
        return fail(ErrorCode::invalid_parameter,
                    "getblocktemplate must be called with the signet rule set (call with {\"rules\": [\"segwit\", "
                    "\"signet\"]})");
    }
    if (!rules.contains("segwit")) {
        return fail(ErrorCode::invalid_parameter,
                    "getblocktemplate must be called with the segwit rule set (call with {\"rules\": [\"segwit\"]})");
    }
    return {};
}

void write_texts(JsonWriter& out, std::string_view name, std::span<const std::string> texts) {
    out.key(name);
    out.begin_array();
    for (const std::string& text : texts) {
        out.value(text);
    }
    out.end_array();
}

// version, rules, vbavailable, vbrequired (BIP9). A "!" before a rule: who does not know it cannot use the template.
void write_rules(JsonWriter& out, const primitives::Params& params, const headers::History& past,
                 const mining::Template& made) {
    std::vector<std::string> rules{"csv"};
    if (consensus::is_active(params.buried.segwit, made.height)) {
        rules.insert(rules.end(), {"!segwit", "taproot"});
    }
    if (params.signet_blocks) {
        rules.emplace_back("!signet");
    }
    consensus::VersionBits bits(params);
    auto version = static_cast<std::uint32_t>(made.header.version);
    std::vector<std::pair<std::string, int>> available;
    for (std::size_t i = 0; i < params.deployments.size(); ++i) {
        const primitives::Deployment& deployment = params.deployments[i];
        const consensus::ThresholdState state = bits.state(past, i);
        if (state == consensus::ThresholdState::active) {
            rules.push_back(deployment.name);
        } else if (state == consensus::ThresholdState::locked_in) {
            version |= 1U << static_cast<unsigned>(deployment.bit);
        }
        if (state == consensus::ThresholdState::started || state == consensus::ThresholdState::locked_in) {
            available.emplace_back(deployment.name, deployment.bit);
        }
    }
    out.field("version", static_cast<std::int32_t>(version));
    write_texts(out, "rules", rules);
    out.key("vbavailable");
    out.begin_object();
    for (const auto& [name, bit] : available) {
        out.field(name, bit);
    }
    out.end_object();
    out.field("vbrequired", 0);
}

void write_limits(JsonWriter& out, bool segwit) {
    const std::int64_t scale = segwit ? 1 : consensus::kWitnessScale;
    out.field("sigoplimit", consensus::kMaxBlockSigopCost / scale);
    out.field("sizelimit", consensus::kMaxBlockWeight / scale);
    if (segwit) {
        out.field("weightlimit", consensus::kMaxBlockWeight);
    }
}

void write_template(JsonWriter& out, const Context& context, const DeskTemplate& desk) {
    const primitives::Params& params = context.chain.params();
    const mining::Template& made = desk.made;
    const headers::History past(*desk.parent);
    const bool segwit = consensus::is_active(params.buried.segwit, made.height);
    const auto time = static_cast<std::uint32_t>(
        std::max({std::int64_t{made.header.time}, made.min_time, to_seconds(context.chain.now())}));
    const auto target = consensus::next_work_required(past, time, params.pow);
    out.begin_object();
    write_texts(out, "capabilities", std::array<std::string, 1>{"proposal"});
    write_rules(out, params, past, made);
    out.field("previousblockhash", made.header.previous);
    out.key("transactions");
    out.raw(desk.txs_json);
    out.key("coinbaseaux");
    out.begin_object();
    out.end_object();
    out.field("coinbasevalue", made.coinbase->view().output(0).value().satoshi());
    out.field("longpollid", to_hex(made.header.previous) + std::to_string(desk.pool_sequence));
    out.field("target", hex256(consensus::decode_compact(target).value));
    out.field("mintime", made.min_time);
    write_texts(out, "mutable", std::array<std::string, 3>{"time", "transactions", "prevblock"});
    out.field("noncerange", "00000000ffffffff");
    write_limits(out, segwit);
    out.field("curtime", time);
    out.field("bits", hex32(target.value()));
    out.field("height", made.height);
    if (params.signet_blocks) {
        out.field_hex("signet_challenge", params.signet_challenge);
    }
    out.field_hex("default_witness_commitment", made.coinbase->view().output(1).script());
    out.end_object();
}

Outcome<void> getblocktemplate(const Context& context, const Args& args, JsonWriter& out) {
    const Json& request = args.value(0);
    const Json* mode = member(request, "mode");
    if (mode != nullptr && (!mode->is_string() || (text_of(*mode) != "template" && text_of(*mode) != "proposal"))) {
        return fail(ErrorCode::invalid_parameter, "Invalid mode");
    }
    if (mode != nullptr && text_of(*mode) == "proposal") {
        return answer_proposal(context, request, out);
    }
    KEEL_TRY(const auto rules, client_rules(request));
    KEEL_CHECK(require_network(context));
    if (const Json* id = member(request, "longpollid")) {
        KEEL_TRY(const auto known, read_long_poll(context, *id));
        KEEL_CHECK(wait_for_news(context, known));
    }
    KEEL_CHECK(require_rules(context.chain.params(), rules));
    KEEL_TRY(const auto desk, context.desk.current(context));
    write_template(out, context, *desk);
    return {};
}

constexpr Param kParams[] = {
    {"template_request", ArgType::object, Need::required, "",
     "{ \"mode\": \"template\" or \"proposal\" (BIP23), \"capabilities\": [ \"str\", ... ], \"rules\": [ \"segwit\", "
     "... ] "
     "(required), \"longpollid\": \"str\" to wait for news since that template, \"data\": \"hex\" of the proposed "
     "block }"},
};

constexpr Method kMethods[] = {
    {"mining", "getblocktemplate", "Returns what is needed to put a block together, or judges a proposed one.", kParams,
     "{capabilities: [str], version: num, rules: [str], vbavailable: {*: num 'its bit'}, vbrequired: num, "
     "previousblockhash: hex, transactions: [{data: hex, txid: hex, hash: hex, depends: [num 'places in this list, "
     "from "
     "1'], fee: num, sigops: num, weight: num}], coinbaseaux: {*: hex}, coinbasevalue: num 'satoshi', longpollid: str, "
     "target: hex, mintime: num, mutable: [str], noncerange: hex, sigoplimit: num, sizelimit: num, weightlimit?: num, "
     "curtime: num, bits: hex, height: num, signet_challenge?: hex, default_witness_commitment: hex} | null 'the "
     "proposed block is fine' | str 'why not'",
     getblocktemplate},
};

}  // namespace

std::span<const Method> block_template_methods() { return kMethods; }

}  // namespace keel::rpc
