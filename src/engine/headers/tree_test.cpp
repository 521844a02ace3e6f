#include "engine/headers/tree.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "engine/headers/accept_header.hpp"
#include "engine/headers/history.hpp"
#include "testing/chain_builder.hpp"

namespace keel::headers {
namespace {

using primitives::Header;
using primitives::Height;

// A header that the tree takes; the rules are not the tree's business.
Header child_of(const Node& parent, std::uint32_t tag, std::uint32_t time = 0) {
    Header header = parent.header();
    header.previous = parent.hash();
    header.nonce = tag;
    header.time = time == 0 ? parent.header().time + 600 : time;
    return header;
}

class TreeTest : public ::testing::Test {
protected:
    const Node& grow(const Node& from, int count, std::uint32_t tag) {
        const Node* node = &from;
        for (int i = 0; i < count; ++i) {
            node = &tree_.insert(child_of(*node, tag), *node);
        }
        return *node;
    }
    // A tree of `size` nodes whose parents are chosen at random among the last few.
    std::vector<const Node*> random_tree(Rng& rng, std::size_t size) {
        std::vector<const Node*> nodes{&tree_.genesis()};
        while (nodes.size() < size) {
            const std::size_t window = std::min<std::size_t>(nodes.size(), 6);
            const Node& parent = *nodes[nodes.size() - 1 - static_cast<std::size_t>(rng.below(window))];
            nodes.push_back(&tree_.insert(child_of(parent, static_cast<std::uint32_t>(nodes.size())), parent));
        }
        return nodes;
    }

