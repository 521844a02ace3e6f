// Transactions of the pool as JSON.
#pragma once

#include "engine/mempool/view.hpp"
#include "front/rpc/json_writer.hpp"

namespace keel::rpc {

// The object of getmempoolentry.
void write_pool_entry(JsonWriter& out, const mempool::Cluster& cluster, std::size_t index, bool unbroadcast);
// The object of getmempoolcluster.
void write_pool_cluster(JsonWriter& out, const mempool::Cluster& cluster);
// The object "fees" of a transaction that was tried: "base" and, where known, the effective rate.
void write_accepted_fees(JsonWriter& out, const mempool::TxResult& result);

}  // namespace keel::rpc
