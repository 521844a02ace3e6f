#include "engine/txgraph/graph.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "engine/txgraph/graph_model_test.hpp"
#include "engine/txgraph/random_graph_test.hpp"

namespace keel::txgraph {

namespace {

std::set<TxHandle> as_set(std::span<const TxHandle> txs) {
    const std::set<TxHandle> out(txs.begin(), txs.end());
    EXPECT_EQ(out.size(), txs.size());
    return out;
}

std::vector<TieKey> mining_order(const Graph& graph, const Model& model) {
    std::vector<TieKey> keys;
    for (const Chunk chunk : graph.chunks()) {
        for (const TxHandle tx : chunk.txs) {
            keys.push_back(model.txs.at(tx).key);
        }
    }
    return keys;
}

// The same transactions in a graph of their own, inserted in one step and in another order.
std::vector<TieKey> mining_order_when_rebuilt(const Model& model, const Limits& limits) {
    Graph graph(limits);
    Model rebuilt;
    std::map<TxHandle, TxHandle> renamed;
    {
        Staging staging(graph);
        for (auto item = model.txs.rbegin(); item != model.txs.rend(); ++item) {
            renamed[item->first] = staging.add(item->second.own, item->second.key);
        }
        for (const auto& [tx, data] : model.txs) {
            rebuilt.txs[renamed[tx]] = data;
            for (const TxHandle parent : data.parents) {
                staging.link(renamed[parent], renamed[tx]);
            }
        }
        staging.commit();
    }
    return mining_order(graph, rebuilt);
}

void expect_equal(const Graph& graph, const Model& model, const Limits& limits) {
    graph.check_invariants();
    ASSERT_EQ(graph.count(), model.txs.size());
    for (const auto& [tx, data] : model.txs) {
        ASSERT_TRUE(graph.contains(tx));
        ASSERT_EQ(graph.fee_size(tx), data.own);
        const std::set<TxHandle> ancestors = model.ancestors(tx);
        ASSERT_EQ(as_set(graph.ancestors(tx)), ancestors);
        ASSERT_EQ(as_set(graph.descendants(tx)), model.descendants(tx));
        ASSERT_EQ(as_set(graph.cluster(tx)), model.cluster(tx));
        ASSERT_EQ(graph.ancestor_totals(tx), model.totals(ancestors));
        ASSERT_EQ(graph.descendant_totals(tx), model.totals(model.descendants(tx)));
        ASSERT_EQ(graph.cluster_totals(tx), model.totals(model.cluster(tx)));
        for (const auto& [other, unused] : model.txs) {
            ASSERT_EQ(graph.is_ancestor(other, tx), other != tx && ancestors.contains(other));
        }
    }
    ASSERT_EQ(mining_order(graph, model), mining_order_when_rebuilt(model, limits));
}

class Walk {
public:
    Walk(std::uint64_t seed, const Limits& limits) : rng_(seed), limits_(limits), graph_(limits) {}

