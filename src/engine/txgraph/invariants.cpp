#include <algorithm>

#include "base/assert.hpp"
#include "engine/txgraph/state.hpp"

namespace keel::txgraph {

namespace {

void check_relations(const Cluster& cluster) {
    const TxSet all = first_n(cluster.order.size());
    TxSet reached = 1;
    for (std::size_t round = 0; round < cluster.order.size(); ++round) {
        for (const std::uint32_t position : members(reached)) {
            reached |= cluster.relatives[position].ancestors | cluster.relatives[position].descendants;
        }
    }
    KEEL_ASSERT(reached == all);
    for (std::uint32_t position = 0; position < cluster.order.size(); ++position) {
        const Relatives& own = cluster.relatives[position];
        KEEL_ASSERT((own.ancestors & ~(singleton(position) - 1)) == 0);
        for (const std::uint32_t ancestor : members(own.ancestors)) {
            KEEL_ASSERT((cluster.relatives[ancestor].ancestors & ~own.ancestors) == 0);
            KEEL_ASSERT(holds(cluster.relatives[ancestor].descendants, position));
        }
        for (const std::uint32_t descendant : members(own.descendants)) {
            KEEL_ASSERT(holds(cluster.relatives[descendant].ancestors, position));
        }
    }
}

void check_chunks(const Graph::State& state, std::uint32_t id) {
    const Cluster& cluster = state.clusters[id];
    ClusterGraph graph;
    std::vector<std::uint32_t> order;
    for (std::uint32_t position = 0; position < cluster.order.size(); ++position) {
        graph.txs.push_back(state.entries[cluster.order[position].value()].own);
        order.push_back(position);
    }
    const std::vector<TxSet> chunks = chunks_of(graph, order);
    KEEL_ASSERT(chunks.size() == cluster.chunks.size());
    for (std::uint32_t index = 0; index < chunks.size(); ++index) {
        const ClusterChunk& chunk = cluster.chunks[index];
        KEEL_ASSERT(chunk.txs == chunks[index]);
        KEEL_ASSERT(chunk.place.sum == cluster.totals(chunk.txs, state.entries).sum);
        KEEL_ASSERT(chunk.place.cluster == id && chunk.place.index == index);
        KEEL_ASSERT(&*state.order.find(chunk.place) == &*chunk.at);
        for (const std::uint32_t position : members(chunk.txs)) {
            const Entry& entry = state.entries[cluster.order[position].value()];
            KEEL_ASSERT(entry.cluster == id && entry.position == position && entry.chunk == index);
        }
    }
}

}  // namespace

void Graph::check_invariants() const {
    std::size_t txs = 0;
    std::size_t chunks = 0;
    std::size_t memory = 0;
    for (std::uint32_t id = 0; id < state_->clusters.size(); ++id) {
        const Cluster& cluster = state_->clusters[id];
        if (cluster.order.empty()) {
            continue;
        }
        KEEL_ASSERT(cluster.order.size() <= static_cast<std::size_t>(state_->limits.cluster_count));
        KEEL_ASSERT(cluster.sum == cluster.totals(first_n(cluster.order.size()), state_->entries).sum);
        KEEL_ASSERT(cluster.sum.size <= state_->limits.cluster_size);
        check_relations(cluster);
        check_chunks(*state_, id);
        txs += cluster.order.size();
        chunks += cluster.chunks.size();
        memory += cluster.memory();
    }
    KEEL_ASSERT(txs == state_->tx_count && chunks == state_->order.size() && memory == state_->cluster_memory);
    if (!state_->staged) {
        KEEL_ASSERT(state_->entries.size() - state_->free_entries.size() == txs);
    }
    const ChunkOrder order(state_->entries);
    KEEL_ASSERT(std::ranges::is_sorted(state_->order, order));
    for (auto at = state_->order.begin(); at != state_->order.end(); ++at) {
        const auto next = std::next(at);
        KEEL_ASSERT(at->next == (next == state_->order.end() ? nullptr : &*next));
        const Cluster& cluster = state_->clusters[at->cluster];
        KEEL_ASSERT(at->txs.data() == &cluster.order[first_of(cluster.chunks[at->index].txs)]);
    }
}

}  // namespace keel::txgraph
