// Calls that hand transactions to the pool, or only try them.
#include <set>

#include <boost/json/value.hpp>

#include "engine/policy/pool_rules.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/json_values.hpp"
#include "front/rpc/mempool_json.hpp"
#include "front/rpc/method_groups.hpp"
#include "front/rpc/tx_args.hpp"
#include "rules/script/script.hpp"

namespace keel::rpc {
namespace {

using mempool::TxOutcome;
using mempool::TxResult;
using policy::FeeRate;
using primitives::Amount;
using primitives::TxPtr;

constexpr Amount kDefaultRateMax(primitives::kSatoshiPerBitcoin / 10);  // for 1,000 virtual bytes
constexpr std::size_t kScriptElementMax = 520;

Outcome<FeeRate> rate_max(const Args& args, std::size_t index) {
    if (!args.has(index)) {
        return FeeRate::per_kvb(kDefaultRateMax);
    }
    KEEL_TRY(const Amount amount, amount_of(args.value(index)));
    if (amount.satoshi() >= primitives::kSatoshiPerBitcoin) {
        return fail(ErrorCode::invalid_parameter, "Fee rates larger than or equal to 1BTC/kvB are not accepted");
    }
    return FeeRate::per_kvb(amount);
}

Outcome<Amount> burn_max(const Args& args, std::size_t index) {
    return args.has(index) ? amount_of(args.value(index)) : Outcome<Amount>(Amount());
}

bool has_valid_ops(ByteSpan script) {
    script::ScriptReader reader(script);
    for (script::Op op{}; !reader.at_end();) {
        if (!reader.next(op) || op.code > script::Opcode::op_nop10 || op.data.size() > kScriptElementMax) {
            return false;
        }
    }
    return true;
}

Outcome<void> check_burn(const TxPtr& tx, Amount most) {
    for (std::size_t i = 0; i < tx->view().output_count(); ++i) {
        const primitives::OutputView output = tx->view().output(i);
        if ((script::is_unspendable(output.script()) || !has_valid_ops(output.script())) && output.value() > most) {
            return fail(ErrorCode::verify, "Unspendable output exceeds maximum configured by user (maxburnamount)");
        }
    }
    return {};
}

Outcome<bool> is_mined(const Context& context, const TxPtr& tx) {
    std::vector<primitives::OutPoint> outputs;
    outputs.reserve(tx->view().output_count());
    for (std::size_t i = 0; i < tx->view().output_count(); ++i) {
        outputs.push_back({tx->txid(), static_cast<std::uint32_t>(i)});
    }
    api::Pending<api::FoundCoins> pending;
    context.commands.find_coins(std::move(outputs), pending.reply());
    KEEL_TRY(const api::FoundCoins found, wait_for(pending));
    return std::ranges::any_of(found.coins, [](const auto& coin) { return coin.has_value(); });
}

Outcome<TxResult> submit(const Context& context, const TxPtr& tx, const mempool::Pool::Submission& submission) {
    api::Pending<TxResult> pending;
    context.pool.submit(tx, submission, pending.reply());
    return wait_for(pending);
}

Outcome<void> sendrawtransaction(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const Amount burn, burn_max(args, 2));
    const TxPtr tx = decode_tx(args.text(0));
    if (tx == nullptr) {
        return fail(ErrorCode::deserialization, "TX decode failed. Make sure the tx has at least one input.");
    }
    KEEL_CHECK(check_burn(tx, burn));
    KEEL_TRY(const FeeRate most, rate_max(args, 1));
    KEEL_TRY(const bool mined, is_mined(context, tx));
    if (mined) {
        return fail(ErrorCode::already_in_chain, "Transaction outputs already in utxo set");
    }
    if (!context.pool.view().contains(tx->txid())) {
        mempool::Pool::Submission submission{.unbroadcast = true};
        const Amount fee_max = most.fee_for(policy::virtual_size(tx->view().weight().value()));
        if (fee_max > Amount()) {
            submission.fee_max = fee_max;
        }
        KEEL_TRY(const TxResult result, submit(context, tx, submission));
        if (result.outcome == TxOutcome::rejected) {
            const consensus::Reject& reject = *result.reject;
            if (reject.id() == policy::kMaxFeeRule.id) {
                return fail(ErrorCode::verify, "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)");
            }
            const bool missing = reject.kind() == consensus::RejectKind::missing_data;
            return fail(missing ? ErrorCode::verify : ErrorCode::verify_rejected, reject.text());
        }
    }
    out.value(tx->txid());
    return {};
}

Outcome<std::vector<TxPtr>> txs_of(const Args& args) {
    KEEL_TRY(const auto texts, args.texts(0));
    if (texts.empty() || texts.size() > policy::kPackageCountMax) {
        return fail(ErrorCode::invalid_parameter,
                    "Array must contain between 1 and " + std::to_string(policy::kPackageCountMax) + " transactions.");
    }
    std::vector<TxPtr> txs;
    for (const std::string_view text : texts) {
        TxPtr tx = decode_tx(text);
        if (tx == nullptr) {
            return fail(ErrorCode::deserialization,
                        "TX decode failed: " + std::string(text) + " Make sure the tx has at least one input.");
        }
        txs.push_back(std::move(tx));
    }
    return txs;
}

Outcome<mempool::PackageResult> test_all(const Context& context, const std::vector<TxPtr>& txs) {
    if (txs.size() == 1) {
        KEEL_TRY(TxResult result, submit(context, txs.front(), {.test = true}));
        mempool::PackageResult out;
        out.txs.emplace(txs.front()->wtxid(), std::move(result));
        return out;
    }
    api::Pending<mempool::PackageResult> pending;
    context.pool.submit_package({.txs = txs, .rate_max = {}, .test = true}, pending.reply());
    return wait_for(pending);
}

void write_sizes(JsonWriter& out, const TxPtr& tx, const TxResult& result) {
    out.field("vsize_adjusted", result.vsize);
    out.field("vsize", result.vsize);
    out.field("vsize_bip141", policy::virtual_size(tx->view().weight().value()));
}

// False when a transaction pays too much: what comes after it is not told.
bool write_tested(JsonWriter& out, const TxPtr& tx, const TxResult& result, const FeeRate& most) {
    if (result.outcome == TxOutcome::accepted) {
        const Amount fee_max = most.fee_for(result.vsize);
        if (fee_max != Amount() && result.fee > fee_max) {
            out.field("allowed", false);
            out.field("reject-reason", "max-fee-exceeded");
            return false;
        }
        out.field("allowed", true);
        write_sizes(out, tx, result);
        write_accepted_fees(out, result);
        return true;
    }
    out.field("allowed", false);
    if (result.reject->kind() == consensus::RejectKind::missing_data) {
        out.field("reject-reason", "missing-inputs");
    } else {
        out.field("reject-reason", result.reject->reason());
        out.field("reject-details", result.reject->text());
    }
    return true;
}

// Of a transaction alone that fails, the package says only that it failed: no error about the package itself.
bool is_about_package(const mempool::PackageResult& result) {
    return result.reject && result.reject->id() != policy::kMembersRule.id &&
           result.reject->id() != policy::kPackageDustRule.id;
}

Outcome<void> testmempoolaccept(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const FeeRate most, rate_max(args, 1));
    KEEL_TRY(const std::vector<TxPtr> txs, txs_of(args));
    KEEL_TRY(const mempool::PackageResult result, test_all(context, txs));
    bool telling = true;
    out.begin_array();
    for (const TxPtr& tx : txs) {
        out.begin_object();
        out.field("txid", tx->txid());
        out.field("wtxid", tx->wtxid());
        if (is_about_package(result)) {
            out.field("package-error", result.reject->text());
        }
        const auto found = result.txs.find(tx->wtxid());
        if (telling && found != result.txs.end()) {
            telling = write_tested(out, tx, found->second, most);
        }
        out.end_object();
    }
    out.end_array();
    return {};
}

