// How long transactions of each fee rate took to confirm, over one span of history.
//
// Fee rates are grouped in buckets. For each bucket a horizon keeps moving averages over blocks: of transactions that
// confirmed at all, of those that did within 1, 2, ... periods, of those that left the pool unconfirmed after as many,
// and of their rates; and plain counts of what waits in the pool, by the block in which it entered. A period is `scale`
// blocks.
//
// Doubles are part of the definition (Bitcoin Core's estimator, whose file this reads and writes); no consensus
// decision and no order depends on them. Bounds: kBucketsMax buckets, kBlocksTrackedMax blocks; a block costs O(buckets
// * periods), an estimate O(buckets * blocks tracked).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rules/primitives/codec.hpp"

namespace keel::fees {

inline constexpr std::size_t kBucketsMax = 1000;
inline constexpr std::uint32_t kBlocksTrackedMax = 1008;  // one week

// A range of fee rates (satoshi for 1,000 virtual bytes) and what became of its transactions. -1: no such range.
struct RateRange {
    double start = -1;
    double end = -1;
    double within_target = 0;
    double total_confirmed = 0;
    double in_mempool = 0;
    double left_mempool = 0;
};

struct Estimate {
    double rate = -1;  // negative: no answer
    RateRange pass;    // the lowest rates that met the threshold
    RateRange fail;    // the highest rates that did not
    double decay = 0;
    std::uint32_t scale = 0;
};

struct HorizonShape {
    std::uint32_t periods = 0;
    std::uint32_t scale = 1;
    double decay = 0;  // of an average, for each block
};

// What an estimate asks for.
struct Question {
    std::uint32_t target = 0;   // blocks, 1 to blocks_tracked()
    double sufficient_txs = 0;  // a block, for a range to count
    double threshold = 0;       // the share that has to confirm within the target
    std::uint32_t best_height = 0;
};

class Horizon {
public:
    Horizon(std::size_t buckets, const HorizonShape& shape);

    [[nodiscard]] std::uint32_t blocks_tracked() const {
        return scale_ * static_cast<std::uint32_t>(confirmed_within_.size());
    }

    void enter(std::uint32_t height, std::size_t bucket);
    // It left the pool: by a block, or not. `best_height` is the highest block seen, that one included.
    void leave(std::uint32_t entry_height, std::uint32_t best_height, std::size_t bucket, bool in_block);
    // Before the transactions of the block at `height`: ages what waits and all averages.
    void begin_block(std::uint32_t height);
    // `blocks` is at least 1: the block after the one in which it entered.
    void confirm(std::uint32_t blocks, std::size_t bucket, double rate);

    // `limits` are the buckets' upper bounds.
    [[nodiscard]] Estimate estimate(const Question& question, std::span<const double> limits) const;

    void write(primitives::Writer& out) const;
    // Nothing, and a failed reader, when it is not what write() makes for this number of buckets.
    static std::optional<Horizon> read(primitives::Reader& in, std::size_t buckets);

private:
    using Row = std::vector<double>;  // by bucket

    [[nodiscard]] double waiting(const Question& question, std::size_t bucket) const;

    double decay_;
    std::uint32_t scale_;
    Row rates_;
    Row confirmed_;
    std::vector<Row> confirmed_within_;               // by period
    std::vector<Row> failed_after_;                   // by period
    std::vector<std::vector<std::int32_t>> entered_;  // by height modulo blocks_tracked(), then by bucket
    std::vector<std::int32_t> entered_before_;        // longer ago
};

}  // namespace keel::fees