    Tree tree_{primitives::regtest_params().genesis->header()};
};

TEST_F(TreeTest, AncestorAgreesWithWalkingParents) {
    Rng rng(1);
    for (const Node* node : random_tree(rng, 600)) {
        for (const Node* at = node; at != nullptr; at = at->previous()) {
            ASSERT_EQ(node->ancestor(at->height()), at);
        }
        EXPECT_EQ(node->ancestor(node->height() + 1), nullptr);
        EXPECT_EQ(node->ancestor(Height(-1)), nullptr);
    }
}

TEST_F(TreeTest, AncestorTakesLogarithmicallyManySteps) {
    // 200,000 lookups over a chain of 100,000: minutes if it walked, a moment if it jumps.
    const Node& tip = grow(tree_.genesis(), 100'000, 1);
    Rng rng(2);
    for (int i = 0; i < 200'000; ++i) {
        const Height height(static_cast<std::int32_t>(rng.below(100'001)));
        ASSERT_EQ(tip.ancestor(height)->height(), height);
    }
}

TEST_F(TreeTest, ForkPointIsTheLastSharedAncestor) {
    Rng rng(3);
    const auto nodes = random_tree(rng, 200);
    for (int i = 0; i < 2000; ++i) {
        const Node& a = *nodes[rng.below(nodes.size())];
        const Node& b = *nodes[rng.below(nodes.size())];
        const Node* fork = fork_point(a, b);
        ASSERT_TRUE(a.has_ancestor(*fork) && b.has_ancestor(*fork));
        const Height next = fork->height() + 1;
        ASSERT_TRUE(a.ancestor(next) == nullptr || a.ancestor(next) != b.ancestor(next));
    }
}

TEST_F(TreeTest, LocatorBeginsAtTheTipStepsTenTimesAndEndsAtGenesis) {
    const Node& tip = grow(tree_.genesis(), 1000, 1);
    const auto hashes = locator(tip);
    ASSERT_GT(hashes.size(), 11U);
    for (std::int32_t i = 0; i < 10; ++i) {
        EXPECT_EQ(hashes[static_cast<std::size_t>(i)], tip.ancestor(Height(1000 - i))->hash());
    }
    EXPECT_EQ(hashes.back(), tree_.genesis().hash());
    EXPECT_LT(hashes.size(), 25U);
    EXPECT_EQ(locator(tree_.genesis()), std::vector{tree_.genesis().hash()});
}

TEST_F(TreeTest, MedianTimePastIsTheMiddleOfElevenTimes) {
    const std::array<std::uint32_t, 12> offsets{10, 70, 30, 90, 20, 80, 60, 40, 50, 110, 100, 5};
    const Node* node = &tree_.genesis();
    const std::uint32_t base = node->header().time;
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        node = &tree_.insert(child_of(*node, 1, base + offsets[i]), *node);
    }
    // The last eleven: 70 30 90 20 80 60 40 50 110 100 5.
    EXPECT_EQ(node->median_time_past(), base + 60);
}

TEST_F(TreeTest, BestHeaderHasMostWorkAndComesFirstAmongEquals) {
    const Node& first = grow(tree_.genesis(), 3, 1);
    EXPECT_EQ(&tree_.best_header(), &first);
    const Node& rival = grow(tree_.genesis(), 3, 2);
    EXPECT_EQ(&tree_.best_header(), &first);
    const Node& longer = grow(rival, 1, 2);
    EXPECT_EQ(&tree_.best_header(), &longer);
}

TEST_F(TreeTest, FailureMarksDescendantsAndMovesTheBestHeader) {
    const Node& good = grow(tree_.genesis(), 3, 1);
    const Node& base = grow(tree_.genesis(), 2, 2);
    const Node& bad = grow(base, 1, 2);
    const Node& below = grow(bad, 2, 2);
    EXPECT_EQ(&tree_.best_header(), &below);

    tree_.set_failed(bad);
    EXPECT_TRUE(bad.is(Mark::failed));
    EXPECT_TRUE(below.is(Mark::failed_ancestor));
    EXPECT_FALSE(base.is_failed());
    EXPECT_EQ(&tree_.best_header(), &good);
    const Node& late = tree_.insert(child_of(below, 9), below);
    EXPECT_TRUE(late.is(Mark::failed_ancestor));

    tree_.clear_failed(below);
    EXPECT_FALSE(bad.is_failed() || below.is_failed() || late.is_failed());
    EXPECT_EQ(&tree_.best_header(), &late);
}

TEST_F(TreeTest, ClearingADescendantFreesOtherChildrenOfItsAncestors) {
    const Node& bad = grow(tree_.genesis(), 1, 1);
    const Node& left = grow(bad, 1, 1);
    const Node& right = grow(bad, 1, 2);
    tree_.set_failed(bad);
    tree_.clear_failed(left);
    EXPECT_FALSE(right.is_failed());
}

TEST_F(TreeTest, ChainTransactionCountsFollowDataInAnyOrder) {
    Rng rng(5);
    std::vector<const Node*> nodes = random_tree(rng, 100);
    std::vector<const Node*> order(nodes.begin() + 1, nodes.end());
    rng.shuffle(std::span(order));
    tree_.set_data(tree_.genesis(), {0, 8, 285}, 1);
    std::size_t completed = 0;
    for (const Node* node : order) {
        const auto tx_count = 1 + node->id() % 7;
        for (const Node* complete : tree_.set_data(*node, {0, node->id(), 300}, tx_count)) {
            ++completed;
            EXPECT_EQ(complete->chain_tx_count(), complete->previous()->chain_tx_count() + complete->tx_count());
        }
    }
    EXPECT_EQ(completed, order.size());
    EXPECT_EQ(nodes[50]->data_place(), (Place{0, 50, 300}));
}

TEST_F(TreeTest, ChangedNodesAreReportedOnceInOrder) {
    EXPECT_EQ(tree_.take_changed().size(), 1U);
    const Node& tip = grow(tree_.genesis(), 3, 1);
    tree_.set_data(*tip.previous(), {1, 2, 3}, 1);
    const auto changed = tree_.take_changed();
    ASSERT_EQ(changed.size(), 3U);
    EXPECT_TRUE(std::ranges::is_sorted(changed, {}, &Node::id));
    EXPECT_TRUE(tree_.take_changed().empty());
}

TEST_F(TreeTest, LeavesAreNodesWithoutChildren) {
    const Node& left = grow(tree_.genesis(), 2, 1);
    const Node& right = grow(tree_.genesis(), 1, 2);
    EXPECT_EQ(tree_.leaves(), (std::vector{&left, &right}));
    EXPECT_EQ(tree_.descendants(*left.previous()), std::vector{&left});
}

TEST_F(TreeTest, AcceptHeaderChecksWorkParentAndTime) {
    testing::ChainBuilder chain;
    chain.mine_empty(2);
    const auto& params = primitives::regtest_params();
    const UnixTime now = unix_time(chain.tip()->header().time);

    const auto orphan = accept_header(tree_, chain.tip()->header(), params, now);
    ASSERT_FALSE(orphan);
    EXPECT_EQ(orphan.error().reason(), "prev-blk-not-found");

    const Header& first = chain.block(Height(1))->header();
    const auto accepted = accept_header(tree_, first, params, now);
    ASSERT_TRUE(accepted);
    EXPECT_TRUE(accepted->is_new);
    EXPECT_FALSE(accept_header(tree_, first, params, now)->is_new);

    Header unworked = chain.tip()->header();
    while (consensus::check_proof_of_work(unworked.hash(), unworked.bits, params.pow.limit)) {
        ++unworked.nonce;
    }
    EXPECT_EQ(accept_header(tree_, unworked, params, now).error().reason(), "high-hash");
    EXPECT_EQ(accept_header(tree_, chain.tip()->header(), params, now - seconds(3 * 3600)).error().reason(),
              "time-too-new");

    tree_.set_failed(*accepted->node);
    EXPECT_EQ(accept_header(tree_, first, params, now).error().reason(), "duplicate-invalid");
    EXPECT_EQ(accept_header(tree_, chain.tip()->header(), params, now).error().reason(), "bad-prevblk");
}

TEST_F(TreeTest, HistoryShowsTheBranch) {
    const Node& left = grow(tree_.genesis(), 20, 1);
    grow(tree_.genesis(), 30, 2);
    const History history(left);
    EXPECT_EQ(history.height(), Height(20));
    EXPECT_EQ(history.hash(Height(7)), left.ancestor(Height(7))->hash());
    EXPECT_EQ(history.at(Height(7)).time, left.ancestor(Height(7))->header().time);
    EXPECT_EQ(history.median_time_past(Height(15)), left.ancestor(Height(15))->median_time_past());
    std::int32_t visited = 0;
    history.walk_back(Height(10), [&](Height, const consensus::HeaderFacts&) { return ++visited < 5; });
    EXPECT_EQ(visited, 5);
}

}  // namespace
}  // namespace keel::headers
