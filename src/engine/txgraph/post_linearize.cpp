#include "engine/txgraph/post_linearize.hpp"

#include <algorithm>

namespace keel::txgraph {

namespace {

struct Group {
    TxSet txs = 0;
    TxSet relatives = 0;  // who must stand before the group (behind it, in the backward pass)
    FeeSize sum;
    std::uint32_t head = 0;
    std::uint32_t tail = 0;
};

using Links = std::array<std::uint32_t, 64>;  // from a transaction to the next one of its group

void append(Group& group, const Group& behind, Links& next) {
    group.txs |= behind.txs;
    group.relatives |= behind.relatives;
    group.sum += behind.sum;
    next[group.tail] = behind.head;
    group.tail = behind.tail;
}

// Moves the last group to where nothing before it is worse.
void settle_last(std::vector<Group>& groups, Links& next) {
    for (std::size_t at = groups.size() - 1; at > 0; --at) {
        Group& before = groups[at - 1];
        if (compare_rates(groups[at].sum, before.sum) <= 0) {
            return;
        }
        if ((groups[at].relatives & before.txs) != 0) {
            append(before, groups[at], next);
            groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(at));
        } else {
            std::swap(groups[at], before);
        }
    }
}

// One pass from front to back. With `mirrored` relations (descendants, negated fees) it is the pass from back to front.
void pass(const Dag& dag, std::vector<std::uint32_t>& order, bool mirrored) {
    std::vector<Group> groups;
    groups.reserve(order.size());
    Links next{};
    for (const std::uint32_t tx : order) {
        FeeSize own = dag.cluster.txs[tx];
        own.fee = mirrored ? -own.fee : own.fee;
        groups.push_back({.txs = singleton(tx),
                          .relatives = mirrored ? dag.descendants[tx] : dag.cluster.ancestors[tx],
                          .sum = own,
                          .head = tx,
                          .tail = tx});
        settle_last(groups, next);
    }
    auto out = order.begin();
    for (const Group& group : groups) {
        for (std::uint32_t tx = group.head; tx != group.tail; tx = next[tx]) {
            *out++ = tx;
        }
        *out++ = group.tail;
    }
}

}  // namespace

void post_linearize(const Dag& dag, std::vector<std::uint32_t>& order) {
    std::ranges::reverse(order);
    pass(dag, order, true);
    std::ranges::reverse(order);
    pass(dag, order, false);
}

}  // namespace keel::txgraph
