// Calls that change what the pool remembers, save it and load it; and who spends an output in it.
#include <boost/json/value.hpp>

#include "engine/policy/standard_tx.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/json_values.hpp"
#include "front/rpc/method_groups.hpp"

namespace keel::rpc {
namespace {

using primitives::Amount;
using primitives::Txid;

bool is_zero(const boost::json::value& number) {
    if (const auto* decimal = number.if_double()) {
        return *decimal == 0;
    }
    return integer_of<std::int64_t>(number) == std::int64_t{0};
}

Outcome<void> prioritisetransaction(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const Txid txid, args.hash<Txid>(0, "txid"));
    if (args.has(1) && !is_zero(args.value(1))) {
        return fail(ErrorCode::invalid_parameter,
                    "Priority is no longer supported, dummy argument to prioritisetransaction must be 0.");
    }
    KEEL_TRY(const auto delta, args.integer<std::int64_t>(2));
    const policy::Policy& policy = context.pool.view().options().policy;
    const auto found = context.pool.view().find(txid);
    if (policy.require_standard && found && !policy::dust_outputs(found->entry().tx->view(), policy.dust).empty()) {
        return fail(ErrorCode::invalid_parameter, "Priority is not supported for transactions with dust outputs.");
    }
    api::Pending<api::Done> pending;
    context.pool.prioritise(txid, Amount(delta), pending.reply());
    KEEL_CHECK(wait_for(pending));
    out.value(true);
    return {};
}

Outcome<void> getprioritisedtransactions(const Context& context, const Args&, JsonWriter& out) {
    const mempool::View& view = context.pool.view();
    out.begin_object();
    for (const auto& [txid, delta] : view.deltas()) {
        const auto found = view.find(txid);
        out.key(to_hex(txid));
        out.begin_object();
        out.field("fee_delta", delta.satoshi());
        out.field("in_mempool", found.has_value());
        if (found) {
            out.field("modified_fee", found->entry().modified_fee.satoshi());
        }
        out.end_object();
    }
    out.end_object();
    return {};
}

Outcome<void> savemempool(const Context& context, const Args&, JsonWriter& out) {
    if (!context.pool.view().loaded()) {
        return fail(ErrorCode::misc, "The mempool was not loaded yet");
    }
    const auto path = context.pool.save();
    if (!path) {
        return fail(ErrorCode::misc, path.error());
    }
    out.begin_object();
    out.field("filename", *path);
    out.end_object();
    return {};
}

Outcome<bool> option(const Args& args, std::string_view name, bool otherwise) {
    const boost::json::value* given = args.has(1) ? member(args.value(1), name) : nullptr;
    return given == nullptr ? Outcome<bool>(otherwise) : boolean_of(*given);
}

Outcome<void> importmempool(const Context& context, const Args& args, JsonWriter& out) {
    if (context.chain.initial_download()) {
        return fail(ErrorCode::in_initial_download,
                    "Can only import the mempool after the block download and sync is done.");
    }
    api::PoolImport what;
    KEEL_TRY(what.current_time, option(args, "use_current_time", true));
    KEEL_TRY(what.deltas, option(args, "apply_fee_delta_priority", false));
    KEEL_TRY(what.unbroadcast, option(args, "apply_unbroadcast_set", false));
    if (const auto loaded = context.pool.load(std::string(args.text(0)), what); !loaded) {
        return fail(ErrorCode::misc, "Unable to import mempool file, see debug log for details.");
    }
    out.begin_object();
    out.end_object();
    return {};
}

Outcome<primitives::OutPoint> outpoint_of(const boost::json::value& value) {
    if (!value.is_object()) {
        return fail(ErrorCode::type,
                    std::string("JSON value of type ") + type_name(value) + " is not of expected type object");
    }
    for (const auto& field : value.get_object()) {
        if (field.key() != "txid" && field.key() != "vout") {
            return fail(ErrorCode::type, "Unexpected key " + std::string(field.key()));
        }
    }
    const boost::json::value* txid = member(value, "txid");
    const boost::json::value* index = member(value, "vout");
    if (txid == nullptr || index == nullptr) {
        return fail(ErrorCode::type, std::string("Missing ") + (txid == nullptr ? "txid" : "vout"));
    }
    if (!txid->is_string() || !index->is_number()) {
        const bool wrong_txid = !txid->is_string();
        return fail(ErrorCode::type, std::string("JSON value of type ") + type_name(wrong_txid ? *txid : *index) +
                                         " for field " + (wrong_txid ? "txid" : "vout") + " is not of expected type " +
                                         (wrong_txid ? "string" : "number"));
    }
    KEEL_TRY(const RawHash hash, hash_of(*txid, "txid"));
    KEEL_TRY(const auto number, integer_of<std::int32_t>(*index));
    if (number < 0) {
        return fail(ErrorCode::invalid_parameter, "Invalid parameter, vout cannot be negative");
    }
    return primitives::OutPoint{hash_cast<Txid>(hash), static_cast<std::uint32_t>(number)};
}

Outcome<void> check_options(const Args& args) {
    if (!args.has(1)) {
        return {};
    }
    for (const auto& field : args.value(1).get_object()) {
        if (field.key() != "mempool_only" && field.key() != "return_spending_tx") {
            return fail(ErrorCode::type, "Unexpected key " + std::string(field.key()));
        }
    }
    return {};
}

Outcome<void> gettxspendingprevout(const Context& context, const Args& args, JsonWriter& out) {
    const auto& outputs = args.value(0).get_array();
    if (outputs.empty()) {
        return fail(ErrorCode::invalid_parameter, "Invalid parameter, outputs are missing");
    }
    KEEL_CHECK(check_options(args));
    KEEL_TRY(const bool pool_only, option(args, "mempool_only", true));
    KEEL_TRY(const bool whole, option(args, "return_spending_tx", false));
    std::vector<primitives::OutPoint> outpoints;
    for (const boost::json::value& output : outputs) {
        KEEL_TRY(outpoints.emplace_back(), outpoint_of(output));
    }
    out.begin_array();
    for (const primitives::OutPoint& outpoint : outpoints) {
        const mempool::EntryPtr spender = context.pool.view().spender(outpoint);
        if (spender == nullptr && !pool_only) {
            return fail(ErrorCode::misc, "Mempool lacks a relevant spend, and txospenderindex is unavailable.");
        }
        out.begin_object();
        out.field("txid", outpoint.txid);
        out.field("vout", outpoint.index);
        if (spender != nullptr) {
            out.field("spendingtxid", spender->txid());
        }
        if (spender != nullptr && whole) {
            out.field_hex("spendingtx", spender->tx->raw());
        }
        out.end_object();
    }
    out.end_array();
    return {};
}

constexpr Param kPrioritiseParams[] = {
    {"txid", ArgType::hex, Need::required, "", "The transaction id"},
    {"dummy", ArgType::number, Need::optional, "", "Of an older interface: zero or null"},
    {"fee_delta", ArgType::number, Need::required, "", "Satoshi to add to the fee, or to take off if negative"},
};
constexpr Param kImportParams[] = {
    {"filepath", ArgType::text, Need::required, "", "The saved pool"},
    {"options", ArgType::object, Need::optional, "",
     "{ \"use_current_time\": true, \"apply_fee_delta_priority\": false, \"apply_unbroadcast_set\": false }"},
};
constexpr Param kSpendingParams[] = {
    {"outputs", ArgType::array, Need::required, "", "[ { \"txid\": \"hex\", \"vout\": n }, ... ]"},
    {"options", ArgType::object, Need::optional, "", "{ \"mempool_only\": true, \"return_spending_tx\": false }"},
};

constexpr Method kMethods[] = {
    {"mining", "prioritisetransaction",
     "Lets a transaction count as paying more (or less) where blocks are made and the pool is limited.",
     kPrioritiseParams, "bool 'true'", prioritisetransaction},
    {"mining",
     "getprioritisedtransactions",
     "Returns what prioritisetransaction has added, by transaction.",
     {},
     "{*: {fee_delta: num 'satoshi', in_mempool: bool, modified_fee?: num 'satoshi'} 'by transaction id'}",
     getprioritisedtransactions},
    {"blockchain", "savemempool", "Writes the pool to its file.", {}, "{filename: str}", savemempool},
    {"blockchain", "importmempool", "Reads a saved pool and tries to accept its transactions.", kImportParams, "{}",
     importmempool},
    {"blockchain", "gettxspendingprevout", "Finds the transactions in the pool that spend these outputs.",
     kSpendingParams, "[{txid: hex, vout: num, spendingtxid?: hex, spendingtx?: hex, blockhash?: hex}]",
     gettxspendingprevout},
};

}  // namespace

std::span<const Method> mempool_change_methods() { return kMethods; }

}  // namespace keel::rpc
