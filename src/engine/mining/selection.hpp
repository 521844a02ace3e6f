// Which transactions go into a block: the best chunks of the mempool's linearisation that fit.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "rules/primitives/tx.hpp"

namespace keel::mining {

// A transaction that may be mined, with what the mempool knows about it.
struct Candidate {
    primitives::TxPtr tx;
    primitives::Amount fee;  // as paid: what the block collects
    std::int64_t sigop_cost = 0;
};

// Transactions that go into a block together or not at all, parents before children.
struct Chunk {
    std::span<const Candidate> txs;
    std::int64_t fee = 0;       // satoshi, with what prioritisation adds: what the chunk is chosen for
    std::int64_t weight = 0;    // with what signature checks count for
    std::uint32_t cluster = 0;  // later chunks of the same cluster may depend on this one

    // The totals of these transactions, unprioritised, each counting for its own weight.
    static Chunk of(std::span<const Candidate> txs, std::uint32_t cluster);
};

struct SelectionLimits {
    std::int64_t max_weight = 4'000'000;  // of the whole block (-blockmaxweight)
    std::int64_t reserved_weight =
        8'000;  // for the header, the transaction count and the coinbase (-blockreservedweight)
    std::int64_t reserved_sigop_cost = 400;  // for the coinbase's outputs
    std::int64_t min_fee_per_kvb = 1;        // satoshi; chunks below it end the selection (-blockmintxfee)
};

struct Selection {
    struct Rate {
        std::int64_t fee = 0;
        std::int64_t virtual_size = 0;
    };

    std::vector<Candidate> txs;
    std::vector<Rate> chunks;  // what the chosen chunks paid, in order
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

// Fills a block, chunk by chunk, so that nobody has to collect more chunks than are looked at.
class Selector {
public:
    Selector(const SelectionLimits& limits, const BlockPlace& place);

    // The next chunk, in order of falling fee rate. False: the block is done, and needs no further ones.
    bool offer(const Chunk& chunk);
    [[nodiscard]] Selection take() { return std::move(out_); }

private:
    [[nodiscard]] bool fits(const Chunk& chunk, std::int64_t sigop_cost) const;

    SelectionLimits limits_;
    BlockPlace place_;
    Selection out_;
    std::set<std::uint32_t> left_out_;  // clusters
    int failures_ = 0;
};

// The same with all chunks at hand. O(transactions looked at).
Selection select_transactions(std::span<const Chunk> chunks, const SelectionLimits& limits, const BlockPlace& place);

}  // namespace keel::mining
