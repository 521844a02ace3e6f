#include <benchmark/benchmark.h>

#include "base/rng.hpp"
#include "engine/txgraph/random_graph_test.hpp"
#include "engine/txgraph/staging.hpp"

namespace keel::txgraph {

namespace {

TieKey random_key(Rng& rng) {
    TieKey key;
    rng.fill(key.bytes);
    return key;
}

FeeSize random_own(Rng& rng) {
    return {.fee = static_cast<std::int64_t>(200 + rng.below(20'000)),
            .size = static_cast<std::int64_t>(400 + rng.below(2'000))};
}

TxHandle add(Graph& graph, Rng& rng, std::span<const TxHandle> parents) {
    Staging staging(graph);
    const TxHandle tx = staging.add(random_own(rng), random_key(rng));
    for (const TxHandle parent : parents) {
        staging.link(parent, tx);
    }
    staging.commit();
    return tx;
}

// Pools as they are: most transactions alone, a third of them a child of a recent one.
void fill(Graph& graph, Rng& rng, std::size_t count) {
    std::vector<TxHandle> recent;
    for (std::size_t i = 0; i < count; ++i) {
        std::vector<TxHandle> parents;
        if (!recent.empty() && rng.chance(1, 3)) {
            parents.push_back(recent[rng.below(recent.size())]);
        }
        const bool full = !parents.empty() && graph.cluster_totals(parents[0]).count >= 20;
        recent.push_back(add(graph, rng, full ? std::span<const TxHandle>() : std::span<const TxHandle>(parents)));
        if (recent.size() > 50) {
            recent.erase(recent.begin());
        }
    }
}

// Dense, two-layered and random: shapes on which the guess seldom holds. Each is one cluster of 64.
void linearize_random(benchmark::State& state) {
    Rng rng(1);
    std::vector<ClusterGraph> clusters;
    for (int i = 0; i < 50; ++i) {
        clusters.push_back(random_cluster(rng, 64, static_cast<std::uint64_t>(state.range(0))));
    }
    for (auto _ : state) {
        for (const ClusterGraph& cluster : clusters) {
            benchmark::DoNotOptimize(linearize(cluster));
        }
    }
    state.SetItemsProcessed(state.iterations() * 50);
}
BENCHMARK(linearize_random)->Arg(2)->Arg(5)->Arg(15)->Arg(50);

void linearize_two_layers(benchmark::State& state) {
    Rng rng(2);
    std::vector<ClusterGraph> clusters;
    for (int i = 0; i < 50; ++i) {
        ClusterGraph cluster;
        for (std::uint32_t tx = 0; tx < 64; ++tx) {
            const bool child = tx >= 32;
            cluster.txs.push_back({.fee = static_cast<std::int64_t>(rng.below(child ? 1000 : 10)), .size = 100});
            cluster.ancestors.push_back(0);
            for (std::uint32_t parent = 0; child && parent < 32; ++parent) {
                cluster.ancestors.back() |=
                    rng.chance(static_cast<std::uint64_t>(state.range(0)), 100) ? singleton(parent) : 0;
            }
            cluster.ranks.push_back(tx);
        }
        clusters.push_back(std::move(cluster));
    }
    for (auto _ : state) {
        for (const ClusterGraph& cluster : clusters) {
            benchmark::DoNotOptimize(linearize(cluster));
        }
    }
    state.SetItemsProcessed(state.iterations() * 50);
}
BENCHMARK(linearize_two_layers)->Arg(5)->Arg(10)->Arg(25)->Arg(60);

void add_to_a_pool(benchmark::State& state) {
    Rng rng(3);
    Graph graph({});
    fill(graph, rng, 20'000);
    for (auto _ : state) {
        const TxHandle tx = add(graph, rng, {});
        Staging staging(graph);
        staging.remove(tx);
        staging.commit();
    }
}
BENCHMARK(add_to_a_pool);

// One that spends the last of a chain: the largest cluster but one.
void add_to_a_long_chain(benchmark::State& state) {
    Rng rng(4);
    Graph graph({});
    TxHandle last = add(graph, rng, {});
    for (int i = 0; i < 62; ++i) {
        last = add(graph, rng, std::array{last});
    }
    for (auto _ : state) {
        Staging staging(graph);
        staging.link(last, staging.add(random_own(rng), random_key(rng)));
        benchmark::DoNotOptimize(staging.fits());
    }
}
BENCHMARK(add_to_a_long_chain);

void fill_a_pool(benchmark::State& state) {
    for (auto _ : state) {
        Rng rng(5);
        Graph graph({});
        fill(graph, rng, 20'000);
    }
}
BENCHMARK(fill_a_pool)->Unit(benchmark::kMillisecond);

void walk_all_chunks(benchmark::State& state) {
    Rng rng(6);
    Graph graph({});
    fill(graph, rng, 20'000);
    for (auto _ : state) {
        std::size_t txs = 0;
        for (const Chunk chunk : graph.chunks()) {
            txs += chunk.txs.size();
        }
        benchmark::DoNotOptimize(txs);
    }
}
BENCHMARK(walk_all_chunks)->Unit(benchmark::kMicrosecond);

}  // namespace

}  // namespace keel::txgraph
