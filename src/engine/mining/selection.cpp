#include "engine/mining/selection.hpp"

#include "rules/consensus/limits.hpp"
#include "rules/consensus/locks.hpp"

namespace keel::mining {

namespace {

std::int64_t virtual_size(std::int64_t weight) {
    return (weight + consensus::kWitnessScale - 1) / consensus::kWitnessScale;
}

bool is_final(const Chunk& chunk, const BlockPlace& place) {
    return std::ranges::all_of(chunk.txs, [&](const Candidate& candidate) {
        return consensus::is_final(candidate.tx->view(), place.height, place.lock_time_clock);
    });
}

}  // namespace

Chunk Chunk::of(std::span<const Candidate> txs, std::uint32_t cluster) {
    Chunk chunk;
    chunk.txs = txs;
    chunk.cluster = cluster;
    for (const Candidate& candidate : txs) {
        chunk.fee += candidate.fee.satoshi();
        chunk.weight += candidate.tx->view().weight().value();
    }
    return chunk;
}

Selector::Selector(const SelectionLimits& limits, const BlockPlace& place) : limits_(limits), place_(place) {
    out_.weight = limits.reserved_weight;
    out_.sigop_cost = limits.reserved_sigop_cost;
}

bool Selector::fits(const Chunk& chunk, std::int64_t sigop_cost) const {
    return out_.weight + chunk.weight < limits_.max_weight &&
           out_.sigop_cost + sigop_cost < consensus::kMaxBlockSigopCost && is_final(chunk, place_);
}

bool Selector::offer(const Chunk& chunk) {
    if (left_out_.contains(chunk.cluster)) {
        return true;
    }
    // Fees and sizes of a chunk are far below the limits of 64 bits: at most 21e14 satoshi times 1000.
    const Selection::Rate rate{.fee = chunk.fee, .virtual_size = virtual_size(chunk.weight)};
    if (rate.fee * 1000 < limits_.min_fee_per_kvb * rate.virtual_size) {
        return false;
    }
    std::int64_t sigop_cost = 0;
    for (const Candidate& candidate : chunk.txs) {
        sigop_cost += candidate.sigop_cost;
    }
    if (!fits(chunk, sigop_cost)) {
        left_out_.insert(chunk.cluster);
        ++failures_;
        return failures_ <= kChunkFailuresMax || out_.weight + kNearlyFullWeight <= limits_.max_weight;
    }
    failures_ = 0;
    for (const Candidate& candidate : chunk.txs) {
        out_.weight += candidate.tx->view().weight().value();
        out_.fees = primitives::Amount(out_.fees.satoshi() + candidate.fee.satoshi());
    }
    out_.sigop_cost += sigop_cost;
    out_.txs.insert(out_.txs.end(), chunk.txs.begin(), chunk.txs.end());
    out_.chunks.push_back(rate);
    return true;
}

Selection select_transactions(std::span<const Chunk> chunks, const SelectionLimits& limits, const BlockPlace& place) {
    Selector selector(limits, place);
    for (const Chunk& chunk : chunks) {
        if (!selector.offer(chunk)) {
            break;
        }
    }
    return selector.take();
}

}  // namespace keel::mining
