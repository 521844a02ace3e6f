// Which fee rate confirms within how many blocks, judged by how the transactions of the past did.
//
// Follows each transaction from its entry into the pool until a block holds it or it leaves otherwise, and feeds three
// horizons (horizon.hpp): the last hours, days and weeks. Answers as Bitcoin Core's estimatesmartfee and estimaterawfee
// do, and keeps its state in the same file format.
//
// Bounds: one small entry for each transaction in the pool; the rest is fixed. Owned by one thread.
#pragma once

#include <array>
#include <map>

#include "base/result.hpp"
#include "engine/fees/horizon.hpp"
#include "rules/primitives/ids.hpp"

namespace keel::fees {

enum class Span : std::uint8_t {
    hours,  // blocks count half after 18; tracks 12
    days,   // 144; tracks 48
    weeks,  // 1008; tracks 1008
};
inline constexpr std::array kSpans{Span::hours, Span::days, Span::weeks};

// Pays `fee` satoshi (without prioritisation) for `virtual_size`.
struct Payment {
    std::int64_t fee = 0;
    std::int64_t virtual_size = 0;  // positive, adjusted for sigops

    // Satoshi for 1,000 virtual bytes, rounded down.
    [[nodiscard]] double rate() const;
};

struct Entered {
    primitives::Txid id;
    std::uint32_t height = 0;  // of the tip at that time
    Payment payment;
    // Whether its time to confirm says something about its rate: it came alone, not back from a reorganised block, has
    // no parent in the pool, and the node is at the tip of its chain.
    bool telling = false;
};

struct Confirmed {
    primitives::Txid id;
    std::uint32_t entry_height = 0;
    Payment payment;
};

struct SmartEstimate {
    std::int64_t rate = 0;     // satoshi for 1,000 virtual bytes; 0: no answer
    std::uint32_t target = 0;  // the number of blocks that the answer is for
};

struct RawEstimate {
    std::int64_t rate = 0;  // 0: no answer
    Estimate detail;
};

// Why the bytes of a file are not used.
enum class FileProblem : std::uint8_t { version_too_high, version_too_old, corrupt };
// One sentence for the log.
const char* describe(FileProblem problem);

class BlockEstimator {
public:
    BlockEstimator();

    void entered(const Entered& tx);
    // It left the pool, but not into a block. False: it was not followed.
    bool left(const primitives::Txid& id);
    // The block at `height` was connected, with these transactions of the pool. Blocks at or below the highest one seen
    // change nothing: reorganisations are rare, and to count a transaction twice does no harm.
    void connected(std::uint32_t height, std::span<const Confirmed> txs);
    // Counts everything that waits as having failed. Before the file is written for the last time.
    void give_up_waiting();

    // `target` blocks. `conservative`: also what longer histories say.
    [[nodiscard]] SmartEstimate smart(std::uint32_t target, bool conservative) const;
    // Over one horizon: the lowest rate of which `threshold` (at most 1) of the transactions confirm within `target`.
    [[nodiscard]] RawEstimate raw(std::uint32_t target, double threshold, Span span) const;
    [[nodiscard]] std::uint32_t blocks_tracked(Span span) const { return horizon(span).blocks_tracked(); }
    // The same knowledge, but following nothing: for readers elsewhere.
    [[nodiscard]] BlockEstimator without_waiting() const;
    [[nodiscard]] std::uint32_t best_height() const { return best_height_; }

    // block_policy_estimates.dat: see docs/storage.md.
    [[nodiscard]] Bytes encode() const;
    static Result<BlockEstimator, FileProblem> decode(ByteSpan file);

private:
    struct Waiting {
        std::uint32_t height = 0;
        std::uint32_t bucket = 0;
    };

    [[nodiscard]] const Horizon& horizon(Span span) const { return horizons_[static_cast<std::size_t>(span)]; }
    [[nodiscard]] std::uint32_t bucket_of(double rate) const;
    bool stop_following(const primitives::Txid& id, bool in_block);
    [[nodiscard]] Estimate ask(Span span, std::uint32_t target, double threshold) const;
    [[nodiscard]] double combined(std::uint32_t target, double threshold, bool check_shorter) const;
    [[nodiscard]] double over_longer_spans(std::uint32_t target) const;
    // Blocks that history covers: since the node started, and in the file that was read.
    [[nodiscard]] std::uint32_t block_span() const;
    [[nodiscard]] std::uint32_t historical_block_span() const;
    [[nodiscard]] std::uint32_t usable_target_max() const;

    std::vector<double> limits_;       // of the buckets, upward; the last one holds everything
    std::array<Horizon, 3> horizons_;  // by Span
    std::map<primitives::Txid, Waiting> waiting_;
    bool blank_ = true;  // nothing was ever counted: blocks need not age anything
    std::uint32_t best_height_ = 0;
    std::uint32_t first_recorded_ = 0;    // the first block that held a followed transaction; 0: none
    std::uint32_t historical_first_ = 0;  // of the file; 0: none
    std::uint32_t historical_best_ = 0;
};

}  // namespace keel::fees
