#include "engine/txgraph/linearize.hpp"

#include <gtest/gtest.h>

#include "engine/txgraph/random_graph_test.hpp"

namespace keel::txgraph {

namespace {

// The best diagram by trying, for each step, all closed sets.
std::vector<FeeSize> best_diagram(const ClusterGraph& cluster) {
    std::vector<FeeSize> out;
    const TxSet all = first_n(cluster.txs.size());
    TxSet done = 0;
    while (done != all) {
        FeeSize best;
        TxSet best_set = 0;
        for (TxSet set = 1; set <= all; ++set) {
            if ((set & done) != 0 || !is_closed(cluster, set | done)) {
                continue;
            }
            const FeeSize sum = sums_of(cluster, std::span(&set, 1))[0];
            if (best_set == 0 || compare_rates(sum, best) > 0) {
                best = sum;
                best_set = set;
            }
        }
        done |= best_set;
        out.push_back(best);
    }
    return out;
}

// Has the chunk a part of the same rate that could go before the rest of it?
bool divisible(const ClusterGraph& cluster, TxSet before, TxSet chunk) {
    const FeeSize sum = sums_of(cluster, std::span(&chunk, 1))[0];
    for (TxSet part = (chunk - 1) & chunk; part != 0; part = (part - 1) & chunk) {
        const FeeSize own = sums_of(cluster, std::span(&part, 1))[0];
        if (is_closed(cluster, before | part) && compare_rates(own, sum) == 0) {
            return true;
        }
    }
    return false;
}

ClusterGraph relabelled(const ClusterGraph& cluster, std::span<const std::uint32_t> to) {
    ClusterGraph out = cluster;
    for (std::uint32_t tx = 0; tx < cluster.txs.size(); ++tx) {
        out.txs[to[tx]] = cluster.txs[tx];
        out.ranks[to[tx]] = cluster.ranks[tx];
        out.ancestors[to[tx]] = 0;
        for (const std::uint32_t ancestor : members(cluster.ancestors[tx])) {
            out.ancestors[to[tx]] |= singleton(to[ancestor]);
        }
    }
    return out;
}

// One to three transactions with their ancestors.
TxSet random_closed(Rng& rng, const ClusterGraph& cluster) {
    TxSet set = 0;
    for (std::uint64_t picks = 1 + rng.below(3); picks > 0; --picks) {
        const auto tx = static_cast<std::uint32_t>(rng.below(cluster.txs.size()));
        set |= cluster.ancestors[tx] | singleton(tx);
    }
    return set;
}

}  // namespace

TEST(Linearize, IsOptimalWithSmallestChunksForAllSmallClusters) {
    Rng rng(1);
    for (int round = 0; round < 3000; ++round) {
        const ClusterGraph cluster = random_cluster(rng, 1 + rng.below(8), 5 + rng.below(60));
        const Linearization got = linearize(cluster);
        ASSERT_TRUE(is_topological(cluster, got.order));
        ASSERT_EQ(got.chunks, chunks_of(cluster, got.order));
        ASSERT_TRUE(compare_diagrams(sums_of(cluster, got.chunks), best_diagram(cluster)) == 0) << round;
        TxSet before = 0;
        for (const TxSet chunk : got.chunks) {
            ASSERT_FALSE(divisible(cluster, before, chunk)) << round;
            before |= chunk;
        }
    }
}

TEST(Linearize, DoesNotDependOnHowTransactionsAreNumbered) {
    Rng rng(2);
    for (int round = 0; round < 300; ++round) {
        const ClusterGraph cluster = random_cluster(rng, 2 + rng.below(63), 1 + rng.below(20));
        std::vector<std::uint32_t> to(cluster.txs.size());
        for (std::uint32_t tx = 0; tx < to.size(); ++tx) {
            to[tx] = tx;
        }
        rng.shuffle(std::span(to));
        const Linearization one = linearize(cluster);
        const Linearization two = linearize(relabelled(cluster, to));
        for (std::size_t place = 0; place < one.order.size(); ++place) {
            ASSERT_EQ(to[one.order[place]], two.order[place]) << round;
        }
    }
}

// Optimal: no closed set of what remains beats the chunk. Checked against every ancestor set, and against random ones.
TEST(Linearize, NoSetThatIsEasyToFindBeatsAChunkOfALargeCluster) {
    Rng rng(3);
    for (int round = 0; round < 300; ++round) {
        const ClusterGraph cluster = random_cluster(rng, 64, 1 + rng.below(15));
        const Linearization got = linearize(cluster);
        ASSERT_TRUE(is_topological(cluster, got.order));
        TxSet done = 0;
        for (const TxSet chunk : got.chunks) {
            const FeeSize sum = sums_of(cluster, std::span(&chunk, 1))[0];
            for (int attempt = 0; attempt < 30; ++attempt) {
                const TxSet rival = random_closed(rng, cluster) & ~done;
                ASSERT_TRUE(rival == 0 || compare_rates(sums_of(cluster, std::span(&rival, 1))[0], sum) <= 0) << round;
            }
            done |= chunk;
        }
    }
}

TEST(Linearize, EqualChunksGoSmallestFirstThenByTheGreatestKeyWithin) {
    // Four singletons under one parent that pays best; three have one rate, two of those one size.
    ClusterGraph cluster{
        .txs = {{100, 1}, {4, 2}, {2, 1}, {2, 1}, {9, 3}}, .ancestors = {0, 1, 1, 1, 1}, .ranks = {4, 3, 2, 1, 0}};
    EXPECT_EQ(linearize(cluster).order, (std::vector<std::uint32_t>{0, 4, 3, 2, 1}));
    cluster.ranks = {0, 1, 2, 3, 4};
    EXPECT_EQ(linearize(cluster).order, (std::vector<std::uint32_t>{0, 4, 2, 3, 1}));
}

TEST(Linearize, AChildPaysForItsParents) {
    const ClusterGraph cluster{.txs = {{0, 1}, {1, 1}, {20, 1}}, .ancestors = {0, 0, 0b11}, .ranks = {0, 1, 2}};
    const Linearization got = linearize(cluster);
    EXPECT_EQ(got.chunks, (std::vector<TxSet>{0b111}));
    EXPECT_EQ(got.order, (std::vector<std::uint32_t>{1, 0, 2}));
}

TEST(Diagram, AgreesWithHeightsComputedInFractions) {
    Rng rng(4);
    const auto random_diagram = [&] {
        std::vector<FeeSize> chunks(rng.below(6));
        for (FeeSize& chunk : chunks) {
            chunk = {.fee = static_cast<std::int64_t>(rng.below(12)) - 2,
                     .size = 1 + static_cast<std::int64_t>(rng.below(4))};
        }
        std::ranges::sort(chunks, [](const FeeSize& a, const FeeSize& b) { return compare_rates(a, b) > 0; });
        return chunks;
    };
    // Sizes of at most 4: heights in units of 1/12 are whole at every whole size.
    const auto height = [](std::span<const FeeSize> chunks, std::int64_t size) {
        std::int64_t sum = 0;
        for (const FeeSize& chunk : chunks) {
            const std::int64_t part = std::min(size, chunk.size);
            sum += 12 * chunk.fee / chunk.size * part;
            size -= part;
        }
        return sum;
    };
    std::map<int, int> seen;
    for (int round = 0; round < 20000; ++round) {
        const std::vector<FeeSize> a = random_diagram();
        const std::vector<FeeSize> b = random_diagram();
        bool above = false;
        bool below = false;
        for (std::int64_t size = 0; size <= 24; ++size) {
            above = above || height(a, size) > height(b, size);
            below = below || height(a, size) < height(b, size);
        }
        const auto got = compare_diagrams(a, b);
        ASSERT_EQ(got > 0, above && !below);
        ASSERT_EQ(got < 0, below && !above);
        ASSERT_EQ(got == 0, !above && !below);
        ++seen[(above ? 2 : 0) + (below ? 1 : 0)];
    }
    EXPECT_EQ(seen.size(), 4U);
}

}  // namespace keel::txgraph
