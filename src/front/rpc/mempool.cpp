// Calls that look at the pool of unconfirmed transactions.
#include "engine/policy/limits.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/mempool_json.hpp"
#include "front/rpc/method_groups.hpp"

namespace keel::rpc {
namespace {

using mempool::Cluster;
using primitives::Amount;
using primitives::Txid;

Outcome<void> getmempoolinfo(const Context& context, const Args&, JsonWriter& out) {
    const mempool::View& view = context.pool.view();
    const mempool::Options& options = view.options();
    const policy::Policy& policy = options.policy;
    const mempool::Totals totals = view.totals();
    out.begin_object();
    out.field("loaded", view.loaded());
    out.field("size", totals.count);
    out.field("bytes", totals.vsize);
    out.field("usage", totals.usage);
    out.field("total_fee", totals.fees);
    out.field("maxmempool", options.bytes_max);
    out.field("mempoolminfee", std::max(view.min_rate(context.chain.now()), policy.min_relay).per_kvb());
    out.field("minrelaytxfee", policy.min_relay.per_kvb());
    out.field("incrementalrelayfee", policy.incremental.per_kvb());
    out.field("unbroadcastcount", view.unbroadcast().size());
    out.field("permitbaremultisig", policy.permit_bare_multisig);
    out.field("maxdatacarriersize", policy.datacarrier_bytes.value_or(0));
    out.field("limitclustercount", options.limits.cluster_count);
    out.field("limitclustersize", options.limits.cluster_size / 4);
    out.field("optimal", true);
    out.end_object();
    return {};
}

void write_all_entries(const mempool::View& view, JsonWriter& out) {
    const auto snapshot = view.snapshot();
    const std::set<Txid> unbroadcast = view.unbroadcast();
    out.begin_object();
    for (const auto& place : snapshot->in_mining_order()) {
        const Txid& txid = place.cluster->txs[place.index]->txid();
        out.key(to_hex(txid));
        write_pool_entry(out, *place.cluster, place.index, unbroadcast.contains(txid));
    }
    out.end_object();
}

Outcome<void> getrawmempool(const Context& context, const Args& args, JsonWriter& out) {
    const bool verbose = args.boolean(0, false);
    const bool with_sequence = args.boolean(1, false);
    if (verbose && with_sequence) {
        return fail(ErrorCode::invalid_parameter, "Verbose results cannot contain mempool sequence values.");
    }
    const mempool::View& view = context.pool.view();
    if (verbose) {
        write_all_entries(view, out);
        return {};
    }
    const auto snapshot = view.snapshot();
    if (with_sequence) {
        out.begin_object();
        out.key("txids");
    }
    out.begin_array();
    for (const auto& place : snapshot->in_mining_order()) {
        out.value(place.cluster->txs[place.index]->txid());
    }
    out.end_array();
    if (with_sequence) {
        out.field("mempool_sequence", snapshot->totals.sequence);
        out.end_object();
    }
    return {};
}

Outcome<mempool::Located> find_entry(const Context& context, const Args& args) {
    KEEL_TRY(const Txid txid, args.hash<Txid>(0, "txid"));
    auto found = context.pool.view().find(txid);
    if (!found) {
        return fail(ErrorCode::invalid_address_or_key, "Transaction not in mempool");
    }
    return *std::move(found);
}

Outcome<void> getmempoolentry(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const mempool::Located at, find_entry(context, args));
    write_pool_entry(out, *at.cluster, at.index, context.pool.view().is_unbroadcast(at.entry().txid()));
    return {};
}

Outcome<void> getmempoolcluster(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const mempool::Located at, find_entry(context, args));
    write_pool_cluster(out, *at.cluster);
    return {};
}

// Without the transaction itself: ids, or whole entries where `verbose`.
struct Relatives {
    const mempool::Located& of;
    Cluster::Set set;
    bool verbose;
};

