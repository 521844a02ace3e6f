// scantxoutset: which unspent outputs pay to some descriptors.
#include <unordered_set>

#include <boost/json/value.hpp>

#include "engine/store/coin_format.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/descriptor_args.hpp"
#include "front/rpc/json_values.hpp"
#include "front/rpc/method_groups.hpp"

namespace keel::rpc {
namespace {

// Coins between two looks at whether to stop.
constexpr std::uint64_t kScanStep = 8'192;

struct Found {
    primitives::OutPoint outpoint;
    primitives::Coin coin;
};

struct Search {
    std::unordered_set<std::string_view> scripts;  // views into `bytes`
    std::vector<Bytes> bytes;
    address::KeyStore store;
    std::vector<Found> found;
    std::uint64_t looked_at = 0;
};

Failure<Error> damaged(std::string_view what) {
    return fail(ErrorCode::internal, "Unable to read UTXO set: " + std::string(what));
}

// txids are spread evenly, so their first bytes tell how far a search in their order is.
int percent_at(const primitives::OutPoint& outpoint) {
    const unsigned first = std::to_integer<unsigned>(outpoint.txid.bytes[0]) << 8U;
    return static_cast<int>((first + std::to_integer<unsigned>(outpoint.txid.bytes[1])) * 100 / 65'536);
}

// False: somebody ended the search.
Outcome<bool> search(const Context& context, const api::CoinSet& set, Search& search) {
    const auto coins = set.coins->iterate(store::kCoinFamily);
    for (coins->seek({}); coins->valid(); coins->next()) {
        const auto outpoint = store::decode_coin_key(coins->key());
        auto coin = store::decode_coin(coins->value());
        if (!outpoint || !coin) {
            return damaged("a coin is damaged");
        }
        if (search.looked_at % kScanStep == 0) {
            context.coin_scan.report(percent_at(*outpoint));
            if (context.coin_scan.aborted()) {
                return false;
            }
            if (context.chain.stopping()) {
                return fail(ErrorCode::client_not_connected, "Shutting down");
            }
        }
        ++search.looked_at;
        if (search.scripts.contains(as_text(coin->script))) {
            search.found.push_back({*outpoint, *std::move(coin)});
        }
    }
    if (coins->error()) {
        return damaged(coins->error()->text);
    }
    return true;
}

void write_found(const Context& context, const Search& search, const Node& tip, JsonWriter& out) {
    const primitives::AddressPrefixes& prefixes = context.chain.params().prefixes;
    primitives::Amount total;
    out.key("unspents");
    out.begin_array();
    for (const auto& [outpoint, coin] : search.found) {
        total = total.add(coin.value).value_or(total);
        out.begin_object();
        out.field("txid", outpoint.txid);
        out.field("vout", outpoint.index);
        out.field_hex("scriptPubKey", coin.script);
        out.field("desc", address::infer_descriptor(coin.script, prefixes, search.store));
        out.field("amount", coin.value);
        out.field("coinbase", coin.coinbase);
        out.field("height", coin.height);
        const Node* block = tip.ancestor(coin.height);
        out.field("blockhash", block != nullptr ? block->hash() : primitives::BlockHash());
        out.field("confirmations", tip.height() - coin.height + 1);
        out.end_object();
    }
    out.end_array();
    out.field("total_amount", total);
}

Outcome<void> start(const Context& context, const Args& args, JsonWriter& out) {
    const ScanSlot::Turn turn(context.coin_scan);
    if (!turn.granted()) {
        return fail(ErrorCode::invalid_parameter, R"(Scan already in progress, use action "abort" or "status")");
    }
    if (!args.has(1)) {
        return fail(ErrorCode::misc, "scanobjects argument is required for the start action");
    }
    Search job;
    for (const Args::Json& object : args.value(1).get_array()) {
        KEEL_TRY(auto scripts, scripts_of_scan_object(context, object, job.store));
        std::ranges::move(scripts, std::back_inserter(job.bytes));
    }
    for (const Bytes& script : job.bytes) {
        job.scripts.insert(as_text(script));
    }
    api::Pending<Result<api::CoinSet, std::string>> pending;
    context.commands.snapshot_coins(pending.reply());
    KEEL_TRY(const auto set, wait_for(pending));
    if (!set) {
        return fail(ErrorCode::internal, set.error());
    }
    KEEL_TRY(const bool complete, search(context, *set, job));
    out.begin_object();
    out.field("success", complete);
    out.field("txouts", job.looked_at);
    out.field("height", set->tip->height());
    out.field("bestblock", set->tip->hash());
    write_found(context, job, *set->tip, out);
    out.end_object();
    return {};
}

Outcome<void> scantxoutset(const Context& context, const Args& args, JsonWriter& out) {
    const std::string_view action = args.text(0);
    if (action == "start") {
        return start(context, args, out);
    }
    if (action == "status") {
        if (!context.coin_scan.busy()) {
            out.value(nullptr);
            return {};
        }
        out.begin_object();
        out.field("progress", context.coin_scan.percent());
        out.end_object();
        return {};
    }
    if (action == "abort") {
        const bool running = context.coin_scan.busy();
        context.coin_scan.abort();
        out.value(running);
        return {};
    }
    return fail(ErrorCode::invalid_parameter, "Invalid action '" + std::string(action) + "'");
}

constexpr Param kScanParams[] = {
    {"action", ArgType::text, Need::required, "", "\"start\", \"status\" or \"abort\""},
    {"scanobjects", ArgType::array, Need::optional, "",
     "To start: descriptors, or objects with \"desc\" and \"range\" (default 1000)"},
};

constexpr Method kMethods[] = {
    {"blockchain", "scantxoutset",
     "Searches the set of unspent outputs for those that pay to some descriptors. Reads all of it, so this may take "
     "some time; \"status\" and \"abort\" go to the search in progress.",
     kScanParams,
     "{success: bool 'whether the search was completed', txouts: num 'outputs looked at', height: num, bestblock: hex, "
     "unspents: [{txid: hex, vout: num, scriptPubKey: hex, desc: str, amount: amount, coinbase: bool, height: num, "
     "blockhash: hex, confirmations: num}], total_amount: amount} 'start' | {progress: num 'percent'} 'status' | null "
     "'status without a search' | bool 'abort: whether there was a search'",
     scantxoutset},
};

}  // namespace

std::span<const Method> scan_coins_methods() { return kMethods; }

}  // namespace keel::rpc
