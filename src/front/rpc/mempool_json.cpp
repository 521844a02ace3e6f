#include "front/rpc/mempool_json.hpp"

#include <algorithm>

#include "engine/policy/limits.hpp"

namespace keel::rpc {
namespace {

using mempool::Cluster;
using primitives::Amount;
using primitives::Txid;

void write_txids(JsonWriter& out, std::vector<Txid> txids, bool as_text) {
    const auto text_order = [](const Txid& a, const Txid& b) {
        return std::ranges::lexicographical_compare(a.bytes.rbegin(), a.bytes.rend(), b.bytes.rbegin(), b.bytes.rend());
    };
    if (as_text) {
        std::ranges::sort(txids, text_order);
    } else {
        std::ranges::sort(txids);
    }
    out.begin_array();
    for (const Txid& txid : txids) {
        out.value(txid);
    }
    out.end_array();
}

std::vector<Txid> txids_at(const Cluster& cluster, const std::vector<std::size_t>& positions) {
    std::vector<Txid> txids;
    txids.reserve(positions.size());
    for (const std::size_t position : positions) {
        txids.push_back(cluster.txs[position]->txid());
    }
    return txids;
}

void write_fees(JsonWriter& out, const Cluster& cluster, std::size_t index) {
    const mempool::Entry& entry = *cluster.txs[index];
    out.begin_object();
    out.field("base", entry.fee);
    out.field("modified", entry.modified_fee);
    out.field("ancestor", cluster.sum(cluster.ancestors[index]).fees);
    out.field("descendant", cluster.sum(cluster.descendants[index]).fees);
    out.field("chunk", Amount(cluster.chunk_of(index).sum.fee));
    out.end_object();
}

}  // namespace

void write_pool_entry(JsonWriter& out, const Cluster& cluster, std::size_t index, bool unbroadcast) {
    const mempool::Entry& entry = *cluster.txs[index];
    const Cluster::Sum ancestors = cluster.sum(cluster.ancestors[index]);
    const Cluster::Sum descendants = cluster.sum(cluster.descendants[index]);
    out.begin_object();
    out.field("vsize_adjusted", entry.vsize());
    out.field("vsize", entry.vsize());
    out.field("vsize_bip141", policy::virtual_size(entry.weight));
    out.field("weight", entry.weight);
    out.field("time", to_seconds(entry.time));
    out.field("height", entry.height);
    out.field("descendantcount", descendants.count);
    out.field("descendantsize", descendants.vsize);
    out.field("ancestorcount", ancestors.count);
    out.field("ancestorsize", ancestors.vsize);
    out.field("wtxid", entry.wtxid());
    out.field("chunkweight", cluster.chunk_of(index).sum.size);
    out.key("fees");
    write_fees(out, cluster, index);
    out.key("depends");
    write_txids(out, txids_at(cluster, cluster.parents(index)), true);
    out.key("spentby");
    write_txids(out, txids_at(cluster, cluster.children(index)), false);
    out.field("unbroadcast", unbroadcast);
    out.end_object();
}

void write_pool_cluster(JsonWriter& out, const Cluster& cluster) {
    std::int64_t weight = 0;
    for (const Cluster::Chunk& chunk : cluster.chunks) {
        weight += chunk.sum.size;
    }
    out.begin_object();
    out.field("clusterweight", weight);
    out.field("txcount", cluster.txs.size());
    out.key("chunks");
    out.begin_array();
    for (const Cluster::Chunk& chunk : cluster.chunks) {
        out.begin_object();
        out.field("chunkfee", Amount(chunk.sum.fee));
        out.field("chunkweight", chunk.sum.size);
        out.key("txs");
        out.begin_array();
        for (std::size_t i = 0; i < chunk.count; ++i) {
            out.value(cluster.txs[chunk.first + i]->txid());
        }
        out.end_array();
        out.end_object();
    }
    out.end_array();
    out.end_object();
}

void write_accepted_fees(JsonWriter& out, const mempool::TxResult& result) {
    out.key("fees");
    out.begin_object();
    out.field("base", result.fee);
    if (result.effective_rate) {
        out.field("effective-feerate", result.effective_rate->per_kvb());
        out.key("effective-includes");
        out.begin_array();
        for (const primitives::Wtxid& wtxid : result.effective_txs) {
            out.value(wtxid);
        }
        out.end_array();
    }
    out.end_object();
}

}  // namespace keel::rpc