bool is_tree(const std::vector<TxPtr>& txs) {
    if (!policy::check_child_with_parents(txs)) {
        return false;
    }
    std::set<primitives::Txid> parents;
    for (std::size_t i = 0; i + 1 < txs.size(); ++i) {
        parents.insert(txs[i]->txid());
    }
    return std::all_of(txs.begin(), txs.end() - 1, [&](const TxPtr& tx) {
        for (std::size_t i = 0; i < tx->view().input_count(); ++i) {
            if (parents.contains(tx->view().input(i).prevout().txid)) {
                return false;
            }
        }
        return true;
    });
}

void write_submitted(JsonWriter& out, const TxPtr& tx, const TxResult* result) {
    out.begin_object();
    out.field("txid", tx->txid());
    if (result == nullptr) {
        out.field("error", "package-not-validated");
    } else if (result->outcome == TxOutcome::different_witness) {
        out.field("other-wtxid", *result->other);
    } else if (result->outcome == TxOutcome::rejected) {
        out.field("error", result->reject->text());
    } else {
        write_sizes(out, tx, *result);
        write_accepted_fees(out, *result);
    }
    out.end_object();
}

void write_package(JsonWriter& out, const std::vector<TxPtr>& txs, const mempool::PackageResult& result) {
    std::set<primitives::Txid> replaced;
    out.begin_object();
    out.field("package_msg", result.reject ? result.reject->text() : "success");
    out.key("tx-results");
    out.begin_object();
    for (const TxPtr& tx : txs) {
        const auto found = result.txs.find(tx->wtxid());
        const TxResult* of_tx = found == result.txs.end() ? nullptr : &found->second;
        out.key(to_hex(tx->wtxid()));
        write_submitted(out, tx, of_tx);
        for (std::size_t i = 0; of_tx != nullptr && i < of_tx->replaced.size(); ++i) {
            replaced.insert(of_tx->replaced[i]->txid());
        }
    }
    out.end_object();
    out.key("replaced-transactions");
    out.begin_array();
    for (const primitives::Txid& txid : replaced) {
        out.value(txid);
    }
    out.end_array();
    out.end_object();
}

