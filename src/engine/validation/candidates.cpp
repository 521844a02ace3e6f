#include "engine/validation/candidates.hpp"

#include "base/assert.hpp"

namespace keel::validation {

using headers::Node;

void Candidates::add(const Node& node) {
    if (sequence_.try_emplace(&node, next_sequence_).second) {
        ++next_sequence_;
    }
    set_.insert(&node);
}

void Candidates::add_stored(const Node& node, bool is_tip) {
    sequence_.try_emplace(&node, is_tip ? kStoredTip : kStored);
    set_.insert(&node);
}

void Candidates::remove(const Node& node) { set_.erase(&node); }

const Node* Candidates::best() const { return set_.empty() ? nullptr : *set_.begin(); }

void Candidates::drop_worse_than(const Node& tip) {
    while (!set_.empty() && better(tip, **set_.rbegin())) {
        set_.erase(std::prev(set_.end()));
    }
}

void Candidates::refresh(const Node& tip) {
    for (const Node* node : tree_->all()) {
        const bool complete = node->chain_tx_count() != 0 && node->is(headers::Mark::has_data);
        if (complete && !node->is_failed() && !better(tip, *node)) {
            add(*node);
        }
    }
}

void Candidates::prefer(const Node& node, const Node& tip) {
    if (tip.chain_work() > precious_work_) {
        next_precious_ = -1;
    }
    precious_work_ = tip.chain_work();
    const bool was_there = set_.erase(&node) != 0;
    sequence_[&node] = next_precious_--;
    if (was_there || node.chain_tx_count() != 0) {
        set_.insert(&node);
    }
}

std::int64_t Candidates::sequence(const Node& node) const {
    const auto found = sequence_.find(&node);
    return found == sequence_.end() ? kStored : found->second;
}

bool Candidates::better(const Node& a, const Node& b) const {
    if (a.chain_work() != b.chain_work()) {
        return a.chain_work() > b.chain_work();
    }
    const std::int64_t first = sequence(a);
    const std::int64_t second = sequence(b);
    return first != second ? first < second : a.id() < b.id();
}

}  // namespace keel::validation
