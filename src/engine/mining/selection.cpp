#include "engine/mining/selection.hpp"

#include "rules/consensus/limits.hpp"
#include "rules/consensus/locks.hpp"

namespace keel::mining {

namespace {

struct ChunkTotals {
    std::int64_t weight = 0;
    std::int64_t sigop_cost = 0;
    std::int64_t fee = 0;

    explicit ChunkTotals(Chunk chunk) {
        for (const Candidate& candidate : chunk) {
            weight += candidate.tx->view().weight().value();
            sigop_cost += candidate.sigop_cost;
            fee += candidate.fee.satoshi();
        }
    }
    // Fees and sizes of a chunk are far below the limits of 64 bits: at most 21e14 satoshi times 1000.
    [[nodiscard]] bool pays(std::int64_t min_fee_per_kvb) const {
        const std::int64_t virtual_size = (weight + consensus::kWitnessScale - 1) / consensus::kWitnessScale;
        return fee * 1000 >= min_fee_per_kvb * virtual_size;
    }
};

bool is_final(Chunk chunk, const BlockPlace& place) {
    return std::ranges::all_of(chunk, [&](const Candidate& candidate) {
        return consensus::is_final(candidate.tx->view(), place.height, place.lock_time_clock);
    });
}

}  // namespace

Selection select_transactions(std::span<const Chunk> chunks, const SelectionLimits& limits, const BlockPlace& place) {
    Selection out;
    out.weight = limits.reserved_weight;
    out.sigop_cost = limits.reserved_sigop_cost;
    int failures = 0;
    for (const Chunk chunk : chunks) {
        const ChunkTotals totals(chunk);
        if (!totals.pays(limits.min_fee_per_kvb)) {
            break;
        }
        const bool fits = out.weight + totals.weight < limits.max_weight &&
                          out.sigop_cost + totals.sigop_cost < consensus::kMaxBlockSigopCost;
        if (!fits || !is_final(chunk, place)) {
            ++failures;
            if (failures > kChunkFailuresMax && out.weight + kNearlyFullWeight > limits.max_weight) {
                break;
            }
            continue;
        }
        failures = 0;
        out.txs.insert(out.txs.end(), chunk.begin(), chunk.end());
        out.weight += totals.weight;
        out.sigop_cost += totals.sigop_cost;
        out.fees = primitives::Amount(out.fees.satoshi() + totals.fee);
    }
    return out;
}

}  // namespace keel::mining
