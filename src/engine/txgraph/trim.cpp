// Which transactions stay when a change makes clusters too large: a rough version of mining. Transactions are taken as
// their parents are in, the best chunk rate (as it was in the graph; its own rate for an added one) first; one that
// would join clusters beyond the limits stays out, and with it all that depend on it. O(n log n) with n dependencies.

#include <algorithm>

#include "engine/txgraph/work.hpp"

namespace keel::txgraph {

namespace {

class Trimmer {
public:
    Trimmer(const Graph::State& state, std::span<const Node> nodes, std::span<const Link> dependencies)
        : state_(state), nodes_(nodes), dependencies_(dependencies.begin(), dependencies.end()) {
        const auto child = [](const Link& link) { return std::pair(link.child, link.parent); };
        parents_ = dependencies_;
        std::ranges::sort(parents_, {}, child);
        const auto [first, last] = std::ranges::unique(parents_, {}, child);
        parents_.erase(first, last);
        dependencies_ = parents_;
        std::ranges::sort(dependencies_, {}, [](const Link& link) { return std::pair(link.parent, link.child); });
        for (std::uint32_t slot = 0; slot < nodes.size(); ++slot) {
            marks_.push_back({.parent = slot, .size = nodes[slot].own.size, .missing = parents_of(slot).size()});
        }
    }

    std::vector<std::uint32_t> run() {
        std::vector<std::uint32_t> ready;
        const auto later = [&](std::uint32_t a, std::uint32_t b) { return goes_first(b, a); };
        const auto offer = [&](std::uint32_t slot) {
            ready.push_back(slot);
            std::ranges::push_heap(ready, later);
        };
        for (std::uint32_t slot = 0; slot < nodes_.size(); ++slot) {
            if (!nodes_[slot].removed && marks_[slot].missing == 0) {
                offer(slot);
            }
        }
        while (!ready.empty()) {
            std::ranges::pop_heap(ready, later);
            const std::uint32_t slot = ready.back();
            ready.pop_back();
            if (!take(slot)) {
                continue;
            }
            for (const Link& link : children_of(slot)) {
                if (--marks_[link.child].missing == 0) {
                    offer(link.child);
                }
            }
        }
        std::vector<std::uint32_t> excess;
        for (std::uint32_t slot = 0; slot < nodes_.size(); ++slot) {
            if (!nodes_[slot].removed && !marks_[slot].taken) {
                excess.push_back(slot);
            }
        }
        return excess;
    }

private:
    struct Mark {
        std::uint32_t parent = 0;  // towards the root of its cluster so far
        std::size_t count = 1;     // of the cluster, at the root
        std::int64_t size = 0;     // of the cluster, at the root
        std::size_t missing = 0;   // parents that are not taken yet
        bool taken = false;
    };

    [[nodiscard]] std::span<const Link> parents_of(std::uint32_t slot) const {
        return std::ranges::equal_range(parents_, slot, {}, &Link::child);
    }
    [[nodiscard]] std::span<const Link> children_of(std::uint32_t slot) const {
        return std::ranges::equal_range(dependencies_, slot, {}, &Link::parent);
    }
    [[nodiscard]] FeeSize worth(std::uint32_t slot) const {
        const Entry& entry = state_.entries[nodes_[slot].tx.value()];
        return entry.cluster == kNone ? nodes_[slot].own : state_.clusters[entry.cluster].chunks[entry.chunk].place.sum;
    }
    [[nodiscard]] bool goes_first(std::uint32_t a, std::uint32_t b) const {
        const auto rates = compare_rates(worth(a), worth(b));
        return rates != 0 ? rates > 0
                          : state_.entries[nodes_[a].tx.value()].key < state_.entries[nodes_[b].tx.value()].key;
    }
    std::uint32_t root_of(std::uint32_t slot) {
        while (marks_[slot].parent != slot) {
            marks_[slot].parent = marks_[marks_[slot].parent].parent;
            slot = marks_[slot].parent;
        }
        return slot;
    }
    bool take(std::uint32_t slot) {
        std::vector<std::uint32_t> roots;
        for (const Link& link : parents_of(slot)) {
            roots.push_back(root_of(link.parent));
        }
        std::ranges::sort(roots);
        const auto [first, last] = std::ranges::unique(roots);
        roots.erase(first, last);
        Mark joined = marks_[slot];
        for (const std::uint32_t root : roots) {
            joined.count += marks_[root].count;
            joined.size += marks_[root].size;
        }
        if (joined.count > static_cast<std::size_t>(state_.limits.cluster_count) ||
            joined.size > state_.limits.cluster_size) {
            return false;
        }
        joined.taken = true;
        marks_[slot] = joined;
        for (const std::uint32_t root : roots) {
            marks_[root].parent = slot;
        }
        return true;
    }

    const Graph::State& state_;
    std::span<const Node> nodes_;
    std::vector<Link> dependencies_;  // by parent
    std::vector<Link> parents_;       // by child
    std::vector<Mark> marks_;
};

}  // namespace

std::vector<std::uint32_t> choose_excess(const Graph::State& state, std::span<const Node> nodes,
                                         std::span<const Link> dependencies) {
    return Trimmer(state, nodes, dependencies).run();
}

}  // namespace keel::txgraph