    void run(int changes) {
        for (int change = 0; change < changes; ++change) {
            ASSERT_NO_FATAL_FAILURE(step()) << "change " << change;
        }
    }
    int trimmed = 0;
    int committed = 0;

private:
    TxHandle any() {
        auto at = next_.txs.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(rng_.below(next_.txs.size())));
        return at->first;
    }
    FeeSize random_own() {
        return {.fee = static_cast<std::int64_t>(rng_.below(15)) - 2,
                .size = 1 + static_cast<std::int64_t>(rng_.below(5))};
    }
    void add(Staging& staging) {
        const FeeSize own = random_own();
        const TieKey key = key_of(++keys_);
        std::vector<TxHandle> parents;
        for (std::uint64_t picks = next_.txs.empty() ? 0 : rng_.below(3); picks > 0; --picks) {
            parents.push_back(any());
        }
        const TxHandle tx = staging.add(own, key);
        ASSERT_FALSE(next_.txs.contains(tx));
        next_.txs[tx] = {.own = own, .key = key, .parents = {parents.begin(), parents.end()}};
        for (const TxHandle parent : parents) {
            staging.link(parent, tx);
        }
    }
    void remove(Staging& staging) {
        const TxHandle tx = any();
        if (rng_.chance(1, 2)) {
            for (const TxHandle ancestor : next_.ancestors(tx)) {
                staging.remove(ancestor);
                next_.remove(ancestor);
            }
        } else if (graph_.contains(tx)) {
            // Those of the graph go at once; what was added or linked here is for the caller to remove.
            const std::set<TxHandle> all = next_.descendants(tx);
            const std::set<TxHandle> known = as_set(graph_.descendants(tx));
            const std::set<TxHandle> removed = as_set(staging.remove_with_descendants(tx));
            for (const TxHandle descendant : all) {
                ASSERT_EQ(removed.contains(descendant), known.contains(descendant));
                staging.remove(descendant);
                next_.remove(descendant);
            }
        }
    }
    void change_fee(Staging& staging) {
        const TxHandle tx = any();
        const std::int64_t fee = random_own().fee;
        staging.set_fee(tx, fee);
        next_.txs[tx].own.fee = fee;
    }
    void expect_staged(Staging& staging) {
        for (const auto& [tx, data] : next_.txs) {
            ASSERT_TRUE(staging.contains(tx));
            ASSERT_EQ(as_set(staging.ancestors(tx)), next_.ancestors(tx));
            ASSERT_EQ(as_set(staging.descendants(tx)), next_.descendants(tx));
            ASSERT_EQ(as_set(staging.cluster(tx)), next_.cluster(tx));
        }
        FeeSize change;
        const Staging::Diagrams diagrams = staging.diagrams();
        for (const FeeSize& chunk : diagrams.after) {
            change += chunk;
        }
        for (const FeeSize& chunk : diagrams.before) {
            change -= chunk;
        }
        FeeSize expected;
        for (const auto& [tx, data] : next_.txs) {
            expected += data.own;
        }
        for (const auto& [tx, data] : now_.txs) {
            expected -= data.own;
        }
        ASSERT_EQ(change, expected);
    }
    void step() {
        next_ = now_;
        Staging staging(graph_);
        for (std::uint64_t actions = 1 + rng_.below(4); actions > 0; --actions) {
            const std::uint64_t action = rng_.below(next_.txs.size() > 25 ? 8 : 5);
            if (next_.txs.empty() || action < 3) {
                ASSERT_NO_FATAL_FAILURE(add(staging));
            } else if (action == 3) {
                change_fee(staging);
            } else {
                ASSERT_NO_FATAL_FAILURE(remove(staging));
            }
        }
        const bool fits = next_.fits(limits_);
        ASSERT_EQ(staging.fits(), fits);
        if (!fits && rng_.chance(1, 2)) {
            trim(staging);
        } else if (!fits) {
            return;
        }
        ASSERT_NO_FATAL_FAILURE(expect_staged(staging));
        ASSERT_NO_FATAL_FAILURE(expect_equal(graph_, now_, limits_));
        if (rng_.chance(3, 4)) {
            staging.commit();
            now_ = next_;
            ++committed;
            ASSERT_NO_FATAL_FAILURE(expect_equal(graph_, now_, limits_));
        }
    }
    void trim(Staging& staging) {
        const std::vector<TxHandle> removed = staging.trim();
        ASSERT_FALSE(removed.empty());
        std::set<TxHandle> with_descendants;
        for (const TxHandle tx : removed) {
            with_descendants.merge(next_.descendants(tx));
        }
        ASSERT_EQ(as_set(removed), with_descendants);
        for (const TxHandle tx : removed) {
            next_.remove(tx);
        }
        ASSERT_TRUE(next_.fits(limits_));
        ++trimmed;
    }

    Rng rng_;
    Limits limits_;
    Graph graph_;
    Model now_;
    Model next_;
    std::uint64_t keys_ = 0;
};

TxHandle add_one(Graph& graph, const FeeSize& own, std::uint64_t key, std::span<const TxHandle> parents) {
    Staging staging(graph);
    const TxHandle tx = staging.add(own, key_of(key));
    for (const TxHandle parent : parents) {
        staging.link(parent, tx);
    }
    staging.commit();
    return tx;
}

}  // namespace

TEST(Graph, AgreesWithANaiveModelThroughRandomChanges) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        Walk walk(seed, {.cluster_count = 7, .cluster_size = 24});
        ASSERT_NO_FATAL_FAILURE(walk.run(80)) << "seed " << seed;
        EXPECT_GT(walk.committed, 20);
        EXPECT_GT(walk.trimmed, 0);
    }
}

