// Random clusters for tests, and their best order found by trying everything.
#pragma once

#include <algorithm>
#include <map>

#include "base/rng.hpp"
#include "engine/txgraph/diagram.hpp"
#include "engine/txgraph/linearize.hpp"

namespace keel::txgraph {

// Small numbers make ties frequent; large ones test the arithmetic.
inline ClusterGraph random_cluster(Rng& rng, std::size_t count, std::uint64_t density) {
    ClusterGraph cluster;
    const bool large = rng.chance(1, 4);
    for (std::uint32_t tx = 0; tx < count; ++tx) {
        const auto fee = static_cast<std::int64_t>(rng.below(large ? 2'000'000'000'000'000 : 20));
        cluster.txs.push_back({.fee = rng.chance(1, 10) ? -fee : fee,
                               .size = 1 + static_cast<std::int64_t>(rng.below(large ? 400'000 : 6))});
        TxSet ancestors = 0;
        for (std::uint32_t parent = 0; parent < tx; ++parent) {
            if (rng.chance(density, 100)) {
                ancestors |= singleton(parent) | cluster.ancestors[parent];
            }
        }
        cluster.ancestors.push_back(ancestors);
        cluster.ranks.push_back(tx);
    }
    rng.shuffle(std::span(cluster.ranks));
    return cluster;
}

inline std::vector<FeeSize> sums_of(const ClusterGraph& cluster, std::span<const TxSet> chunks) {
    std::vector<FeeSize> sums;
    for (const TxSet chunk : chunks) {
        FeeSize& sum = sums.emplace_back();
        for (const std::uint32_t tx : members(chunk)) {
            sum += cluster.txs[tx];
        }
    }
    return sums;
}

inline bool is_topological(const ClusterGraph& cluster, std::span<const std::uint32_t> order) {
    TxSet done = 0;
    for (const std::uint32_t tx : order) {
        if ((cluster.ancestors[tx] & ~done) != 0 || holds(done, tx)) {
            return false;
        }
        done |= singleton(tx);
    }
    return done == first_n(cluster.txs.size());
}

inline bool is_closed(const ClusterGraph& cluster, TxSet set) {
    TxSet needed = 0;
    for (const std::uint32_t tx : members(set)) {
        needed |= cluster.ancestors[tx];
    }
    return (needed & ~set) == 0;
}

}  // namespace keel::txgraph
