#include "engine/txgraph/dag.hpp"

namespace keel::txgraph {

Dag::Dag(const ClusterGraph& given) : cluster(given) {
    for (std::uint32_t tx = 0; tx < count(); ++tx) {
        TxSet implied = 0;
        for (const std::uint32_t ancestor : members(cluster.ancestors[tx])) {
            descendants[ancestor] |= singleton(tx);
            implied |= cluster.ancestors[ancestor];
        }
        parents[tx] = cluster.ancestors[tx] & ~implied;
        for (const std::uint32_t parent : members(parents[tx])) {
            children[parent] |= singleton(tx);
        }
    }
}

FeeSize Dag::sum(TxSet set) const {
    FeeSize sum;
    for (const std::uint32_t tx : members(set)) {
        sum += cluster.txs[tx];
    }
    return sum;
}

}  // namespace keel::txgraph
