// Calls that look into the set of unspent outputs.
#include "engine/store/coin_stats.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/method_groups.hpp"

namespace keel::rpc {
namespace {

using store::CoinHash;

// Coins between two looks at whether the node stops.
constexpr std::size_t kScanStep = 10'000;

Outcome<CoinHash> hash_type_of(const Args& args) {
    const std::string_view name = args.has(0) ? args.text(0) : "hash_serialized_3";
    if (name == "hash_serialized_3") {
        return CoinHash::serialized;
    }
    if (name == "muhash") {
        return CoinHash::muhash;
    }
    if (name == "none") {
        return CoinHash::none;
    }
    return fail(ErrorCode::invalid_parameter, "'" + std::string(name) + "' is not a valid hash_type");
}

// A share in a snapshot that others hold too.
class SharedSnapshot final : public store::KvSnapshot {
public:
    explicit SharedSnapshot(std::shared_ptr<store::KvSnapshot> shared) : shared_(std::move(shared)) {}
    [[nodiscard]] Result<std::optional<Bytes>, store::KvError> get(store::KvFamily family,
                                                                   ByteSpan key) const override {
        return shared_->get(family, key);
    }
    [[nodiscard]] std::unique_ptr<store::KvIterator> iterate(store::KvFamily family) const override {
        return shared_->iterate(family);
    }

private:
    std::shared_ptr<store::KvSnapshot> shared_;
};

Outcome<store::CoinStats> scan(const Context& context, const api::CoinSet& set, CoinHash kind) {
    store::CoinStatsScan scan(std::make_unique<SharedSnapshot>(set.coins), kind);
    for (;;) {
        const auto done = scan.step(kScanStep);
        if (!done) {
            return fail(ErrorCode::internal, "Unable to read UTXO set: " + done.error().text);
        }
        if (*done) {
            return scan.result();
        }
        if (context.chain.stopping()) {
            return fail(ErrorCode::client_not_connected, "Shutting down");
        }
    }
}

Outcome<void> gettxoutsetinfo(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const CoinHash kind, hash_type_of(args));
    if (args.has(1)) {
        return fail(ErrorCode::invalid_parameter, "Querying specific block heights requires coinstatsindex");
    }
    api::Pending<Result<api::CoinSet, std::string>> pending;
    context.commands.snapshot_coins(pending.reply());
    KEEL_TRY(const auto set, wait_for(pending));
    if (!set) {
        return fail(ErrorCode::internal, set.error());
    }
    KEEL_TRY(const store::CoinStats stats, scan(context, *set, kind));
    if (!stats.total) {
        return fail(ErrorCode::internal, "Unable to read UTXO set: amounts overflow");
    }
    out.begin_object();
    out.field("height", set->tip->height());
    out.field("bestblock", set->tip->hash());
    out.field("txouts", stats.coins);
    out.field("bogosize", stats.bogo_size);
    if (kind != CoinHash::none) {
        out.field(kind == CoinHash::muhash ? "muhash" : "hash_serialized_3", stats.hash);
    }
    out.field("total_amount", *stats.total);
    out.field("transactions", stats.transactions);
    out.field("disk_size", set->disk_size);
    out.end_object();
    return {};
}

void write_unconfirmed_output(const Context& context, const mempool::Entry& entry, std::uint32_t index,
                              JsonWriter& out) {
    const primitives::TxView tx = entry.tx->view();
    if (index >= tx.output_count()) {
        out.value(nullptr);
        return;
    }
    out.begin_object();
    out.field("bestblock", context.chain.tip().hash());
    out.field("confirmations", 0);
    out.field("value", tx.output(index).value());
    out.key("scriptPubKey");
    write_script(out, tx.output(index).script(), context.chain.params());
    out.field("coinbase", false);
    out.end_object();
}

Outcome<void> gettxout(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const auto txid, args.hash<primitives::Txid>(0, "txid"));
    KEEL_TRY(const auto index, args.integer<std::uint32_t>(1));
    if (args.boolean(2, true)) {
        const mempool::View& pool = context.pool.view();
        if (pool.spender({txid, index}) != nullptr) {
            out.value(nullptr);
            return {};
        }
        if (const auto unconfirmed = pool.find(txid)) {
            write_unconfirmed_output(context, unconfirmed->entry(), index, out);
            return {};
        }
    }
    api::Pending<api::FoundCoins> pending;
    context.commands.find_coins({{txid, index}}, pending.reply());
    KEEL_TRY(const api::FoundCoins found, wait_for(pending));
    if (found.coins.empty() || !found.coins[0]) {
        out.value(nullptr);
        return {};
    }
    const primitives::Coin& coin = *found.coins[0];
    out.begin_object();
    out.field("bestblock", found.tip->hash());
    out.field("confirmations", found.tip->height() - coin.height + 1);
    out.field("value", coin.value);
    out.key("scriptPubKey");
    write_script(out, coin.script, context.chain.params());
    out.field("coinbase", coin.coinbase);
    out.end_object();
    return {};
}

constexpr Param kSetInfoParams[] = {
    {"hash_type", ArgType::text, Need::optional, "hash_serialized_3",
     "Which hash of the set to compute: 'hash_serialized_3', 'muhash' or 'none'"},
    {"hash_or_height", ArgType::number_or_text, Need::optional, "the tip",
     "Needs coinstatsindex, which this node does not keep"},
    {"use_index", ArgType::boolean, Need::optional, "true", "Use coinstatsindex where there is one"},
};
constexpr Param kTxOutParams[] = {
    {"txid", ArgType::hex, Need::required, "", "The transaction id"},
    {"n", ArgType::number, Need::required, "", "The index of the output"},
    {"include_mempool", ArgType::boolean, Need::optional, "true", "Whether unconfirmed transactions count"},
};

constexpr Method kMethods[] = {
    {"blockchain", "gettxoutsetinfo",
     "Returns statistics about the set of unspent outputs. Reads all of it, so this may take some time.",
     kSetInfoParams,
     "{height: num, bestblock: hex, txouts: num, bogosize: num, hash_serialized_3?: hex, muhash?: hex, "
     "total_amount: amount, transactions?: num, disk_size?: num, total_unspendable_amount?: amount, block_info?: "
     "{prevout_spent: amount, coinbase: amount, new_outputs_ex_coinbase: amount, unspendable: amount, "
     "unspendables: {genesis_block: amount, bip30: amount, scripts: amount, unclaimed_rewards: amount}}}",
     gettxoutsetinfo},
    {"blockchain", "gettxout", "Returns details about an unspent output, or null.", kTxOutParams,
     "null 'no such output' | {bestblock: hex, confirmations: num, value: amount, scriptPubKey: @script, "
     "coinbase: bool}",
     gettxout},
};

}  // namespace

std::span<const Method> coin_methods() { return kMethods; }

}  // namespace keel::rpc
