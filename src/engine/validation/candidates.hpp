// Which blocks could be the next tip: those whose whole branch has its data and no less work than the tip.
//
// Order: most work first; of equal work the one whose data was complete first, unless preciousblock moved one ahead.
// Owned by the validation thread. Bounded by the branches near the tip: everything with less work than the tip is
// dropped. Every call O(log n) but refresh(), which scans the tree.
#pragma once

#include <set>
#include <unordered_map>

#include "engine/headers/tree.hpp"

namespace keel::validation {

class Candidates {
public:
    explicit Candidates(const headers::Tree& tree) : tree_(&tree) {}
    Candidates(const Candidates&) = delete;
    Candidates& operator=(const Candidates&) = delete;

    // The branch of this node has all its data (chain_tx_count is known). Gives the node its number of arrival.
    void add(const headers::Node& node);
    // The same for a node read back at start: the stored tip comes before all others of equal work.
    void add_stored(const headers::Node& node, bool is_tip);
    void remove(const headers::Node& node);
    // The most wanted node, or null.
    [[nodiscard]] const headers::Node* best() const;
    // Drops what has less work than the tip, or equal work but came later.
    void drop_worse_than(const headers::Node& tip);
    // Rebuilds the set from the tree after failure marks were taken away.
    void refresh(const headers::Node& tip);
    // preciousblock: of equal work, this one comes first from now on.
    void prefer(const headers::Node& node, const headers::Node& tip);
    // The order of arrival this node competes with; lower is earlier.
    [[nodiscard]] std::int64_t sequence(const headers::Node& node) const;
    // True when `a` is to be preferred to `b`.
    [[nodiscard]] bool better(const headers::Node& a, const headers::Node& b) const;

private:
    static constexpr std::int64_t kStoredTip = 0;
    static constexpr std::int64_t kStored = 1;
    static constexpr std::int64_t kFirstArrival = 2;

    struct Order {
        const Candidates* owner;
        bool operator()(const headers::Node* a, const headers::Node* b) const { return owner->better(*a, *b); }
    };

    const headers::Tree* tree_;
    std::set<const headers::Node*, Order> set_{Order{this}};
    // Arrival numbers; the stored tip has 0, everything else read back at start 1, precious blocks negative ones.
    std::unordered_map<const headers::Node*, std::int64_t> sequence_;
    std::int64_t next_sequence_ = kFirstArrival;
    std::int64_t next_precious_ = -1;
    consensus::ChainWork precious_work_;  // of the tip when preciousblock was last used: numbering starts anew above it
};

}  // namespace keel::validation
