#include "engine/mempool/pool.hpp"

#include <gtest/gtest.h>

#include "engine/mempool/lab_test.hpp"

namespace keel::mempool {
namespace {

constexpr std::int64_t kCoin = 100'000;

TEST(Pool, ATransactionEntersIsSeenAndLeavesWithItsBlock) {
    Lab lab;
    const TxPtr tx = Lab::tx({lab.fund(kCoin)}, {kCoin - 1000});
    const TxResult result = lab.give(tx);
    ASSERT_EQ(result.outcome, TxOutcome::accepted);
    EXPECT_EQ(result.fee, Amount(1000));
    EXPECT_EQ(result.effective_txs, std::vector{tx->wtxid()});
    const auto found = lab.view.find(tx->txid());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->entry().fee, Amount(1000));
    EXPECT_EQ(lab.view.totals().count, 1U);
    EXPECT_EQ(lab.view.spender(tx->view().input(0).prevout())->txid(), tx->txid());
    const auto chunks = lab.pool.best_chunks(4'000'000);
    ASSERT_EQ(chunks.size(), 1U);
    EXPECT_EQ(chunks[0].txs[0]->txid(), tx->txid());
    lab.connect({tx});
    EXPECT_FALSE(lab.has(tx));
    EXPECT_EQ(lab.view.totals().count, 0U);
    const auto events = lab.pool.take_events();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_FALSE(events[0].removed);
    EXPECT_EQ(events[1].removed, RemovalReason::block);
    EXPECT_EQ(events[1].sequence, events[0].sequence + 1);
    lab.pool.check_invariants();
}

TEST(Pool, SaysWhyATransactionIsRefused) {
    Lab lab;
    const OutPoint coin = lab.fund(kCoin);
    const TxPtr tx = Lab::tx({coin}, {kCoin - 1000});
    EXPECT_EQ(lab.why(tx), "");
    EXPECT_EQ(lab.why(tx), "txn-already-in-mempool");
    EXPECT_EQ(lab.why(Lab::tx({{tx->txid(), 1}}, {1})), "bad-txns-inputs-missingorspent");
    EXPECT_EQ(lab.why(Lab::tx({Lab::output(tx)}, {kCoin})), "bad-txns-in-belowout");
    EXPECT_EQ(lab.why(Lab::tx({Lab::output(tx)}, {kCoin - 1001})), "min relay fee not met");
    primitives::MutableTx late = Lab::make({Lab::output(tx)}, {kCoin - 3000});
    late.lock_time = Lab::kHeight + 1;
    EXPECT_EQ(lab.why(late.freeze()), "non-final");
    primitives::MutableTx locked = Lab::make({Lab::output(tx)}, {kCoin - 3000});
    locked.inputs[0].sequence = 1;
    EXPECT_EQ(lab.why(locked.freeze()), "non-BIP68-final") << "its parent is not confirmed";
    primitives::MutableTx wrong = Lab::make({Lab::output(tx)}, {kCoin - 3000});
    wrong.inputs[0].script_sig = {std::byte{0x00}};
    EXPECT_EQ(lab.why(wrong.freeze()).substr(0, 33), "mempool-script-verify-flag-failed") << "one element too many";
    lab.connect({tx});
    EXPECT_EQ(lab.why(tx), "txn-already-known");
}

TEST(Pool, StandardnessIsAskedForWhereItIsOn) {
    Lab lab(Options{});
    EXPECT_EQ(lab.why(Lab::tx({lab.fund(kCoin)}, {kCoin - 1000})), "scriptpubkey");
}

TEST(Pool, AReplacementHasToPayMoreInEveryWay) {
    Lab lab;
    const OutPoint coin = lab.fund(kCoin);
    const TxPtr first = Lab::tx({coin}, {kCoin - 1000});
    const TxPtr child = Lab::tx({Lab::output(first)}, {kCoin - 3000});
    ASSERT_EQ(lab.why(first), "");
    ASSERT_EQ(lab.why(child), "");
    const TxResult poor = lab.give(Lab::tx({coin}, {kCoin - 2999}));
    EXPECT_EQ(poor.reject->reason(), "insufficient fee");
    EXPECT_NE(poor.reject->debug().find("less fees than conflicting txs; 0.00002999 < 0.00003"), std::string::npos);
    EXPECT_EQ(lab.why(Lab::tx({coin}, {kCoin - 3001})), "insufficient fee") << "does not pay for its own relay";
    const TxPtr better = Lab::tx({coin}, {kCoin - 4000});
    const TxResult result = lab.give(better);
    ASSERT_EQ(result.outcome, TxOutcome::accepted);
    EXPECT_EQ(result.replaced.size(), 2U);
    EXPECT_FALSE(lab.has(first));
    EXPECT_FALSE(lab.has(child));
    EXPECT_TRUE(lab.has(better));
    lab.pool.check_invariants();
}

TEST(Pool, AReplacementThatMakesTheDiagramWorseIsRefused) {
    Lab lab;
    const OutPoint coin = lab.fund(kCoin);
    const OutPoint other = lab.fund(kCoin);
    const TxPtr small = Lab::tx({coin}, {kCoin - 5000});
    ASSERT_EQ(lab.why(small), "");
    const std::vector<std::int64_t> many(200, 900);  // large, so of a low rate
    EXPECT_EQ(lab.why(Lab::tx({coin, other}, many)), "replacement-failed");
    EXPECT_TRUE(lab.has(small));
}

TEST(Pool, ATransactionCannotSpendWhatItReplaces) {
    Lab lab;
    const OutPoint coin = lab.fund(kCoin);
    const TxPtr parent = Lab::tx({coin}, {kCoin - 1000});
    ASSERT_EQ(lab.why(parent), "");
    EXPECT_EQ(lab.why(Lab::tx({coin, Lab::output(parent)}, {kCoin})), "bad-txns-spends-conflicting-tx");
}

TEST(Pool, AClusterKeepsItsLimit) {
    Options options = loose_options();
    options.limits.cluster_count = 3;
    Lab lab(options);
    TxPtr last = Lab::tx({lab.fund(kCoin)}, {kCoin - 1000});
    ASSERT_EQ(lab.why(last), "");
    std::int64_t value = kCoin - 1000;
    for (int i = 0; i < 2; ++i) {
        last = Lab::tx({Lab::output(last)}, {value -= 1000});
        ASSERT_EQ(lab.why(last), "");
    }
    EXPECT_EQ(lab.why(Lab::tx({Lab::output(last)}, {value - 1000})), "too-large-cluster");
    const auto located = lab.view.find(last->txid());
    EXPECT_EQ(located->cluster->txs.size(), 3U);
    EXPECT_EQ(located->cluster->sum(located->cluster->ancestors[located->index]).count, 3U);
}

TEST(Pool, AFullPoolThrowsOutTheWorstAndAsksForMoreThanThat) {
    Options options = loose_options();
    options.bytes_max = 60'000;
    Lab lab(options);
    std::vector<TxPtr> txs;
    for (int i = 0; i < 200; ++i) {
        const TxPtr tx = Lab::tx({lab.fund(kCoin)}, {kCoin - 1000 - i * 10});
        txs.push_back(tx);
        const std::string why = lab.why(tx);
        EXPECT_TRUE(why.empty() || why == "mempool full" || why == "mempool min fee not met") << why;
        EXPECT_LE(lab.view.totals().usage, options.bytes_max);
    }
    EXPECT_FALSE(lab.has(txs.front()));
    EXPECT_TRUE(lab.has(txs.back()));
    EXPECT_GT(lab.view.min_rate(lab.now), options.policy.min_relay);
    EXPECT_EQ(lab.why(Lab::tx({lab.fund(kCoin)}, {kCoin - 200})), "mempool min fee not met");
    lab.pool.check_invariants();
}

TEST(Pool, OldTransactionsExpireWithTheirDescendants) {
    Lab lab;
    const TxPtr parent = Lab::tx({lab.fund(kCoin)}, {kCoin - 1000});
    ASSERT_EQ(lab.why(parent, {.time = lab.now - seconds(10)}), "");
    const TxPtr child = Lab::tx({Lab::output(parent)}, {kCoin - 3000});
    ASSERT_EQ(lab.why(child), "");
    lab.now += Options{}.expiry - seconds(5);
    ASSERT_EQ(lab.why(Lab::tx({lab.fund(kCoin)}, {kCoin - 1000})), "");
    EXPECT_FALSE(lab.has(parent));
    EXPECT_FALSE(lab.has(child));
}

TEST(Pool, PrioritisationCountsAsAFee) {
    Lab lab;
    const TxPtr free = Lab::tx({lab.fund(kCoin)}, {kCoin});
    EXPECT_EQ(lab.why(free), "min relay fee not met");
    lab.pool.prioritise(free->txid(), Amount(5000));
    ASSERT_EQ(lab.why(free), "");
    EXPECT_EQ(lab.view.find(free->txid())->entry().modified_fee, Amount(5000));
    lab.pool.prioritise(free->txid(), Amount(-2000));
    EXPECT_EQ(lab.view.find(free->txid())->entry().modified_fee, Amount(3000));
    EXPECT_EQ(lab.view.find(free->txid())->cluster->chunks[0].sum.fee, 3000);
    lab.connect({free});
    EXPECT_TRUE(lab.view.deltas().empty());
}

TEST(Pool, ABlockRemovesWhatConflictsWithIt) {
    Lab lab;
    const OutPoint coin = lab.fund(kCoin);
    const TxPtr ours = Lab::tx({coin}, {kCoin - 1000});
    const TxPtr child = Lab::tx({Lab::output(ours)}, {kCoin - 3000});
    ASSERT_EQ(lab.why(ours), "");
    ASSERT_EQ(lab.why(child), "");
    lab.connect({Lab::tx({coin}, {kCoin - 7})});
    EXPECT_EQ(lab.view.totals().count, 0U);
    EXPECT_EQ(lab.pool.take_events().back().removed, RemovalReason::conflict);
}

TEST(Pool, DisconnectedTransactionsComeBackUnderTheirChildren) {
    Lab lab;
    const TxPtr parent = Lab::tx({lab.fund(kCoin)}, {kCoin});  // free: only a block took it
    lab.connect({parent});
    const TxPtr child = Lab::tx({Lab::output(parent)}, {kCoin - 1000});
    ASSERT_EQ(lab.why(child), "");
    lab.disconnect();
    EXPECT_FALSE(lab.pool.is_settled());
    lab.settle();
    EXPECT_TRUE(lab.pool.is_settled());
    ASSERT_TRUE(lab.has(parent));
    ASSERT_TRUE(lab.has(child));
    EXPECT_EQ(lab.view.find(child->txid())->cluster->txs.size(), 2U);
    EXPECT_EQ(lab.view.find(parent->txid())->entry().sequence, 0U);
    lab.pool.check_invariants();
}

TEST(Pool, AReorganizationDropsWhatSpentALostReward) {
    Lab lab;
    const auto block = lab.connect({});
    const OutPoint reward{block->tx(0).txid(), 0};
    for (int i = 0; i < 100; ++i) {
        lab.connect({});
    }
    primitives::MutableTx spend = Lab::make({reward, lab.fund(kCoin)}, {kCoin - 1000});
    const TxPtr tx = spend.freeze();
    ASSERT_EQ(lab.why(tx), "");
    lab.disconnect();
    lab.disconnect();
    lab.settle();
    EXPECT_FALSE(lab.has(tx)) << "the reward is young again";
}

TEST(Pool, AReorganizationDropsWhatIsLockedAgain) {
    Lab lab;
    const OutPoint coin = lab.fund(kCoin, Lab::kHeight);
    lab.connect({});
    primitives::MutableTx spend = Lab::make({coin}, {kCoin - 1000});
    spend.inputs[0].sequence = 2;  // two blocks after its own
    const TxPtr tx = spend.freeze();
    ASSERT_EQ(lab.why(tx), "");
    lab.disconnect();
    lab.settle();
    EXPECT_FALSE(lab.has(tx));
}

TEST(PoolPackage, AParentThatPaysTooLittleComesInWithItsChild) {
    Lab lab;
    const TxPtr parent = Lab::tx({lab.fund(kCoin)}, {kCoin});
    const TxPtr child = Lab::tx({Lab::output(parent)}, {kCoin - 2000});
    const std::vector package = {parent, child};
    const PackageResult result = *lab.pool.accept_package(package, {}, lab.state());
    ASSERT_FALSE(result.reject) << result.reject->text();
    EXPECT_EQ(result.txs.at(parent->wtxid()).outcome, TxOutcome::accepted);
    EXPECT_EQ(result.txs.at(parent->wtxid()).effective_txs.size(), 2U);
    EXPECT_TRUE(lab.has(parent) && lab.has(child));
    const PackageResult again = *lab.pool.accept_package(package, {}, lab.state());
    EXPECT_EQ(again.txs.at(child->wtxid()).outcome, TxOutcome::in_pool);
}

TEST(PoolPackage, IsTriedWithoutChangingAnything) {
    Lab lab;
    const TxPtr parent = Lab::tx({lab.fund(kCoin)}, {kCoin - 1000});
    const TxPtr child = Lab::tx({Lab::output(parent)}, {kCoin - 3000});
    const std::vector package = {parent, child};
    const PackageResult result = *lab.pool.test_package(package, lab.state());
    EXPECT_FALSE(result.reject);
    EXPECT_EQ(result.txs.size(), 2U);
    EXPECT_EQ(lab.view.totals().count, 0U);
    const std::vector reversed = {child, parent};
    EXPECT_EQ(lab.pool.test_package(reversed, lab.state())->reject->reason(), "package-not-sorted");
}

TEST(PoolPackage, AParentAndAChildReplaceTogether) {
    Lab lab;
    const OutPoint coin = lab.fund(kCoin);
    const TxPtr old = Lab::tx({coin}, {kCoin - 1000});
    ASSERT_EQ(lab.why(old), "");
    const TxPtr parent = Lab::tx({coin}, {kCoin - 100, 0});
    const TxPtr child = Lab::tx({Lab::output(parent)}, {kCoin - 9000});
    const std::vector package = {parent, child};
    const PackageResult result = *lab.pool.accept_package(package, {}, lab.state());
    ASSERT_FALSE(result.reject) << result.reject->text();
    EXPECT_EQ(result.txs.at(parent->wtxid()).replaced.size(), 1U);
    EXPECT_FALSE(lab.has(old));
    EXPECT_TRUE(lab.has(child));
}

TEST(PoolTruc, OneSmallChildAndNoMore) {
    Lab lab;
    const auto truc = [](primitives::MutableTx tx) {
        tx.version = 3;
        return tx.freeze();
    };
    const TxPtr parent = truc(Lab::make({lab.fund(kCoin)}, {kCoin / 2, kCoin / 2 - 1000}));
    ASSERT_EQ(lab.why(parent), "");
    EXPECT_EQ(lab.why(Lab::tx({Lab::output(parent)}, {kCoin / 2 - 1000})), "TRUC-violation") << "a child of version 2";
    const TxPtr child = truc(Lab::make({Lab::output(parent)}, {kCoin / 2 - 1000}));
    ASSERT_EQ(lab.why(child), "");
    EXPECT_EQ(lab.why(truc(Lab::make({Lab::output(child)}, {kCoin / 2 - 3000}))), "TRUC-violation") << "a grandchild";
    const TxPtr poor = truc(Lab::make({Lab::output(parent, 1)}, {kCoin / 2 - 1500}));
    EXPECT_EQ(lab.why(poor), "insufficient fee (including sibling eviction)");
    const TxPtr sibling = truc(Lab::make({Lab::output(parent, 1)}, {kCoin / 2 - 9000}));
    EXPECT_EQ(lab.why(sibling), "");
    EXPECT_FALSE(lab.has(child)) << "evicted by its sibling";
}

TEST(PoolView, ReadersKeepWhatTheyHold) {
    Lab lab;
    const TxPtr tx = Lab::tx({lab.fund(kCoin)}, {kCoin - 1000});
    ASSERT_EQ(lab.why(tx), "");
    const auto before = lab.view.snapshot();
    lab.connect({tx});
    EXPECT_EQ(before->clusters.size(), 1U);
    EXPECT_EQ(before->in_mining_order().size(), 1U);
    EXPECT_TRUE(lab.view.snapshot()->clusters.empty());
}

TEST(PoolView, UnbroadcastIsForgottenWithTheTransaction) {
    Lab lab;
    const TxPtr tx = Lab::tx({lab.fund(kCoin)}, {kCoin - 1000});
    ASSERT_EQ(lab.why(tx, {.unbroadcast = true}), "");
    EXPECT_TRUE(lab.view.is_unbroadcast(tx->txid()));
    lab.connect({tx});
    EXPECT_TRUE(lab.view.unbroadcast().empty());
}

}  // namespace
}  // namespace keel::mempool
