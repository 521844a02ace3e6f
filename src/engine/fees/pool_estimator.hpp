// Which fee rate the next blocks will ask for, judged by what waits in the pool now.
//
// The pool tells that only while blocks are made from what it holds: of the last kWindowBlocks blocks it compares the
// weight of the transactions that it had known with the whole. Answers as Bitcoin Core's mempool estimator does.
//
// Bounds: six small records. Owned by one thread.
#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"
#include "rules/primitives/codec.hpp"
#include "rules/primitives/ids.hpp"

namespace keel::fees {

inline constexpr std::size_t kWindowBlocks = 6;
inline constexpr std::uint32_t kPoolTarget = 2;  // blocks; beyond that the pool will have changed

// Weight of a block's transactions without its coinbase, and of those that came from the pool.
struct BlockCoverage {
    std::uint64_t height = 0;
    std::uint64_t known_weight = 0;
    std::uint64_t weight = 0;

    friend bool operator==(const BlockCoverage&, const BlockCoverage&) = default;
};

enum class PoolHealth : std::uint8_t {
    healthy,
    too_few_blocks,
    low_coverage,  // blocks hold too much that the pool did not
};

// A fee for a virtual size; size 0: no rate.
struct VirtualRate {
    std::int64_t fee = 0;
    std::int64_t virtual_size = 0;

    // Satoshi for 1,000 virtual bytes, rounded down.
    [[nodiscard]] std::int64_t per_kvb() const { return virtual_size == 0 ? 0 : fee * 1000 / virtual_size; }
    friend bool operator==(const VirtualRate&, const VirtualRate&) = default;
};

// The rates at which half and three quarters of a full block are reached; empty where the pool holds less.
struct BlockPercentiles {
    VirtualRate half;
    VirtualRate three_quarters;
};

// `chunks` are those of a block template, in any order.
BlockPercentiles block_percentiles(std::vector<VirtualRate> chunks);

class PoolEstimator {
public:
    // A block was connected, the coinbase not counted. One that does not follow the last one starts the window anew, or
    // replaces what was there at its height and above.
    void connected(const BlockCoverage& block, const primitives::BlockHash& hash);

    [[nodiscard]] PoolHealth health() const;
    // Oldest first.
    [[nodiscard]] const std::vector<BlockCoverage>& window() const { return window_; }

    // mempool_policy_estimator.dat: see docs/storage.md.
    [[nodiscard]] Bytes encode() const;
    // Nothing when the file is not what encode() makes, or does not end at this tip.
    static std::optional<PoolEstimator> decode(ByteSpan file, std::uint64_t tip_height,
                                               const primitives::BlockHash& tip);

private:
    std::vector<BlockCoverage> window_;
    primitives::BlockHash last_;
};

}  // namespace keel::fees