void write_relatives(const Context& context, const Relatives& relatives, JsonWriter& out) {
    const auto& [at, set, verbose] = relatives;
    verbose ? out.begin_object() : out.begin_array();
    for (std::size_t i = 0; i < at.cluster->txs.size(); ++i) {
        if (i == at.index || (set >> i & 1U) == 0) {
            continue;
        }
        const Txid& txid = at.cluster->txs[i]->txid();
        if (verbose) {
            out.key(to_hex(txid));
            write_pool_entry(out, *at.cluster, i, context.pool.view().is_unbroadcast(txid));
        } else {
            out.value(txid);
        }
    }
    verbose ? out.end_object() : out.end_array();
}

Outcome<void> getmempoolancestors(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const mempool::Located at, find_entry(context, args));
    write_relatives(context, {at, at.cluster->ancestors[at.index], args.boolean(1, false)}, out);
    return {};
}

Outcome<void> getmempooldescendants(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const mempool::Located at, find_entry(context, args));
    write_relatives(context, {at, at.cluster->descendants[at.index], args.boolean(1, false)}, out);
    return {};
}

Outcome<void> getmempoolfeeratediagram(const Context& context, const Args&, JsonWriter& out) {
    txgraph::FeeSize sum;
    const auto write_point = [&] {
        out.begin_object();
        out.field("weight", sum.size);
        out.field("fee", Amount(sum.fee));
        out.end_object();
    };
    out.begin_array();
    write_point();
    for (const txgraph::FeeSize& chunk : context.pool.view().snapshot()->chunks()) {
        sum += chunk;
        write_point();
    }
    out.end_array();
    return {};
}

constexpr Param kRawParams[] = {
    {"verbose", ArgType::boolean, Need::optional, "false", "true for an object by transaction id"},
    {"mempool_sequence", ArgType::boolean, Need::optional, "false", "true for an object with the sequence value"},
};
constexpr Param kTxidParams[] = {
    {"txid", ArgType::hex, Need::required, "", "The transaction id (must be in mempool)"},
};
constexpr Param kRelativesParams[] = {
    {"txid", ArgType::hex, Need::required, "", "The transaction id (must be in mempool)"},
    {"verbose", ArgType::boolean, Need::optional, "false", "true for an object by transaction id"},
};

constexpr Method kMethods[] = {
    {"blockchain",
     "getmempoolinfo",
     "Returns the state of the pool of unconfirmed transactions.",
     {},
     "{loaded: bool, size: num, bytes: num, usage: num, total_fee: amount, maxmempool: num, mempoolminfee: "
     "amount, minrelaytxfee: amount, incrementalrelayfee: amount, unbroadcastcount: num, permitbaremultisig: "
     "bool, maxdatacarriersize: num, limitclustercount: num, limitclustersize: num, optimal: bool}",
     getmempoolinfo},
    {"blockchain", "getrawmempool", "Returns the ids of all transactions in the pool, in the order of mining.",
     kRawParams, "[hex 'a transaction id'] | {*: @pool_entry} 'verbose' | {txids: [hex], mempool_sequence: num}",
     getrawmempool},
    {"blockchain", "getmempoolentry", "Returns what the pool knows about a transaction.", kTxidParams, "@pool_entry",
     getmempoolentry},
    {"blockchain", "getmempoolancestors", "Returns all ancestors of a transaction in the pool.", kRelativesParams,
     "[hex 'a transaction id'] | {*: @pool_entry} 'verbose'", getmempoolancestors},
    {"blockchain", "getmempooldescendants", "Returns all descendants of a transaction in the pool.", kRelativesParams,
     "[hex 'a transaction id'] | {*: @pool_entry} 'verbose'", getmempooldescendants},
    {"blockchain", "getmempoolcluster", "Returns the connected transactions that a transaction belongs to, by chunks.",
     kTxidParams, "{clusterweight: num, txcount: num, chunks: [{chunkfee: amount, chunkweight: num, txs: [hex]}]}",
     getmempoolcluster},
    {"hidden",
     "getmempoolfeeratediagram",
     "Returns the fee rate diagram of the whole pool.",
     {},
     "[{weight: num, fee: amount} 'both cumulative']",
     getmempoolfeeratediagram},
};

}  // namespace

std::span<const Method> mempool_methods() { return kMethods; }

}  // namespace keel::rpc
