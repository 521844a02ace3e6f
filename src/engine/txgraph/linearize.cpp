#include "engine/txgraph/linearize.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "engine/txgraph/closure.hpp"
#include "engine/txgraph/post_linearize.hpp"

namespace keel::txgraph {

namespace {

// Falling rate, then rising size, then rising rank. Less: goes first.
std::strong_ordering compare_candidates(const FeeSize& a, const FeeSize& b) {
    const auto rates = compare_rates(b, a);
    return rates < 0 ? std::strong_ordering::less : rates > 0 ? std::strong_ordering::greater : a.size <=> b.size;
}

std::vector<std::uint32_t> any_order(const Dag& dag) {
    std::vector<std::uint32_t> order(dag.count());
    for (std::uint32_t tx = 0; tx < dag.count(); ++tx) {
        order[tx] = tx;
    }
    std::ranges::sort(order, {}, [&](std::uint32_t tx) { return std::pair(size_of(dag.cluster.ancestors[tx]), tx); });
    return order;
}

// Divides `part` until nothing can be divided; pieces come in no particular order.
void divide(const Dag& dag, TxSet part, std::vector<TxSet>& pieces) {
    if (size_of(part) == 1) {
        pieces.push_back(part);
        return;
    }
    const Closure closure(dag, part);
    if (const TxSet better = closure.better(); better != 0) {
        divide(dag, better, pieces);
        divide(dag, part & ~better, pieces);
        return;
    }
    const std::vector<TxSet> smallest = closure.pieces();
    pieces.insert(pieces.end(), smallest.begin(), smallest.end());
}

// The pieces of an order that is already optimal; false when it is not.
bool certify(const Dag& dag, std::span<const TxSet> chunks, std::vector<TxSet>& pieces) {
    for (const TxSet chunk : chunks) {
        if (size_of(chunk) == 1) {
            pieces.push_back(chunk);
            continue;
        }
        const Closure closure(dag, chunk);
        if (closure.better() != 0) {
            return false;
        }
        const std::vector<TxSet> smallest = closure.pieces();
        pieces.insert(pieces.end(), smallest.begin(), smallest.end());
    }
    return true;
}

// A good order first, by cheap means: for most clusters it is optimal, and only that remains to be shown.
std::vector<TxSet> find_pieces(const Dag& dag) {
    std::vector<std::uint32_t> order = any_order(dag);
    post_linearize(dag, order);
    std::vector<TxSet> pieces;
    if (!certify(dag, chunks_of(dag.cluster, order), pieces)) {
        pieces.clear();
        divide(dag, first_n(dag.count()), pieces);
    }
    return pieces;
}

struct Piece {
    TxSet txs = 0;
    TxSet needs = 0;  // ancestors outside of it
    FeeSize sum;
    std::uint32_t last_rank = 0;
};

std::vector<Piece> describe(const Dag& dag, std::span<const TxSet> sets) {
    std::vector<Piece> pieces;
    pieces.reserve(sets.size());
    for (const TxSet set : sets) {
        Piece& piece = pieces.emplace_back(Piece{.txs = set, .sum = dag.sum(set)});
        for (const std::uint32_t tx : members(set)) {
            piece.needs |= dag.cluster.ancestors[tx] & ~set;
            piece.last_rank = std::max(piece.last_rank, dag.cluster.ranks[tx]);
        }
    }
    return pieces;
}

void emit_piece(const Dag& dag, TxSet left, std::vector<std::uint32_t>& order) {
    const auto goes_first = [&](std::uint32_t a, std::uint32_t b) {
        const auto by_worth = compare_candidates(dag.cluster.txs[a], dag.cluster.txs[b]);
        return by_worth != 0 ? by_worth < 0 : dag.cluster.ranks[a] < dag.cluster.ranks[b];
    };
    while (left != 0) {
        std::uint32_t best = 64;
        for (const std::uint32_t tx : members(left)) {
            const bool ready = (dag.cluster.ancestors[tx] & left) == 0;
            best = ready && (best == 64 || goes_first(tx, best)) ? tx : best;
        }
        order.push_back(best);
        left &= ~singleton(best);
    }
}

std::vector<std::uint32_t> emit(const Dag& dag, std::vector<Piece> pieces) {
    const auto goes_first = [](const Piece& a, const Piece& b) {
        const auto by_worth = compare_candidates(a.sum, b.sum);
        return by_worth != 0 ? by_worth < 0 : a.last_rank < b.last_rank;
    };
    std::vector<std::uint32_t> order;
    order.reserve(dag.count());
    TxSet done = 0;
    std::ranges::sort(pieces, goes_first);
    // Pieces depend on others of equal or higher rate only, so that the first that is ready is seldom far.
    while (!pieces.empty()) {
        const auto next = std::ranges::find_if(pieces, [&](const Piece& piece) { return (piece.needs & ~done) == 0; });
        KEEL_ASSERT(next != pieces.end());
        emit_piece(dag, next->txs, order);
        done |= next->txs;
        pieces.erase(next);
    }
    return order;
}

}  // namespace

std::vector<TxSet> chunks_of(const ClusterGraph& cluster, std::span<const std::uint32_t> order) {
    std::vector<TxSet> chunks;
    std::vector<FeeSize> sums;
    for (const std::uint32_t tx : order) {
        TxSet chunk = singleton(tx);
        FeeSize sum = cluster.txs[tx];
        while (!sums.empty() && compare_rates(sum, sums.back()) > 0) {
            chunk |= chunks.back();
            sum += sums.back();
            chunks.pop_back();
            sums.pop_back();
        }
        chunks.push_back(chunk);
        sums.push_back(sum);
    }
    return chunks;
}

Linearization linearize(const ClusterGraph& cluster) {
    const Dag dag(cluster);
    KEEL_ASSERT(dag.count() >= 1 && dag.count() <= 64);
    if (dag.count() == 1) {
        return {.order = {0}, .chunks = {1}};
    }
    std::vector<std::uint32_t> order = emit(dag, describe(dag, find_pieces(dag)));
    // Optimal already: this can only order the inside of chunks better.
    post_linearize(dag, order);
    std::vector<TxSet> chunks = chunks_of(cluster, order);
    return {.order = std::move(order), .chunks = std::move(chunks)};
}

}  // namespace keel::txgraph
