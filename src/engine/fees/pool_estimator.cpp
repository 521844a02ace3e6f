#include "engine/fees/pool_estimator.hpp"

#include <algorithm>

#include "base/wide.hpp"

namespace keel::fees {

namespace {

constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kRecordSize = 24;

constexpr std::uint64_t kFullBlock = 4'000'000;
// Below one block's worth of transactions in the whole window their origin says nothing: there is no competition.
constexpr std::uint64_t kTellingWeight = kFullBlock;
// Out of four parts of the weight, so many must have been known.
constexpr std::uint64_t kKnownQuarters = 3;

}  // namespace

BlockPercentiles block_percentiles(std::vector<VirtualRate> chunks) {
    // Rounding weights up to virtual sizes can have disturbed their order a little.
    std::ranges::sort(chunks, [](const VirtualRate& a, const VirtualRate& b) {
        return static_cast<SignedWide>(a.fee) * b.virtual_size > static_cast<SignedWide>(b.fee) * a.virtual_size;
    });
    BlockPercentiles out;
    std::uint64_t weight = 0;
    for (const VirtualRate& chunk : chunks) {
        const std::uint64_t before = weight;
        weight += static_cast<std::uint64_t>(chunk.virtual_size) * 4;
        const auto reaches = [&](std::uint64_t mark) { return before < mark && weight >= mark; };
        out.half = reaches(kFullBlock / 2) ? chunk : out.half;
        out.three_quarters = reaches(kFullBlock / 4 * 3) ? chunk : out.three_quarters;
    }
    return out;
}

void PoolEstimator::connected(const BlockCoverage& block, const primitives::BlockHash& hash) {
    std::erase_if(window_, [&](const BlockCoverage& other) { return other.height >= block.height; });
    if (!window_.empty() && window_.back().height + 1 != block.height) {
        window_.clear();
    }
    if (window_.size() == kWindowBlocks) {
        window_.erase(window_.begin());
    }
    window_.push_back(block);
    last_ = hash;
}

PoolHealth PoolEstimator::health() const {
    if (window_.size() < kWindowBlocks) {
        return PoolHealth::too_few_blocks;
    }
    Wide known = 0;
    Wide all = 0;
    for (const BlockCoverage& block : window_) {
        known += block.known_weight;
        all += block.weight;
    }
    return all < kTellingWeight || known * 4 >= all * kKnownQuarters ? PoolHealth::healthy : PoolHealth::low_coverage;
}

Bytes PoolEstimator::encode() const {
    Bytes bytes;
    primitives::Writer out(bytes);
    out.write(kVersion);
    out.write_compact_size(window_.size());
    for (const BlockCoverage& block : window_) {
        out.write(block.height);
        out.write(block.known_weight);
        out.write(block.weight);
    }
    out.write_hash(last_);
    return bytes;
}

std::optional<PoolEstimator> PoolEstimator::decode(ByteSpan file, std::uint64_t tip_height,
                                                   const primitives::BlockHash& tip) {
    primitives::Reader in(file);
    if (in.read<std::uint32_t>() != kVersion) {
        return std::nullopt;
    }
    PoolEstimator out;
    out.window_.resize(in.read_count(kWindowBlocks, kRecordSize));
    for (BlockCoverage& block : out.window_) {
        block.height = in.read<std::uint64_t>();
        block.known_weight = in.read<std::uint64_t>();
        block.weight = in.read<std::uint64_t>();
    }
    out.last_ = in.read_hash<primitives::BlockHash>();
    const auto apart = [](const BlockCoverage& a, const BlockCoverage& b) { return a.height + 1 != b.height; };
    const bool consecutive = std::ranges::adjacent_find(out.window_, apart) == out.window_.end();
    const bool current = out.window_.empty() || (out.window_.back().height == tip_height && out.last_ == tip);
    return in.ok() && consecutive && current ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace keel::fees
