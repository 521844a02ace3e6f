#include "engine/txgraph/state.hpp"

#include "base/assert.hpp"

namespace keel::txgraph {

namespace {

// What the allocator and the tree add to what is stored in a node of the chunk order.
constexpr std::size_t kNodeOverhead = 48;

}  // namespace

std::strong_ordering ChunkOrder::compare(const Graph::ChunkPlace& a, const Graph::ChunkPlace& b) const {
    if (const auto rates = compare_rates(b.sum, a.sum); rates != 0) {
        return rates < 0 ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    if (a.equal_size != b.equal_size) {
        return a.equal_size <=> b.equal_size;
    }
    if (a.cluster == b.cluster) {
        return a.index <=> b.index;
    }
    return (*entries_)[a.last.value()].key <=> (*entries_)[b.last.value()].key;
}

Totals Cluster::totals(TxSet set, std::span<const Entry> entries) const {
    Totals totals{.count = size_of(set), .sum = {}};
    for (const std::uint32_t position : members(set)) {
        totals.sum += entries[order[position].value()].own;
    }
    return totals;
}

std::size_t Cluster::memory() const {
    return sizeof(Cluster) + order.capacity() * sizeof(TxHandle) + relatives.capacity() * sizeof(Relatives) +
           chunks.capacity() * (sizeof(ClusterChunk) + sizeof(Graph::ChunkPlace) + kNodeOverhead);
}

const Entry& Graph::State::entry(TxHandle tx) const {
    KEEL_ASSERT(tx.value() < entries.size() && entries[tx.value()].cluster != kNone);
    return entries[tx.value()];
}

TxHandle Graph::State::new_entry(const FeeSize& own, const TieKey& key) {
    KEEL_ASSERT(own.size > 0);
    if (free_entries.empty()) {
        KEEL_ASSERT(entries.size() < kNone);
        free_entries.push_back(static_cast<std::uint32_t>(entries.size()));
        entries.emplace_back();
    }
    const std::uint32_t index = free_entries.back();
    free_entries.pop_back();
    entries[index] = Entry{.own = own, .key = key};
    return TxHandle(index);
}

void Graph::State::free_entry(TxHandle tx) { free_entries.push_back(tx.value()); }

ChunkSet::const_iterator Graph::State::insert_place(const ChunkPlace& place) {
    const auto at = order.insert(place).first;
    const auto next = std::next(at);
    at->next = next == order.end() ? nullptr : &*next;
    if (at != order.begin()) {
        std::prev(at)->next = &*at;
    }
    return at;
}

void Graph::State::erase_place(ChunkSet::const_iterator at) {
    if (at != order.begin()) {
        std::prev(at)->next = at->next;
    }
    order.erase(at);
}

void Graph::State::remove_cluster(std::uint32_t id) {
    Cluster& cluster = clusters[id];
    for (const ClusterChunk& chunk : cluster.chunks) {
        erase_place(chunk.at);
    }
    for (const TxHandle tx : cluster.order) {
        entries[tx.value()].cluster = kNone;
    }
    tx_count -= cluster.order.size();
    cluster_memory -= cluster.memory();
    cluster = Cluster{};
    free_clusters.push_back(id);
}

void Graph::State::insert_cluster(Cluster&& cluster) {
    if (free_clusters.empty()) {
        free_clusters.push_back(static_cast<std::uint32_t>(clusters.size()));
        clusters.emplace_back();
    }
    const std::uint32_t id = free_clusters.back();
    free_clusters.pop_back();
    for (std::uint32_t index = 0; index < cluster.chunks.size(); ++index) {
        ClusterChunk& chunk = cluster.chunks[index];
        for (const std::uint32_t position : members(chunk.txs)) {
            Entry& entry = entries[cluster.order[position].value()];
            entry.cluster = id;
            entry.position = static_cast<std::uint8_t>(position);
            entry.chunk = static_cast<std::uint8_t>(index);
        }
        chunk.place.cluster = id;
        chunk.place.index = index;
        // The buffer stays where it is when the cluster moves.
        chunk.place.txs = std::span<const TxHandle>(cluster.order).subspan(first_of(chunk.txs), size_of(chunk.txs));
        chunk.at = insert_place(chunk.place);
    }
    tx_count += cluster.order.size();
    cluster_memory += cluster.memory();
    clusters[id] = std::move(cluster);
}

}  // namespace keel::txgraph
