// A transaction in the pool, and the cluster it belongs to, as everybody sees them: immutable, shared between threads.
#pragma once

#include <memory>
#include <vector>

#include "base/time.hpp"
#include "engine/txgraph/graph.hpp"
#include "rules/consensus/locks.hpp"
#include "rules/primitives/tx.hpp"

namespace keel::mempool {

using primitives::Amount;
using primitives::Height;
using primitives::OutPoint;
using primitives::Txid;
using primitives::TxPtr;
using primitives::Wtxid;

// When it may be mined, as far as that depends on blocks that a reorganization could take away.
struct LockPoints {
    consensus::SequenceLocks locks;
    Height newest_coin = primitives::kNoHeight;      // the highest block whose coins decided the locks; or none
    Height newest_coinbase = primitives::kNoHeight;  // the highest block whose reward it spends; or none
};

struct Entry {
    TxPtr tx;
    Amount fee;
    Amount modified_fee;  // with what prioritisation adds
    std::int64_t weight = 0;
    std::int64_t adjusted_weight = 0;  // not less than the signature checks count for
    std::int64_t sigop_cost = 0;
    UnixTime time;               // when it came
    Height height;               // of the chain at that time
    std::uint64_t sequence = 0;  // of the pool at that time; 0: came back from a disconnected block
    LockPoints lock_points;
    txgraph::TxHandle handle;

    [[nodiscard]] std::int64_t vsize() const { return (adjusted_weight + 3) / 4; }
    [[nodiscard]] const Txid& txid() const { return tx->txid(); }
    [[nodiscard]] const Wtxid& wtxid() const { return tx->wtxid(); }
    // Bytes that it occupies, bookkeeping included.
    [[nodiscard]] std::size_t memory() const;
};
using EntryPtr = std::shared_ptr<const Entry>;

// Transactions that are connected, in the order in which they are worth mining: parents first, chunk by chunk.
struct Cluster {
    struct Chunk {
        std::size_t first = 0;
        std::size_t count = 0;
        txgraph::FeeSize sum;  // modified fees; adjusted weight
    };
    // Positions in `txs`, as bits.
    using Set = std::uint64_t;

    std::vector<EntryPtr> txs;
    std::vector<Set> ancestors;    // of each, with itself
    std::vector<Set> descendants;  // likewise
    std::vector<Chunk> chunks;     // of falling fee rate

    struct Sum {
        std::size_t count = 0;
        std::int64_t vsize = 0;
        Amount fees;  // modified
    };
    [[nodiscard]] Sum sum(Set set) const;
    [[nodiscard]] const Chunk& chunk_of(std::size_t index) const;
    // Those that `index` spends outputs of, and those that spend its outputs: positions, in mining order.
    [[nodiscard]] std::vector<std::size_t> parents(std::size_t index) const;
    [[nodiscard]] std::vector<std::size_t> children(std::size_t index) const;
};
using ClusterPtr = std::shared_ptr<const Cluster>;

// A transaction where it stands.
struct Located {
    ClusterPtr cluster;
    std::size_t index = 0;

    [[nodiscard]] const Entry& entry() const { return *cluster->txs[index]; }
};

}  // namespace keel::mempool
