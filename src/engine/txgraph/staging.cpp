#include "engine/txgraph/staging.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "engine/txgraph/work.hpp"

namespace keel::txgraph {

namespace {

std::vector<TxHandle> pick(const Cluster& cluster, TxSet set) {
    std::vector<TxHandle> out;
    out.reserve(size_of(set));
    for (const std::uint32_t position : members(set)) {
        out.push_back(cluster.order[position]);
    }
    return out;
}

void append_chunks(const Cluster& cluster, std::vector<FeeSize>& out) {
    for (const ClusterChunk& chunk : cluster.chunks) {
        out.push_back(chunk.place.sum);
    }
}

}  // namespace

Staging::Staging(Graph& graph) : work_(std::make_unique<Work>(*graph.state_)) {
    KEEL_ASSERT(!graph.state_->staged);
    graph.state_->staged = true;
}

// What is left after a commit is nothing.
Staging::~Staging() {
    Graph::State& state = work_->state;
    for (const Node& node : work_->nodes) {
        state.entries[node.tx.value()].slot = kNone;
        if (node.origin == kNone) {
            state.free_entry(node.tx);
        }
    }
    state.staged = false;
}

TxHandle Staging::add(const FeeSize& own, const TieKey& key) {
    const TxHandle tx = work_->state.new_entry(own, key);
    work_->state.entries[tx.value()].slot = static_cast<std::uint32_t>(work_->nodes.size());
    work_->nodes.push_back({.tx = tx, .own = own});
    work_->changed();
    return tx;
}

void Staging::link(TxHandle parent, TxHandle child) {
    const Link link{.parent = work_->slot_of(parent), .child = work_->slot_of(child)};
    KEEL_ASSERT(link.parent != link.child);
    work_->links.push_back(link);
    work_->changed();
}

void Staging::remove(TxHandle tx) {
    work_->nodes[work_->slot_of(tx)].removed = true;
    work_->changed();
}

std::vector<TxHandle> Staging::remove_with_descendants(TxHandle tx) {
    std::vector<TxHandle> removed;
    const auto take = [&](std::uint32_t slot) {
        if (!work_->nodes[slot].removed) {
            work_->nodes[slot].removed = true;
            removed.push_back(work_->nodes[slot].tx);
        }
    };
    const std::uint32_t slot = work_->slot_of(tx);
    take(slot);
    if (const std::uint32_t origin = work_->nodes[slot].origin; origin != kNone) {
        const Pulled& pull = work_->pulls[origin];
        const Cluster& cluster = work_->state.clusters[pull.cluster];
        for (const std::uint32_t position : members(cluster.relatives[slot - pull.first_slot].descendants)) {
            take(pull.first_slot + position);
        }
    }
    work_->changed();
    return removed;
}

void Staging::set_fee(TxHandle tx, std::int64_t fee) {
    work_->nodes[work_->slot_of(tx)].own.fee = fee;
    work_->changed();
}

bool Staging::contains(TxHandle tx) const {
    const Graph::State& state = work_->state;
    if (tx.value() >= state.entries.size()) {
        return false;
    }
    const Entry& entry = state.entries[tx.value()];
    return entry.slot != kNone ? !work_->nodes[entry.slot].removed : entry.cluster != kNone;
}

bool Staging::fits() { return work_->settle(); }

std::vector<TxHandle> Staging::trim() {
    std::vector<TxHandle> removed;
    if (fits()) {
        return removed;
    }
    std::vector<Link> dependencies;
    work_->each_dependency(
        [&](std::uint32_t parent, std::uint32_t child) { dependencies.push_back({.parent = parent, .child = child}); });
    for (const std::uint32_t slot : choose_excess(work_->state, work_->nodes, dependencies)) {
        work_->nodes[slot].removed = true;
        removed.push_back(work_->nodes[slot].tx);
    }
    work_->changed();
    KEEL_ASSERT(fits());
    return removed;
}

std::vector<TxHandle> Staging::ancestors(TxHandle tx) {
    KEEL_ASSERT(fits());
    const auto [cluster, position] = work_->place_of(tx);
    return pick(*cluster, cluster->relatives[position].ancestors | singleton(position));
}

std::vector<TxHandle> Staging::descendants(TxHandle tx) {
    KEEL_ASSERT(fits());
    const auto [cluster, position] = work_->place_of(tx);
    return pick(*cluster, cluster->relatives[position].descendants | singleton(position));
}

std::vector<TxHandle> Staging::cluster(TxHandle tx) {
    KEEL_ASSERT(fits());
    return work_->place_of(tx).first->order;
}

FeeSize Staging::chunk_sum(TxHandle tx) {
    KEEL_ASSERT(fits());
    const auto [cluster, position] = work_->place_of(tx);
    const auto chunk =
        std::ranges::find_if(cluster->chunks, [at = position](const ClusterChunk& c) { return holds(c.txs, at); });
    return chunk->place.sum;
}

Staging::Diagrams Staging::diagrams() {
    KEEL_ASSERT(fits());
    Diagrams diagrams;
    for (const Pulled& pull : work_->pulls) {
        append_chunks(work_->state.clusters[pull.cluster], diagrams.before);
    }
    for (const Cluster& cluster : work_->clusters) {
        append_chunks(cluster, diagrams.after);
    }
    const auto falling = [](const FeeSize& a, const FeeSize& b) { return compare_rates(a, b) > 0; };
    std::ranges::sort(diagrams.before, falling);
    std::ranges::sort(diagrams.after, falling);
    return diagrams;
}

bool Staging::improves() {
    const Diagrams both = diagrams();
    return compare_diagrams(both.after, both.before) > 0;
}

void Staging::commit() {
    KEEL_ASSERT(fits());
    Graph::State& state = work_->state;
    if (!work_->nodes.empty()) {
        ++state.revision;
    }
    for (const Pulled& pull : work_->pulls) {
        state.remove_cluster(pull.cluster);
    }
    for (const Node& node : work_->nodes) {
        Entry& entry = state.entries[node.tx.value()];
        entry.slot = kNone;
        entry.own = node.own;
        if (node.removed) {
            state.free_entry(node.tx);
        }
    }
    for (Cluster& cluster : work_->clusters) {
        state.insert_cluster(std::move(cluster));
    }
    work_->nodes.clear();
}

}  // namespace keel::txgraph
