#include "engine/txgraph/work.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace keel::txgraph {

namespace {

// Completes direct dependencies to the transitive closure.
void close(std::vector<TxSet>& ancestors) {
    const TxSet all = first_n(ancestors.size());
    TxSet done = 0;
    while (done != all) {
        const TxSet before = done;
        for (const std::uint32_t tx : members(all & ~done)) {
            if ((ancestors[tx] & ~done) != 0) {
                continue;
            }
            for (const std::uint32_t ancestor : members(ancestors[tx])) {
                ancestors[tx] |= ancestors[ancestor];
            }
            done |= singleton(tx);
        }
        KEEL_ASSERT(done != before);  // else there is a cycle
    }
}

std::vector<std::uint32_t> rank(std::span<const TieKey* const> keys) {
    std::vector<std::uint32_t> by_key(keys.size());
    for (std::uint32_t index = 0; index < keys.size(); ++index) {
        by_key[index] = index;
    }
    std::ranges::sort(by_key, [&](std::uint32_t a, std::uint32_t b) { return *keys[a] < *keys[b]; });
    std::vector<std::uint32_t> ranks(keys.size());
    for (std::uint32_t place = 0; place < by_key.size(); ++place) {
        ranks[by_key[place]] = place;
    }
    return ranks;
}

TxSet moved(TxSet set, std::span<const std::uint32_t> to) {
    TxSet out = 0;
    for (const std::uint32_t index : members(set)) {
        out |= singleton(to[index]);
    }
    return out;
}

}  // namespace

std::uint32_t Staging::Work::slot_of(TxHandle tx) {
    if (pulled(tx)) {
        return state.entries[tx.value()].slot;
    }
    const std::uint32_t id = state.entry(tx).cluster;
    const auto origin = static_cast<std::uint32_t>(pulls.size());
    pulls.push_back({.cluster = id, .first_slot = static_cast<std::uint32_t>(nodes.size())});
    for (const TxHandle member : state.clusters[id].order) {
        Entry& entry = state.entries[member.value()];
        entry.slot = static_cast<std::uint32_t>(nodes.size());
        nodes.push_back({.tx = member, .own = entry.own, .origin = origin});
    }
    return state.entries[tx.value()].slot;
}

std::uint32_t Staging::Work::root_of(std::uint32_t slot) {
    while (nodes[slot].group != slot) {
        nodes[slot].group = nodes[nodes[slot].group].group;
        slot = nodes[slot].group;
    }
    return slot;
}

bool Staging::Work::fits(std::span<const std::uint32_t> slots) const {
    std::int64_t size = 0;
    for (const std::uint32_t slot : slots) {
        size += nodes[slot].own.size;
    }
    return slots.size() <= static_cast<std::size_t>(state.limits.cluster_count) && size <= state.limits.cluster_size;
}

bool Staging::Work::group() {
    for (std::uint32_t slot = 0; slot < nodes.size(); ++slot) {
        nodes[slot].group = slot;
    }
    each_dependency([&](std::uint32_t parent, std::uint32_t child) {
        const std::uint32_t a = root_of(parent);
        const std::uint32_t b = root_of(child);
        nodes[std::max(a, b)].group = std::min(a, b);
    });
    groups.clear();
    places.assign(nodes.size(), {kNone, 0});
    for (std::uint32_t slot = 0; slot < nodes.size(); ++slot) {
        if (nodes[slot].removed) {
            continue;
        }
        // A root has the least slot of its group.
        const std::uint32_t root = root_of(slot);
        if (root == slot) {
            places[slot].first = static_cast<std::uint32_t>(groups.size());
            groups.emplace_back();
        }
        places[slot] = {places[root].first, static_cast<std::uint32_t>(groups[places[root].first].size())};
        groups[places[slot].first].push_back(slot);
    }
    return std::ranges::all_of(groups, [&](const auto& slots) { return fits(slots); });
}

bool Staging::Work::settle() {
    if (!settled_) {
        clusters.clear();
        fits_ = group();
        if (fits_) {
            build();
        }
        settled_ = true;
    }
    return fits_;
}

void Staging::Work::build() {
    std::vector<ClusterGraph> graphs(groups.size());
    for (std::size_t group = 0; group < groups.size(); ++group) {
        graphs[group].ancestors.resize(groups[group].size());
    }
    each_dependency([&](std::uint32_t parent, std::uint32_t child) {
        const auto [group, index] = places[child];
        graphs[group].ancestors[index] |= singleton(places[parent].second);
    });
    clusters.reserve(groups.size());
    for (std::size_t group = 0; group < groups.size(); ++group) {
        const std::vector<std::uint32_t>& slots = groups[group];
        std::vector<const TieKey*> keys;
        keys.reserve(slots.size());
        for (const std::uint32_t slot : slots) {
            graphs[group].txs.push_back(nodes[slot].own);
            keys.push_back(&state.entries[nodes[slot].tx.value()].key);
        }
        graphs[group].ranks = rank(keys);
        close(graphs[group].ancestors);
        clusters.push_back(build_cluster(slots, graphs[group]));
        for (std::uint32_t position = 0; position < slots.size(); ++position) {
            places[state.entries[clusters.back().order[position].value()].slot].second = position;
        }
    }
}

Cluster Staging::Work::build_cluster(std::span<const std::uint32_t> slots, const ClusterGraph& graph) const {
    const Linearization linear = linearize(graph);
    std::vector<std::uint32_t> position_of(slots.size());
    Cluster cluster;
    cluster.order.reserve(slots.size());
    for (std::uint32_t position = 0; position < slots.size(); ++position) {
        position_of[linear.order[position]] = position;
        cluster.order.push_back(nodes[slots[linear.order[position]]].tx);
    }
    cluster.relatives.resize(slots.size());
    for (std::uint32_t position = 0; position < slots.size(); ++position) {
        const TxSet ancestors = moved(graph.ancestors[linear.order[position]], position_of);
        cluster.relatives[position].ancestors = ancestors;
        for (const std::uint32_t ancestor : members(ancestors)) {
            cluster.relatives[ancestor].descendants |= singleton(position);
        }
    }
    cluster.chunks.reserve(linear.chunks.size());
    for (const TxSet set : linear.chunks) {
        ClusterChunk chunk;
        chunk.txs = moved(set, position_of);
        std::uint32_t last = first_of(set);
        for (const std::uint32_t index : members(set)) {
            chunk.place.sum += graph.txs[index];
            last = graph.ranks[index] > graph.ranks[last] ? index : last;
        }
        chunk.place.last = nodes[slots[last]].tx;
        const bool equal =
            !cluster.chunks.empty() && compare_rates(cluster.chunks.back().place.sum, chunk.place.sum) == 0;
        chunk.place.equal_size = chunk.place.sum.size + (equal ? cluster.chunks.back().place.equal_size : 0);
        cluster.sum += chunk.place.sum;
        cluster.chunks.push_back(chunk);
    }
    return cluster;
}

std::pair<const Cluster*, std::uint32_t> Staging::Work::place_of(TxHandle tx) {
    if (!pulled(tx)) {
        const Entry& entry = state.entry(tx);
        return {&state.clusters[entry.cluster], entry.position};
    }
    const auto [cluster, position] = places[state.entries[tx.value()].slot];
    KEEL_ASSERT(cluster != kNone);
    return {&clusters[cluster], position};
}

}  // namespace keel::txgraph
