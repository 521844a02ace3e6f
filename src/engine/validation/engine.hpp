// The validation engine: the one place that decides which chain is active and changes the coins.
//
// Commands are queued by submit(); step() does one bounded piece of work and appends what came of it. Nothing else
// happens in between, so whoever owns the engine decides about threads and waiting. Blocks are stored as they come and
// connected in order, several in flight at once (active_chain.hpp); a better branch is reached by disconnecting block
// by block.
//
// The published tip (ChainView) never goes to a branch with less work while a better one is being connected: readers
// see the old chain until the new one has caught up with it, or is known to fail.
//
// The pool of transactions follows the chain in the same place: a block is connected, then the pool is told, then the
// tip is published. After a reorganization the pool takes back what it can before anything else happens
// (mempool/pool.hpp). Transactions wait behind every other command, and while blocks are being connected.
//
// Bounds: callers keep submitted blocks bounded by the credit that BlockTaken gives back. A step handles one block at
// most. Owned by the validation thread. Deterministic in (commands, times), whatever the workers do.
#pragma once

#include <deque>
#include <memory>

#include "base/thread_roles.hpp"
#include "engine/validation/active_chain.hpp"
#include "engine/validation/candidates.hpp"
#include "engine/validation/flusher.hpp"
#include "engine/validation/prefetcher.hpp"
#include "engine/validation/pruner.hpp"
#include "engine/validation/startup.hpp"

namespace keel::validation {

enum class Progress : std::uint8_t {
    worked,   // call again
    waiting,  // for jobs on other threads: call again when one has finished
    idle,     // nothing to do until the next command or the next minute
};

class Engine {
public:
    // Continues from what load() found.
    Engine(const Ports& ports, const Options& options, Loaded loaded, Now now);
    ~Engine();

    void submit(Command command) KEEL_REQUIRES(validation_role);
    Progress step(Now now, std::vector<Action>& out) KEEL_REQUIRES(validation_role);

    // For a clean stop: what is connected goes to disk. Call step() until it says idle, then destroy the engine.
    void finish() KEEL_REQUIRES(validation_role) { finishing_ = true; }
    // True once something broke; the engine does nothing any more.
    [[nodiscard]] bool is_broken() const { return broken_; }
    // What an earlier run knew about fees: before the first step. And what this one knows, when it is over.
    void restore_fees(FeeEstimates estimates) KEEL_REQUIRES(validation_role) { learner_.restore(std::move(estimates)); }
    [[nodiscard]] FeeEstimates last_fee_estimates() KEEL_REQUIRES(validation_role);
    [[nodiscard]] chain::CoinCacheStats cache_stats() const { return chain_.cache().stats(); }

private:
    using Actions = std::vector<Action>;

    OrBroken<Progress> advance(Now now, Actions& out);
    OrBroken<bool> work_on(Now now, Actions& out);
    OrBroken<bool> settle_oldest(Now now, Actions& out);
    OrBroken<bool> take_command(Actions& out);
    OrBroken<bool> connect_next(Now now, Actions& out);
    OrBroken<bool> leave_branch();
    OrBroken<bool> keep_on_disk(Now now, Actions& out);
    OrBroken<void> prune();
    void answer_snapshots(Actions& out);
    void come_to_rest(Actions& out);

    // engine_pool.cpp
    OrBroken<bool> take_pool_command(Now now, Actions& out);
    OrBroken<void> on(const SubmitTx& command, Now now, Actions& out);
    OrBroken<void> on(const SubmitPackage& command, Now now, Actions& out);
    OrBroken<void> on(const PrioritiseTx& command, Now now, Actions& out);
    OrBroken<void> on(const MarkUnbroadcast& command, Now now, Actions& out);
    OrBroken<void> on(const SelectTxs& command, Now now, Actions& out);
    void answer_fee_questions(Actions& out);
    // After a reorganization, once the new branch has caught up: the pool is to be brought in line with the chain.
    [[nodiscard]] bool pool_is_due();
    OrBroken<bool> settle_pool(Now now, Actions& out);
    // Takes what has happened to the pool, and what it says about fees.
    void learn_from_pool(const FeeLearner::Occasion& occasion);
    void report_pool(Actions& out);

    // engine_commands.cpp
    OrBroken<void> on(const SubmitBlock& command, Actions& out);
    OrBroken<void> on(const InvalidateBlock& command, Actions& out);
    OrBroken<void> on(const ReconsiderBlock& command, Actions& out);
    OrBroken<void> on(const PreciousBlock& command, Actions& out);
    OrBroken<void> on(const SnapshotCoins& command, Actions& out);
    OrBroken<void> on(const FindCoins& command, Actions& out);
    OrBroken<void> on(const PruneTo& command, Actions& out);
    OrBroken<void> on(const Settle& command, Actions& out);
    [[nodiscard]] consensus::Verdict check_placed(const SubmitBlock& command) const;
    [[nodiscard]] bool is_wanted(const SubmitBlock& command) const;

    [[nodiscard]] const headers::Node* target();
    [[nodiscard]] bool branch_is_usable(const headers::Node& node) const;
    [[nodiscard]] bool wants_flush(Now now) const;
    [[nodiscard]] bool wants_slim_cache(Now now) const;
    [[nodiscard]] bool can_take_block() const;
    void reject(const headers::Node& node, const consensus::Reject& reject, Actions& out);
    void publish(Actions& out);
    Source take_source(const headers::Node& node);

    Ports ports_;
    Options options_;
    BlockStore store_;
    ActiveChain chain_;
    Candidates candidates_;
    Flusher flusher_;
    Prefetcher prefetcher_;

    mempool::Pool pool_;
    FeeLearner learner_;
    std::vector<mempool::PoolEvent> pool_events_;  // not yet reported
    std::vector<Ticket> fee_questions_;

    std::deque<ChainCommand> commands_;
    std::deque<PoolCommand> pool_commands_;
    std::vector<BlockVerdict> held_;                  // of blocks connected while the pool lags behind
    const headers::Node* verified_target_ = nullptr;  // its branch was walked: all data there, nothing failed
    const headers::Node* invalidating_ = nullptr;  // on the active chain: blocks are being taken off down to its parent
    std::unordered_map<const headers::Node*, Source> sources_;  // of blocks stored but not yet connected
    std::vector<Ticket> at_rest_;                               // answered when nothing is left to do
    std::vector<Ticket> snapshots_;                             // answered when everything connected is on disk
    Pruner pruner_;
    SteadyTime last_connected_;
    bool finishing_ = false;
    bool finished_records_ = false;
    bool finished_ = false;
    bool broken_ = false;
};

}  // namespace keel::validation
