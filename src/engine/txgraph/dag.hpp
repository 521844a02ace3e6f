// A cluster with the relations that the linearization steps ask for. Internal to the room.
#pragma once

#include <array>

#include "engine/txgraph/linearize.hpp"

namespace keel::txgraph {

struct Dag {
    explicit Dag(const ClusterGraph& given);

    [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(cluster.txs.size()); }
    [[nodiscard]] FeeSize sum(TxSet set) const;

    const ClusterGraph& cluster;
    std::array<TxSet, 64> descendants{};  // without the transaction itself
    // The least relation with the same closure: a dependency that another path implies is left out.
    std::array<TxSet, 64> parents{};
    std::array<TxSet, 64> children{};
};

}  // namespace keel::txgraph
