// A graph that recomputes everything from scratch for each question.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include "engine/txgraph/staging.hpp"

namespace keel::txgraph {

inline TieKey key_of(std::uint64_t number) {
    TieKey key;
    for (std::size_t i = 0; i < 8; ++i) {
        // Spread, so that keys do not come in the order of the numbers.
        key.bytes[i] = static_cast<std::byte>((number * 0x9e37'79b9'7f4a'7c15U) >> (8 * i));
    }
    return key;
}

struct ModelTx {
    FeeSize own;
    TieKey key;
    std::set<TxHandle> parents;
};

class Model {
public:
    std::map<TxHandle, ModelTx> txs;

    // Children inherit what the removed transaction depended on.
    void remove(TxHandle tx) {
        const std::set<TxHandle> above = txs.at(tx).parents;
        txs.erase(tx);
        for (auto& [other, data] : txs) {
            if (data.parents.erase(tx) != 0) {
                data.parents.insert(above.begin(), above.end());
            }
        }
    }
    [[nodiscard]] std::set<TxHandle> ancestors(TxHandle tx) const {
        return spread(tx, [&](TxHandle at) { return txs.at(at).parents; });
    }
    [[nodiscard]] std::set<TxHandle> descendants(TxHandle tx) const {
        return spread(tx, [&](TxHandle at) { return children(at); });
    }
    [[nodiscard]] std::set<TxHandle> cluster(TxHandle tx) const {
        return spread(tx, [&](TxHandle at) {
            std::set<TxHandle> next = children(at);
            next.insert(txs.at(at).parents.begin(), txs.at(at).parents.end());
            return next;
        });
    }
    [[nodiscard]] Totals totals(const std::set<TxHandle>& set) const {
        Totals totals;
        for (const TxHandle tx : set) {
            ++totals.count;
            totals.sum += txs.at(tx).own;
        }
        return totals;
    }
    [[nodiscard]] bool fits(const Limits& limits) const {
        return std::ranges::all_of(txs, [&](const auto& item) {
            const Totals all = totals(cluster(item.first));
            return all.count <= static_cast<std::size_t>(limits.cluster_count) && all.sum.size <= limits.cluster_size;
        });
    }

private:
    [[nodiscard]] std::set<TxHandle> children(TxHandle tx) const {
        std::set<TxHandle> out;
        for (const auto& [other, data] : txs) {
            if (data.parents.contains(tx)) {
                out.insert(other);
            }
        }
        return out;
    }
    static std::set<TxHandle> spread(TxHandle from, auto&& next) {
        std::set<TxHandle> seen{from};
        std::vector<TxHandle> left{from};
        while (!left.empty()) {
            const TxHandle at = left.back();
            left.pop_back();
            for (const TxHandle other : next(at)) {
                if (seen.insert(other).second) {
                    left.push_back(other);
                }
            }
        }
        return seen;
    }
};

}  // namespace keel::txgraph