TEST(Graph, AnEmptyGraphHasNoChunks) {
    const Graph graph({});
    EXPECT_FALSE(graph.worst_chunk().has_value());
    EXPECT_EQ(graph.chunks().begin(), Graph::ChunkRange::end());
}

TEST(Graph, GivesTheWorstChunkWithAllThatDependOnIt) {
    Graph graph({});
    const TxHandle rich = add_one(graph, {.fee = 50, .size = 1}, 1, {});
    const TxHandle poor = add_one(graph, {.fee = 5, .size = 1}, 2, std::array{rich});
    const TxHandle heir = add_one(graph, {.fee = 7, .size = 1}, 3, std::array{poor});
    const TxHandle other = add_one(graph, {.fee = 10, .size = 1}, 4, {});
    const Chunk worst = *graph.worst_chunk();
    EXPECT_EQ(as_set(worst.txs), (std::set{poor, heir}));
    EXPECT_EQ(worst.sum, (FeeSize{.fee = 12, .size = 2}));
    EXPECT_TRUE(graph.compare(rich, other) < 0);
    EXPECT_TRUE(graph.compare(other, poor) < 0);
    EXPECT_EQ(graph.chunk_sum(poor), worst.sum);
}

TEST(Graph, ADroppedChangeLeavesNoTrace) {
    Graph graph({});
    const TxHandle parent = add_one(graph, {.fee = 5, .size = 1}, 1, {});
    const std::uint64_t revision = graph.revision();
    const std::size_t memory = graph.memory_usage();
    {
        Staging staging(graph);
        const TxHandle child = staging.add({.fee = 9, .size = 1}, key_of(2));
        staging.link(parent, child);
        EXPECT_TRUE(staging.fits());
        EXPECT_FALSE(graph.contains(child));
        EXPECT_EQ(staging.cluster(parent).size(), 2U);
    }
    EXPECT_EQ(graph.count(), 1U);
    EXPECT_EQ(graph.cluster(parent).size(), 1U);
    EXPECT_EQ(graph.revision(), revision);
    EXPECT_EQ(graph.memory_usage(), memory);
}

TEST(Graph, AReplacementMustImproveTheDiagram) {
    Graph graph({});
    const TxHandle old = add_one(graph, {.fee = 10, .size = 10}, 1, {});
    const auto replacing = [&](const FeeSize& own) {
        Staging staging(graph);
        staging.remove_with_descendants(old);
        static_cast<void>(staging.add(own, key_of(2)));
        return staging.improves();
    };
    EXPECT_TRUE(replacing({.fee = 11, .size = 10}));
    EXPECT_FALSE(replacing({.fee = 10, .size = 10}));
    EXPECT_FALSE(replacing({.fee = 11, .size = 12}));  // more, but at a lower rate
    EXPECT_FALSE(replacing({.fee = 9, .size = 1}));    // a higher rate, but less
    EXPECT_TRUE(replacing({.fee = 10, .size = 9}));
}

TEST(Graph, ATransactionLargerThanAClusterMayBeDoesNotFit) {
    Graph graph({.cluster_count = 64, .cluster_size = 100});
    Staging staging(graph);
    const TxHandle tx = staging.add({.fee = 1, .size = 101}, key_of(1));
    EXPECT_FALSE(staging.fits());
    EXPECT_EQ(staging.trim(), std::vector{tx});
    staging.commit();
    EXPECT_EQ(graph.count(), 0U);
}

TEST(Graph, HoldsAClusterOfSixtyFourAndNoMore) {
    Graph graph({});
    std::vector<TxHandle> chain;
    for (std::uint64_t number = 0; number < 64; ++number) {
        chain.push_back(add_one(graph, {.fee = 100 - static_cast<std::int64_t>(number), .size = 4}, number,
                                chain.empty() ? std::span<const TxHandle>() : std::span(&chain.back(), 1)));
    }
    graph.check_invariants();
    EXPECT_EQ(graph.ancestors(chain.back()), chain);
    Staging staging(graph);
    const TxHandle one_more = staging.add({.fee = 1000, .size = 4}, key_of(64));
    staging.link(chain.front(), one_more);
    EXPECT_FALSE(staging.fits());
    // The best is in a chunk with the first, and makes room at the end.
    EXPECT_EQ(staging.trim(), std::vector{chain.back()});
}

}  // namespace keel::txgraph
