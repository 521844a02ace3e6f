// The pool of unconfirmed transactions: a cluster mempool.
//
// Every transaction here could be in the next block: it is valid after its parents, which are here or in the chain, its
// locks are past, nothing else here spends what it spends, and it obeys policy (engine/policy) but for what came back
// from disconnected blocks. Connected transactions form clusters of bounded size whose order the graph keeps optimal
// (engine/txgraph), so that mining takes the best chunks and eviction the worst one.
//
// Judged always against the tip given with each call, which must be the block that the last chain change was told of.
// While a reorganization is in progress (block_disconnected() until reorganized() says that it is done) nothing may be
// accepted.
//
// Bounds: Options::bytes_max; kDisconnectedBytesMax while a reorganization lasts. One call handles one transaction, one
// package or one block; reorganized() at most kReentryStep transactions.
// Owned by the validation thread; others read the View, which is up to date when a call returns. Deterministic in the
// calls.
#pragma once

#include <deque>
#include <functional>

#include "engine/mempool/view.hpp"
#include "engine/policy/package_rules.hpp"
#include "rules/primitives/block.hpp"

namespace keel::mempool {

class Pool {
public:
    static constexpr std::size_t kDisconnectedBytesMax = 20'000'000;
    static constexpr std::size_t kReentryStep = 100;

    // The view outlives the pool and must be empty.
    Pool(const Options& options, View& view, Logger& logger);
    Pool(Pool&&) noexcept;
    Pool& operator=(Pool&&) noexcept;
    ~Pool();

    // ---- transactions ----

    struct Submission {
        bool test = false;  // only say what would happen
        // When it came; nothing: now. (From a saved pool.)
        std::optional<UnixTime> time{};
        // What its sender is ready to pay; beyond that it is refused.
        std::optional<Amount> fee_max{};
        // Its sender is a user of this node: remembered until a peer has asked for it.
        bool unbroadcast = false;
    };
    OrDisk<TxResult> accept(const TxPtr& tx, const Submission& submission, const ChainState& chain);
    // A transaction, or a child with its parents: each is tried alone, then those that failed for their fees or for
    // missing parents together. `rate_max`: what the sender allows each to pay.
    OrDisk<PackageResult> accept_package(policy::PackageTxs txs, std::optional<policy::FeeRate> rate_max,
                                         const ChainState& chain);
    // Any transactions, parents first, tried together without replacing anything. Nothing changes.
    OrDisk<PackageResult> test_package(policy::PackageTxs txs, const ChainState& chain);

    void prioritise(const Txid& txid, Amount delta);
    // Sent by this node's user: kept until a peer has asked for it. No effect when it is not in the pool.
    void set_unbroadcast(const Txid& txid, bool unbroadcast);

    // ---- the chain ----

    void block_connected(const primitives::Block& block, UnixTime now);
    // `height` of the block that was taken off.
    void block_disconnected(const primitives::Block& block, Height height);
    // Whether the pool agrees with a chain that is no longer changing.
    [[nodiscard]] bool is_settled() const;
    // Takes back some of the transactions of disconnected blocks; when they are through, drops what cannot be mined any
    // more. True when done.
    OrDisk<bool> reorganized(const ChainState& chain);

    // ---- mining ----

    // The best chunks, at least as many as fit into this weight (if there are so many), best first.
    struct MiningChunk {
        std::vector<EntryPtr> txs;
        txgraph::FeeSize sum;
        std::uint32_t cluster = 0;  // the same for connected transactions
    };
    // All chunks, best first, until `visit` says that it has seen enough. Nothing is copied.
    struct ChunkView {
        std::span<const EntryPtr* const> txs;
        txgraph::FeeSize sum;
        std::uint32_t cluster = 0;
    };
    void visit_chunks(const std::function<bool(const ChunkView&)>& visit) const;
    [[nodiscard]] std::vector<MiningChunk> best_chunks(std::int64_t weight) const;

    // Whether this very transaction is here: then its scripts were run, under all flags of policy.
    [[nodiscard]] bool has_checked_scripts(const Wtxid& wtxid) const;
    [[nodiscard]] EntryPtr find(const Txid& txid) const;
    [[nodiscard]] std::size_t count() const;
    [[nodiscard]] policy::FeeRate min_rate(UnixTime now) const;
    // What has happened since the last call, in order.
    [[nodiscard]] std::vector<PoolEvent> take_events();
    void check_invariants() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace keel::mempool
