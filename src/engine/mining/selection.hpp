// Which transactions go into a block: the best chunks of the mempool's linearisation that fit.
#pragma once

#include <span>
#include <vector>

#include "rules/primitives/tx.hpp"

namespace keel::mining {

// A transaction that may be mined, with what the mempool knows about it.
struct Candidate {
    primitives::TxPtr tx;
    primitives::Amount fee;
    std::int64_t sigop_cost = 0;
};

// Transactions that go into a block together or not at all, parents before children.
using Chunk = std::span<const Candidate>;

struct SelectionLimits {
    std::int64_t max_weight = 4'000'000;     // of the whole block
    std::int64_t reserved_weight = 8'000;    // for the header, the transaction count and the coinbase
    std::int64_t reserved_sigop_cost = 400;  // for the coinbase's outputs
    std::int64_t min_fee_per_kvb = 1;        // satoshi for 1,000 virtual bytes; chunks below it end the selection
};

struct Selection {
    std::vector<Candidate> txs;
    primitives::Amount fees;
    std::int64_t weight = 0;      // with what was reserved
    std::int64_t sigop_cost = 0;  // with what was reserved
};

// Chunks that may fail to fit, one after the other, before a nearly full block is taken as full.
inline constexpr int kChunkFailuresMax = 1000;
inline constexpr std::int64_t kNearlyFullWeight = 4'000;

// The block that is being filled: transactions must be final in it (BIP113).
struct BlockPlace {
    primitives::Height height;
    std::int64_t lock_time_clock = 0;  // median time past of the parent
};

// `chunks` come in order of falling fee rate. O(transactions looked at).
Selection select_transactions(std::span<const Chunk> chunks, const SelectionLimits& limits, const BlockPlace& place);

}  // namespace keel::mining
