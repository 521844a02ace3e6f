// PrefetchJob: reads from disk, on a worker thread, the coins that a block will need and the cache does not have.
//
// Made by CoinCache::plan_prefetch() (which picks what is missing), run anywhere, then given back through
// CoinCache::merge() before the block is connected. It shares nothing with the cache: a list of outpoints goes in,
// coins come out. Results read before a generation was committed are dropped by merge(), so jobs need no ordering with
// flushes.
#pragma once

#include "engine/store/undo.hpp"

namespace keel::chain {

class PrefetchJob {
public:
    // Reads; call once, from any thread. Errors are kept and reported by merge().
    void run(const store::Kv& coins);

    // False: there is nothing to read, run() need not be called.
    [[nodiscard]] bool needed() const { return !inputs_.empty() || !outputs_.empty(); }
    [[nodiscard]] std::size_t reads() const { return inputs_.size() + outputs_.size(); }

private:
    friend class CoinCacheImpl;

    std::uint64_t epoch_ = 0;                      // committed generations when the job was planned
    std::vector<primitives::OutPoint> inputs_;     // sorted
    std::vector<primitives::OutPoint> outputs_;    // BIP30: must not be on disk; sorted
    std::vector<primitives::OutPoint> found_;      // of inputs_
    store::SpentCoins coins_;                      // of found_, in the same order
    std::vector<primitives::OutPoint> conflicts_;  // of outputs_: are on disk
    std::optional<store::KvError> error_;
    bool outputs_wanted_ = false;  // planned for a block whose outputs must not exist
    bool outputs_checked_ = false;
};

}  // namespace keel::chain
