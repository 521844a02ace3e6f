#include "engine/txgraph/closure.hpp"

#include <algorithm>

namespace keel::txgraph {

Closure::Closure(const Dag& dag, TxSet part) : dag_(dag), part_(part) {
    const FeeSize average = dag.sum(part);
    std::uint32_t arcs = 0;
    for (const std::uint32_t tx : members(part)) {
        const FeeSize& own = dag.cluster.txs[tx];
        const SignedWide weight =
            static_cast<SignedWide>(own.fee) * average.size - static_cast<SignedWide>(average.fee) * own.size;
        (weight > 0 ? source_[tx] : sink_[tx]) = weight > 0 ? weight : -weight;
        first_arc_[tx] = arcs;
        arcs += size_of(dag.parents[tx]);
    }
    flows_.resize(arcs);
    while (layer()) {
        for (const std::uint32_t tx : members(layers_.front())) {
            source_[tx] -= push(tx, 0, source_[tx]);
        }
    }
    // The last layering found everything that the source still reaches.
    for (const TxSet layer : layers_) {
        better_ |= layer;
    }
}

SignedWide& Closure::flow(std::uint32_t child, std::uint32_t parent) {
    return flows_[first_arc_[child] + size_of(dag_.parents[child] & (singleton(parent) - 1))];
}

TxSet Closure::with(TxSet candidates, const std::array<SignedWide, 64>& capacity) const {
    TxSet found = 0;
    for (const std::uint32_t tx : members(candidates)) {
        found |= capacity[tx] > 0 ? singleton(tx) : 0;
    }
    return found;
}

bool Closure::layer() {
    layers_.clear();
    TxSet seen = 0;
    TxSet frontier = with(part_, source_);
    while (frontier != 0) {
        layers_.push_back(frontier);
        if (const TxSet ends = with(frontier, sink_); ends != 0) {
            layers_.back() = ends;
            return true;
        }
        seen |= frontier;
        TxSet next = 0;
        for (const std::uint32_t tx : members(frontier)) {
            next |= residual(tx);
        }
        frontier = next & ~seen;
    }
    return false;
}

// Sends up to `amount` from `tx` towards the sink, and gives what arrived. A transaction that cannot pass on all it was
// offered is taken out of its layer: nothing more gets through it in this phase.
SignedWide Closure::push(std::uint32_t tx, std::size_t depth, SignedWide amount) {
    if (depth + 1 == layers_.size()) {
        const SignedWide sent = std::min(amount, sink_[tx]);
        sink_[tx] -= sent;
        return sent;
    }
    SignedWide left = amount;
    for (const std::uint32_t next : members(residual(tx) & layers_[depth + 1])) {
        const bool is_parent = holds(dag_.parents[tx], next);
        const SignedWide offered = is_parent ? left : std::min(left, flow(next, tx));
        const SignedWide sent = push(next, depth + 1, offered);
        if (sent < offered) {
            layers_[depth + 1] &= ~singleton(next);
        }
        if (is_parent) {
            flow(tx, next) += sent;
            senders_[next] |= flow(tx, next) > 0 ? singleton(tx) : 0;
        } else {
            flow(next, tx) -= sent;
            senders_[tx] &= flow(next, tx) > 0 ? ~TxSet{0} : ~singleton(next);
        }
        left -= sent;
        if (left == 0) {
            break;
        }
    }
    return amount - left;
}

std::vector<TxSet> Closure::pieces() const {
    std::array<TxSet, 64> reach{};
    for (const std::uint32_t tx : members(part_)) {
        reach[tx] = residual(tx) | singleton(tx);
    }
    for (const std::uint32_t via : members(part_)) {
        for (const std::uint32_t from : members(part_)) {
            reach[from] |= holds(reach[from], via) ? reach[via] : 0;
        }
    }
    std::vector<TxSet> pieces;
    TxSet left = part_;
    while (left != 0) {
        const std::uint32_t tx = first_of(left);
        TxSet piece = 0;
        for (const std::uint32_t other : members(reach[tx] & left)) {
            piece |= holds(reach[other], tx) ? singleton(other) : 0;
        }
        pieces.push_back(piece);
        left &= ~piece;
    }
    return pieces;
}

}  // namespace keel::txgraph
