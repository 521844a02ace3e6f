#include "engine/txgraph/graph.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "engine/txgraph/state.hpp"

namespace keel::txgraph {

namespace {

// The relatives of several transactions, cluster by cluster in order of first mention. Clusters are few where many
// transactions are asked about, or the transactions are few: a sorted list of them is enough.
std::vector<TxHandle> union_of(const Graph::State& state, std::span<const TxHandle> txs, TxSet Relatives::* relation) {
    struct Part {
        std::uint32_t cluster = 0;
        std::size_t mention = 0;
        TxSet set = 0;
    };
    std::vector<Part> parts;
    parts.reserve(txs.size());
    for (const TxHandle tx : txs) {
        const Entry& entry = state.entry(tx);
        const TxSet set = state.clusters[entry.cluster].relatives[entry.position].*relation | singleton(entry.position);
        parts.push_back({.cluster = entry.cluster, .mention = parts.size(), .set = set});
    }
    std::ranges::sort(parts, {}, [](const Part& part) { return std::pair(part.cluster, part.mention); });
    std::vector<Part> merged;
    for (const Part& part : parts) {
        if (!merged.empty() && merged.back().cluster == part.cluster) {
            merged.back().set |= part.set;
        } else {
            merged.push_back(part);
        }
    }
    std::ranges::sort(merged, {}, &Part::mention);
    std::vector<TxHandle> out;
    for (const Part& part : merged) {
        for (const std::uint32_t position : members(part.set)) {
            out.push_back(state.clusters[part.cluster].order[position]);
        }
    }
    return out;
}

}  // namespace

Graph::Graph(const Limits& limits) : state_(std::make_unique<State>(limits)) {
    KEEL_ASSERT(limits.cluster_count >= 1 && limits.cluster_count <= kClusterCountMax);
}
Graph::Graph(Graph&&) noexcept = default;
Graph& Graph::operator=(Graph&&) noexcept = default;
Graph::~Graph() = default;

const Limits& Graph::limits() const { return state_->limits; }

std::size_t Graph::count() const { return state_->tx_count; }

bool Graph::contains(TxHandle tx) const {
    return tx.value() < state_->entries.size() && state_->entries[tx.value()].cluster != kNone;
}

std::size_t Graph::memory_usage() const { return state_->tx_count * sizeof(Entry) + state_->cluster_memory; }

std::uint64_t Graph::revision() const { return state_->revision; }

FeeSize Graph::fee_size(TxHandle tx) const { return state_->entry(tx).own; }

FeeSize Graph::chunk_sum(TxHandle tx) const { return state_->cluster_of(tx).chunks[state_->entry(tx).chunk].place.sum; }

Chunk Graph::chunk(TxHandle tx) const {
    return State::chunk(state_->cluster_of(tx).chunks[state_->entry(tx).chunk].place);
}

ClusterId Graph::cluster_of(TxHandle tx) const { return ClusterId(state_->entry(tx).cluster); }

std::vector<TxHandle> Graph::ancestors(TxHandle tx) const { return ancestors(std::span(&tx, 1)); }

std::vector<TxHandle> Graph::descendants(TxHandle tx) const { return descendants(std::span(&tx, 1)); }

std::span<const TxHandle> Graph::cluster(TxHandle tx) const { return state_->cluster_of(tx).order; }

std::vector<TxHandle> Graph::ancestors(std::span<const TxHandle> txs) const {
    return union_of(*state_, txs, &Relatives::ancestors);
}

std::vector<TxHandle> Graph::descendants(std::span<const TxHandle> txs) const {
    return union_of(*state_, txs, &Relatives::descendants);
}

Totals Graph::ancestor_totals(TxHandle tx) const {
    const std::uint8_t position = state_->entry(tx).position;
    const Cluster& cluster = state_->cluster_of(tx);
    return cluster.totals(cluster.relatives[position].ancestors | singleton(position), state_->entries);
}

Totals Graph::descendant_totals(TxHandle tx) const {
    const std::uint8_t position = state_->entry(tx).position;
    const Cluster& cluster = state_->cluster_of(tx);
    return cluster.totals(cluster.relatives[position].descendants | singleton(position), state_->entries);
}

Totals Graph::cluster_totals(TxHandle tx) const {
    const Cluster& cluster = state_->cluster_of(tx);
    return {.count = cluster.order.size(), .sum = cluster.sum};
}

std::size_t Graph::distinct_clusters(std::span<const TxHandle> txs) const {
    std::vector<std::uint32_t> ids;
    ids.reserve(txs.size());
    for (const TxHandle tx : txs) {
        ids.push_back(state_->entry(tx).cluster);
    }
    std::ranges::sort(ids);
    return ids.size() - std::ranges::unique(ids).size();
}

bool Graph::is_ancestor(TxHandle ancestor, TxHandle tx) const {
    const Entry& upper = state_->entry(ancestor);
    const Entry& lower = state_->entry(tx);
    return upper.cluster == lower.cluster &&
           holds(state_->clusters[lower.cluster].relatives[lower.position].ancestors, upper.position);
}

std::strong_ordering Graph::compare(TxHandle a, TxHandle b) const {
    const Entry& left = state_->entry(a);
    const Entry& right = state_->entry(b);
    if (left.cluster == right.cluster) {
        return left.position <=> right.position;
    }
    return ChunkOrder(state_->entries)
        .compare(state_->clusters[left.cluster].chunks[left.chunk].place,
                 state_->clusters[right.cluster].chunks[right.chunk].place);
}

Graph::ChunkRange Graph::chunks() const {
    return {ChunkIterator(state_->order.empty() ? nullptr : &*state_->order.begin())};
}

std::optional<Chunk> Graph::worst_chunk() const {
    if (state_->order.empty()) {
        return std::nullopt;
    }
    return State::chunk(*std::prev(state_->order.end()));
}

Chunk Graph::ChunkIterator::operator*() const { return State::chunk(*place_); }

Graph::ChunkIterator& Graph::ChunkIterator::operator++() {
    place_ = place_->next;
    return *this;
}

}  // namespace keel::txgraph