Outcome<void> submitpackage(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const FeeRate most, rate_max(args, 1));
    KEEL_TRY(const Amount burn, burn_max(args, 2));
    KEEL_TRY(const std::vector<TxPtr> txs, txs_of(args));
    for (const TxPtr& tx : txs) {
        KEEL_CHECK(check_burn(tx, burn));
    }
    if (txs.size() > 1 && !is_tree(txs)) {
        return fail(ErrorCode::verify,
                    "package topology disallowed. not child-with-parents or parents depend on each other.");
    }
    const bool any_rate = most == FeeRate::per_kvb(Amount());
    api::Pending<mempool::PackageResult> pending;
    context.pool.submit_package({.txs = txs, .rate_max = any_rate ? std::nullopt : std::optional(most)},
                                pending.reply());
    KEEL_TRY(const mempool::PackageResult result, wait_for(pending));
    write_package(out, txs, result);
    return {};
}

constexpr Param kRateMax{"maxfeerate", ArgType::any_text, Need::optional, "0.10",
                         "Refuse transactions that pay more than this, in BTC for 1,000 virtual bytes; 0 for any rate"};
constexpr Param kBurnMax{"maxburnamount", ArgType::any_text, Need::optional, "0.00",
                         "Refuse outputs that nobody can spend and that are worth more than this, in BTC"};

constexpr Param kSendParams[] = {
    {"hexstring", ArgType::hex, Need::required, "", "The raw transaction"},
    kRateMax,
    kBurnMax,
};
constexpr Param kTestParams[] = {
    {"rawtxs", ArgType::array, Need::required, "", "Raw transactions, parents first"},
    kRateMax,
};
constexpr Param kPackageParams[] = {
    {"package", ArgType::array, Need::required, "", "Raw transactions: parents, then their child"},
    kRateMax,
    kBurnMax,
};

constexpr Method kMethods[] = {
    {"rawtransactions", "sendrawtransaction",
     "Puts a transaction into the pool, from where it is announced to all peers.", kSendParams,
     "hex 'the transaction id'", sendrawtransaction},
    {"rawtransactions", "testmempoolaccept",
     "Says whether transactions would be accepted by the pool. Several are judged together and may not conflict.",
     kTestParams,
     "[{txid: hex, wtxid: hex, package-error?: str, allowed?: bool, vsize_adjusted?: num, vsize?: num, "
     "vsize_bip141?: num, fees?: {base: amount, effective-feerate?: amount, effective-includes?: [hex]}, "
     "reject-reason?: str, reject-details?: str}]",
     testmempoolaccept},
    {"rawtransactions", "submitpackage",
     "Puts a child with its parents into the pool; where one does not pay enough alone, they are judged together.",
     kPackageParams,
     "{package_msg: str, tx-results: {*: {txid: hex, other-wtxid?: hex, vsize_adjusted?: num, vsize?: num, "
     "vsize_bip141?: num, fees?: {base: amount, effective-feerate?: amount, effective-includes?: [hex]}, error?: "
     "str} 'by wtxid'}, replaced-transactions?: [hex]}",
     submitpackage},
};

}  // namespace

std::span<const Method> mempool_submit_methods() { return kMethods; }

}  // namespace keel::rpc
