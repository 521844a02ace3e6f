// The tree of all headers that passed their rules: what p2p extends, validation marks and everybody reads.
//
// A monitor: every call is short, takes the tree's own lock and calls nobody. Walking from a Node needs no lock at all.
// Insertion is for p2p and validation (a header is checked by accept_header() first); marks and places are for the
// validation thread alone.
//
// Bounds: as many headers as pass the rules with enough claimed work; keeping low-work floods out is the caller's part
// (p2p's pre-sync). Complexity: find and insert O(1); marking a branch failed scans all nodes.
#pragma once

#include <deque>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "engine/headers/node.hpp"

namespace keel::headers {

class Tree {
public:
    explicit Tree(const primitives::Header& genesis);

    [[nodiscard]] const Node& genesis() const { return nodes_.front(); }
    // Null when unknown.
    [[nodiscard]] const Node* find(const primitives::BlockHash& hash) const;
    // The header with the most work among those not failed; of equals, the first to arrive.
    [[nodiscard]] const Node& best_header() const;
    [[nodiscard]] std::size_t size() const;

    // Adds a header whose rules the caller has checked; a header already there is returned as it is. The parent must
    // not be failed; a child of a failed parent is marked failed_ancestor all the same.
    const Node& insert(const primitives::Header& header, const Node& previous);

    // Nodes without a child, in order of insertion.
    [[nodiscard]] std::vector<const Node*> leaves() const;
    // All nodes, in order of insertion (parents before children).
    [[nodiscard]] std::vector<const Node*> all() const;
    // Nodes below `from` (not itself) in order of insertion.
    [[nodiscard]] std::vector<const Node*> descendants(const Node& from) const;

    // The block's bytes are on disk. Also counts its transactions along the branch as far as they are known: returned
    // are the nodes whose branch is complete by this, parents first.
    std::vector<const Node*> set_data(const Node& node, const Place& place, std::uint32_t tx_count);
    void set_undo(const Node& node, const Place& place);
    void set_connected(const Node& node);
    // Pruned: neither data nor undo can be read any more.
    void clear_data(const Node& node);
    // The undo data is gone but the block is there (reindex of the chain state).
    void clear_undo(const Node& node);
    // Marks the node failed and its descendants failed_ancestor; best_header() moves away.
    void set_failed(const Node& node);
    // Takes every failure mark off the node, its ancestors and its descendants.
    void clear_failed(const Node& node);
    // Restores what a header record says, at start, before anything else runs.
    struct Restored {
        std::uint32_t marks = 0;
        std::uint32_t tx_count = 0;
        Place data;
        Place undo;
    };
    void restore(const Node& node, const Restored& record);

    // Nodes inserted or changed since the last call, once each, in order of insertion: what has to be written to disk.
    [[nodiscard]] std::vector<const Node*> take_changed();

private:
    Node& writable(const Node& node) { return nodes_[node.id()]; }
    void changed(const Node& node);
    void set(Node& node, Mark mark);
    void clear(Node& node, Mark mark);
    static void store_data(Node& node, const Place& place);
    static void store_undo(Node& node, const Place& place);
    std::vector<const Node*> extend_chain_tx_counts(Node& from);
    void consider_best(const Node& node);
    void recompute_best();
    std::vector<const Node*> descendants_locked(const Node& from) const;

    mutable std::shared_mutex mutex_;
    std::deque<Node> nodes_;  // stable addresses; index is Node::id
    std::unordered_map<primitives::BlockHash, const Node*, HashPrefix> by_hash_;
    // Children that wait for their parent's chain_tx_count: (parent id, child id), few in number outside of sync.
    std::unordered_multimap<std::uint32_t, std::uint32_t> waiting_;
    std::vector<bool> is_changed_;
    std::vector<const Node*> changed_;
    const Node* best_ = nullptr;
};

}  // namespace keel::headers
