#include "engine/headers/tree.hpp"

#include <mutex>

#include "base/assert.hpp"

namespace keel::headers {

using Lock = std::unique_lock<std::shared_mutex>;
using SharedLock = std::shared_lock<std::shared_mutex>;

Tree::Tree(const primitives::Header& genesis) {
    const primitives::BlockHash hash = genesis.hash();
    const Node& node = nodes_.emplace_back(genesis, hash, nullptr, 0);
    by_hash_.emplace(hash, &node);
    best_ = &node;
    changed(node);
}

const Node* Tree::find(const primitives::BlockHash& hash) const {
    const SharedLock lock(mutex_);
    const auto found = by_hash_.find(hash);
    return found == by_hash_.end() ? nullptr : found->second;
}

const Node& Tree::best_header() const {
    const SharedLock lock(mutex_);
    return *best_;
}

std::size_t Tree::size() const {
    const SharedLock lock(mutex_);
    return nodes_.size();
}

const Node& Tree::insert(const primitives::Header& header, const Node& previous) {
    const primitives::BlockHash hash = header.hash();
    const Lock lock(mutex_);
    if (const auto found = by_hash_.find(hash); found != by_hash_.end()) {
        return *found->second;
    }
    KEEL_ASSERT(header.previous == previous.hash());
    Node& node = nodes_.emplace_back(header, hash, &previous, static_cast<std::uint32_t>(nodes_.size()));
    by_hash_.emplace(hash, &node);
    changed(node);
    if (previous.is_failed()) {
        set(node, Mark::failed_ancestor);
    } else {
        consider_best(node);
    }
    return node;
}

std::vector<const Node*> Tree::leaves() const {
    const SharedLock lock(mutex_);
    std::vector<bool> has_child(nodes_.size(), false);
    for (const Node& node : nodes_) {
        if (node.previous() != nullptr) {
            has_child[node.previous()->id()] = true;
        }
    }
    std::vector<const Node*> out;
    for (const Node& node : nodes_) {
        if (!has_child[node.id()]) {
            out.push_back(&node);
        }
    }
    return out;
}

std::vector<const Node*> Tree::all() const {
    const SharedLock lock(mutex_);
    std::vector<const Node*> out;
    out.reserve(nodes_.size());
    for (const Node& node : nodes_) {
        out.push_back(&node);
    }
    return out;
}

std::vector<const Node*> Tree::descendants(const Node& from) const {
    const SharedLock lock(mutex_);
    return descendants_locked(from);
}

std::vector<const Node*> Tree::descendants_locked(const Node& from) const {
    std::vector<bool> below(nodes_.size(), false);
    std::vector<const Node*> out;
    below[from.id()] = true;
    for (std::size_t id = from.id() + std::size_t{1}; id < nodes_.size(); ++id) {
        const Node& node = nodes_[id];
        if (below[node.previous()->id()]) {
            below[id] = true;
            out.push_back(&node);
        }
    }
    return out;
}

std::vector<const Node*> Tree::set_data(const Node& node, const Place& place, std::uint32_t tx_count) {
    const Lock lock(mutex_);
    Node& target = writable(node);
    store_data(target, place);
    target.tx_count_.store(tx_count, std::memory_order_release);
    set(target, Mark::has_data);
    return extend_chain_tx_counts(target);
}

void Tree::set_undo(const Node& node, const Place& place) {
    const Lock lock(mutex_);
    Node& target = writable(node);
    store_undo(target, place);
    set(target, Mark::has_undo);
}

void Tree::set_connected(const Node& node) {
    const Lock lock(mutex_);
    set(writable(node), Mark::connected);
}

void Tree::clear_data(const Node& node) {
    const Lock lock(mutex_);
    clear(writable(node), Mark::has_data);
    clear(writable(node), Mark::has_undo);
}

void Tree::clear_undo(const Node& node) {
    const Lock lock(mutex_);
    clear(writable(node), Mark::has_undo);
}

void Tree::set_failed(const Node& node) {
    const Lock lock(mutex_);
    set(writable(node), Mark::failed);
    for (const Node* below : descendants_locked(node)) {
        set(writable(*below), Mark::failed_ancestor);
    }
    recompute_best();
}

void Tree::clear_failed(const Node& node) {
    const Lock lock(mutex_);
    const auto clear_both = [this](const Node& target) {
        clear(writable(target), Mark::failed);
        clear(writable(target), Mark::failed_ancestor);
    };
    for (const Node* above = &node; above != nullptr; above = above->previous()) {
        if (above->is_failed()) {
            clear_both(*above);
        }
    }
    for (const Node* below : descendants_locked(node)) {
        clear_both(*below);
    }
    // A cleared ancestor may have other children that only failed through it.
    for (Node& other : nodes_) {
        if (other.is(Mark::failed_ancestor) && !other.previous()->is_failed()) {
            clear(other, Mark::failed_ancestor);
        }
    }
    recompute_best();
}

void Tree::restore(const Node& node, const Restored& record) {
    const Lock lock(mutex_);
    Node& target = writable(node);
    store_data(target, record.data);
    store_undo(target, record.undo);
    target.tx_count_.store(record.tx_count, std::memory_order_release);
    target.marks_.store(record.marks, std::memory_order_release);
    if (record.tx_count != 0) {
        extend_chain_tx_counts(target);
    }
    if (best_ == &node && node.is_failed()) {
        recompute_best();
    }
}

std::vector<const Node*> Tree::take_changed() {
    const Lock lock(mutex_);
    std::vector<const Node*> out;
    out.swap(changed_);
    for (const Node* node : out) {
        is_changed_[node->id()] = false;
    }
    std::ranges::sort(out, {}, [](const Node* node) { return node->id(); });
    return out;
}

void Tree::changed(const Node& node) {
    if (is_changed_.size() <= node.id()) {
        is_changed_.resize(node.id() + std::size_t{1}, false);
    }
    if (!is_changed_[node.id()]) {
        is_changed_[node.id()] = true;
        changed_.push_back(&node);
    }
}

void Tree::set(Node& node, Mark mark) {
    node.marks_.fetch_or(static_cast<std::uint32_t>(mark), std::memory_order_acq_rel);
    changed(node);
}

void Tree::clear(Node& node, Mark mark) {
    node.marks_.fetch_and(~static_cast<std::uint32_t>(mark), std::memory_order_acq_rel);
    changed(node);
}

void Tree::store_data(Node& node, const Place& place) {
    node.data_size_.store(place.size, std::memory_order_release);
    node.data_place_.store(place.pack(), std::memory_order_release);
}

void Tree::store_undo(Node& node, const Place& place) {
    node.undo_size_.store(place.size, std::memory_order_release);
    node.undo_place_.store(place.pack(), std::memory_order_release);
}

std::vector<const Node*> Tree::extend_chain_tx_counts(Node& from) {
    std::vector<const Node*> complete;
    std::vector<Node*> ready{&from};
    while (!ready.empty()) {
        Node& node = *ready.back();
        ready.pop_back();
        const std::uint64_t before = node.previous_ == nullptr ? 0 : node.previous_->chain_tx_count();
        if (node.previous_ != nullptr && before == 0) {
            waiting_.emplace(node.previous_->id(), node.id());
            continue;
        }
        node.chain_tx_count_.store(before + node.tx_count(), std::memory_order_release);
        changed(node);
        complete.push_back(&node);
        const auto [begin, end] = waiting_.equal_range(node.id());
        for (auto it = begin; it != end; ++it) {
            ready.push_back(&nodes_[it->second]);
        }
        waiting_.erase(begin, end);
    }
    return complete;
}

void Tree::consider_best(const Node& node) {
    if (node.chain_work() > best_->chain_work()) {
        best_ = &node;
    }
}

void Tree::recompute_best() {
    best_ = &nodes_.front();
    for (const Node& node : nodes_) {
        if (!node.is_failed()) {
            consider_best(node);
        }
    }
}

}  // namespace keel::headers
