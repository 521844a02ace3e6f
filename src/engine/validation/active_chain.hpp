// The chain of connected blocks and the coins at its end: connecting ahead, settling, disconnecting.
//
// Blocks are connected on the coin cache one after another while the scripts of earlier ones are still being checked:
// these are "in flight". When the oldest one's scripts have passed it is settled: its undo data is stored and it
// becomes the tip. When they fail, everything in flight is rolled back, newest first, and the block is marked failed.
//
// Bounds: kInFlightInputsMax and kInFlightBlocksMax; memory of what is in flight is bounded by the blocks themselves.
// Every call handles one block. Owned by the validation thread.
#pragma once

#include <deque>

#include "engine/validation/assumed_valid.hpp"
#include "engine/validation/block_store.hpp"
#include "engine/validation/commands.hpp"
#include "engine/validation/script_batch.hpp"

namespace keel::validation {

class ActiveChain {
public:
    static constexpr std::size_t kInFlightInputsMax = 16'000;
    static constexpr std::size_t kInFlightBlocksMax = 64;

    // The tip is the block that the coins stand for, which must be in the tree.
    ActiveChain(const Ports& ports, const Options& options, chain::CoinCache cache, BlockStore& store);

    // The last block that is fully checked, and the last one that is connected on the cache (in flight or not).
    [[nodiscard]] const headers::Node& tip() const { return *tip_; }
    [[nodiscard]] const headers::Node& coin_tip() const { return in_flight_.empty() ? *tip_ : *in_flight_.back().node; }
    [[nodiscard]] bool is_quiet() const { return in_flight_.empty(); }
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] chain::CoinCache& cache() { return cache_; }
    [[nodiscard]] const chain::CoinCache& cache() const { return cache_; }

    // What may happen to unspent outputs that this block creates again (BIP30).
    [[nodiscard]] chain::Overwrites overwrites(const headers::Node& node) const;

    // A rule was broken by this block; the coins are as before it.
    struct Invalid {
        const headers::Node* node = nullptr;
        consensus::Reject reject;
    };
    // Connects a child of coin_tip(). `prefetched` may be null.
    OrBroken<std::optional<Invalid>> connect(const headers::Node& node, const chain::PrefetchJob* prefetched);
    // The outcome of the oldest block in flight, once its scripts are done.
    struct Settled {
        const headers::Node* node = nullptr;
        std::optional<Invalid> invalid;  // then nothing is in flight any more
        primitives::BlockPtr block;      // unless invalid
    };
    OrBroken<std::optional<Settled>> settle();
    // Takes the tip off and returns its block; requires is_quiet().
    OrBroken<primitives::BlockPtr> disconnect_tip();

private:
    struct InFlight {
        const headers::Node* node;
        consensus::CheckedBlock block;
        chain::BlockDelta delta;
        std::shared_ptr<ScriptBatch> scripts;  // null: assumed valid
    };

    OrBroken<std::optional<Invalid>> explain(const headers::Node& node, const consensus::CheckedBlock& block,
                                             const chain::ConnectError& error);
    void roll_back_all();

    Ports ports_;
    AssumedValid assumed_;
    chain::CoinCache cache_;
    BlockStore& store_;
    const headers::Node* tip_;
    std::deque<InFlight> in_flight_;
    std::size_t in_flight_inputs_ = 0;
};

}  // namespace keel::validation
