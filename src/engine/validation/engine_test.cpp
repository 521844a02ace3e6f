// The engine on memory stores: which chain becomes active, what becomes of bad blocks, and what the coins are.
#include <map>

#include <gtest/gtest.h>

#include "engine/headers/accept_header.hpp"
#include "engine/validation/testbed.hpp"
#include "testing/chain_builder.hpp"
#include "testing/scripts.hpp"
#include "testing/spends.hpp"

namespace keel::validation {
namespace {

using primitives::Amount;
using primitives::BlockPtr;
using primitives::Coin;
using primitives::Height;
using primitives::OutPoint;
using testing::ChainBuilder;

using CoinMap = std::map<OutPoint, Coin>;

bool is_data_carrier(ByteSpan script) { return !script.empty() && script[0] == std::byte{0x6A}; }

void apply_naively(CoinMap& coins, primitives::TxView tx, Height height) {
    for (std::size_t i = 0; !tx.is_coinbase() && i < tx.input_count(); ++i) {
        coins.erase(tx.input(i).prevout());
    }
    for (std::size_t i = 0; i < tx.output_count(); ++i) {
        const auto output = tx.output(i);
        if (!is_data_carrier(output.script())) {
            coins[{tx.txid(), static_cast<std::uint32_t>(i)}] =
                Coin{output.value(), height, tx.is_coinbase(), to_bytes(output.script())};
        }
    }
}

// The coins after these blocks, computed the slow and obvious way.
CoinMap naive_coins(const std::vector<BlockPtr>& blocks) {
    CoinMap coins;
    for (std::size_t h = 1; h < blocks.size(); ++h) {
        for (std::size_t t = 0; t < blocks[h]->tx_count(); ++t) {
            apply_naively(coins, blocks[h]->tx(t), Height(static_cast<std::int32_t>(h)));
        }
    }
    return coins;
}

class EngineTest : public ::testing::Test {
protected:
    void give_all(const ChainBuilder& chain, std::int32_t from = 1) {
        for (std::int32_t h = from; h <= chain.height().value(); ++h) {
            bed_.submit(chain.block(Height(h)));
        }
        bed_.run();
        ASSERT_FALSE(bed_.broken()) << *bed_.broken();
    }
    void expect_coins_of(const ChainBuilder& chain) {
        ASSERT_EQ(bed_.tip().hash(), chain.tip()->hash());
        const auto coins = bed_.coins();
        EXPECT_EQ(CoinMap(coins.begin(), coins.end()), naive_coins(chain.blocks()));
    }
    // A chain of 110 blocks whose first rewards are paid to keys and can be spent.
    static ChainBuilder matured() {
        ChainBuilder chain;
        for (std::uint64_t i = 1; i <= 10; ++i) {
            chain.mine({.payout_script = testing::p2wpkh_script(testing::test_key(i))});
        }
        chain.mine_empty(100);
        return chain;
    }
    static primitives::MutableTx spend_reward(const ChainBuilder& chain, std::int32_t height) {
        const auto key = testing::test_key(static_cast<std::uint64_t>(height));
        const std::array coins{chain.reward_of(Height(height), key)};
        return testing::make_spend(coins, {{Amount(coins[0].coin.value.satoshi() - 1000), testing::p2tr_script(key)},
                                           {Amount(500), testing::data_carrier(as_bytes("keel"))}});
    }

    TestDisk disk_;
    Testbed bed_{disk_, primitives::regtest_params(), {}};
};

TEST_F(EngineTest, ConnectsAChainWithSignedSpends) {
    ChainBuilder chain = matured();
    chain.mine({.txs = {spend_reward(chain, 1), spend_reward(chain, 2)}});
    give_all(chain);
    expect_coins_of(chain);
    EXPECT_TRUE(bed_.tip().is(headers::Mark::connected));
}

TEST_F(EngineTest, ConnectsBlocksThatArriveInAnyOrder) {
    const ChainBuilder chain = matured();
    std::vector<BlockPtr> blocks(chain.blocks().begin() + 1, chain.blocks().end());
    for (const BlockPtr& block : blocks) {  // headers first
        bed_.submit(block);
    }
    TestDisk disk;
    Testbed other(disk, primitives::regtest_params(), {});
    for (std::size_t i = blocks.size(); i-- > 0;) {
        for (const BlockPtr& block : blocks) {
            ASSERT_TRUE(headers::accept_header(other.tree(), block->header(), primitives::regtest_params(),
                                               unix_time(4'000'000'000)));
        }
        other.give(blocks[i]);
    }
    EXPECT_EQ(other.tip().hash(), chain.tip()->hash());
}

TEST_F(EngineTest, FollowsTheBranchWithMoreWorkAndBack) {
    ChainBuilder left = matured();
    ChainBuilder right = left;
    left.mine({.txs = {spend_reward(left, 1)}});
    left.mine_empty(20, 1);
    right.mine({.txs = {spend_reward(right, 2), spend_reward(right, 3)}, .tag = 5});
    right.mine_empty(21, 2);

    give_all(left);
    expect_coins_of(left);
    const std::size_t before = bed_.tip_changes();
    give_all(right, 111);
    expect_coins_of(right);
    EXPECT_EQ(bed_.tip_changes(), before + 2) << "readers see the branch when it has caught up, not on the way";
    left.mine_empty(5, 3);
    give_all(left, left.height().value() - 4);
    expect_coins_of(left);
}

TEST_F(EngineTest, KeepsTheFirstOfTwoEqualBranches) {
    ChainBuilder left;
    left.mine_empty(3, 1);
    ChainBuilder right;
    right.mine_empty(3, 2);
    give_all(left);
    EXPECT_EQ(bed_.give(right.block(Height(1))), Outcome::stored);
    give_all(right, 2);
    EXPECT_EQ(bed_.tip().hash(), left.tip()->hash());
    bed_.submit(PreciousBlock{&bed_.node(right.tip()), 1});
    bed_.run();
    EXPECT_EQ(bed_.tip().hash(), right.tip()->hash());
    bed_.submit(PreciousBlock{&bed_.node(left.tip()), 1});
    bed_.run();
    EXPECT_EQ(bed_.tip().hash(), left.tip()->hash());
}

TEST_F(EngineTest, RefusesABadSignatureAndEverythingOnTop) {
    ChainBuilder good = matured();
    ChainBuilder bad = good;
    auto tx = spend_reward(bad, 1);
    tx.inputs[0].witness[0][10] ^= std::byte{1};
    bad.mine({.txs = {tx}});
    const BlockPtr culprit = bad.tip();
    bad.mine_empty(12);
    give_all(bad);
    EXPECT_EQ(bed_.tip().hash(), good.tip()->hash());
    EXPECT_TRUE(bed_.node(culprit).is(headers::Mark::failed));
    EXPECT_TRUE(bed_.node(bad.tip()).is(headers::Mark::failed_ancestor));
    EXPECT_TRUE(bed_.last_reject().starts_with("block-script-verify-flag-failed")) << bed_.last_reject();
    good.mine({.txs = {spend_reward(good, 1)}});
    give_all(good, good.height().value());
    expect_coins_of(good);
}

TEST_F(EngineTest, ReturnsToTheOldChainWhenABetterOneTurnsOutInvalid) {
    ChainBuilder good = matured();
    ChainBuilder bad = good;
    good.mine({.txs = {spend_reward(good, 4)}});
    give_all(good);
    bad.mine_empty(1, 9);
    bad.mine({.reward = Amount(51 * primitives::kSatoshiPerBitcoin)});
    bad.mine_empty(3, 9);
    give_all(bad, 111);
    EXPECT_EQ(bed_.last_reject(), "bad-cb-amount");
    expect_coins_of(good);
}

TEST_F(EngineTest, NamesTheRuleThatTheFirstBadTransactionBreaks) {
    ChainBuilder chain = matured();
    const ChainBuilder base = chain;
    auto greedy = spend_reward(chain, 1);
    greedy.outputs[0].value = Amount(60 * primitives::kSatoshiPerBitcoin);
    auto missing = spend_reward(chain, 2);
    missing.inputs[0].prevout.index = 7;
    chain.mine({.txs = {greedy, missing}});
    give_all(chain);
    EXPECT_EQ(bed_.last_reject(), "bad-txns-in-belowout");

    ChainBuilder other = base;
    other.mine({.txs = {spend_reward(other, 3), missing, greedy}, .tag = 2});
    give_all(other, other.height().value());
    EXPECT_EQ(bed_.last_reject(), "bad-txns-inputs-missingorspent");
    EXPECT_EQ(bed_.tip().hash(), base.tip()->hash());
}

TEST_F(EngineTest, AnOutputThatCanNeverBeSpentIsNoCoinWithinItsBlockEither) {
    ChainBuilder chain = matured();
    const auto parent = spend_reward(chain, 1);
    auto child = spend_reward(chain, 2);
    child.inputs[0].prevout = {parent.freeze()->txid(), 1};  // the data carrier
    chain.mine({.txs = {parent, child}});
    give_all(chain);
    EXPECT_EQ(bed_.last_reject(), "bad-txns-inputs-missingorspent");
}

TEST_F(EngineTest, InvalidateTakesBlocksOffAndReconsiderBringsThemBack) {
    ChainBuilder chain = matured();
    chain.mine({.txs = {spend_reward(chain, 1)}});
    chain.mine_empty(10);
    give_all(chain);
    bed_.submit(InvalidateBlock{&bed_.node(chain.block(Height(111))), 4});
    bool answered = false;
    for (const Action& action : bed_.run()) {
        const auto* answer = std::get_if<Answer>(&action);
        answered = answered || (answer != nullptr && answer->ticket == 4 && answer->failure.empty());
    }
    EXPECT_TRUE(answered);
    ChainBuilder shorter = chain;
    shorter.rewind_to(Height(110));
    expect_coins_of(shorter);
    bed_.submit(ReconsiderBlock{&bed_.node(chain.tip()), 5});
    bed_.run();
    expect_coins_of(chain);
}

TEST_F(EngineTest, FindsCoinsAtTheTip) {
    ChainBuilder chain = matured();
    const auto tx = spend_reward(chain, 1);
    chain.mine({.txs = {tx}});
    give_all(chain);
    const OutPoint fresh{tx.freeze()->txid(), 0};
    bed_.submit(FindCoins{{fresh, tx.inputs[0].prevout}, 3});
    bool answered = false;
    for (const Action& action : bed_.run()) {
        if (const auto* answer = std::get_if<Answer>(&action); answer != nullptr && answer->ticket == 3) {
            answered = true;
            ASSERT_EQ(answer->coins.size(), 2U);
            ASSERT_TRUE(answer->coins[0]);
            EXPECT_EQ(answer->coins[0]->value, tx.outputs[0].value);
            EXPECT_FALSE(answer->coins[1]) << "spent";
            EXPECT_EQ(answer->tip->hash(), chain.tip()->hash());
        }
    }
    EXPECT_TRUE(answered);
}

TEST_F(EngineTest, InvalidateOffTheActiveChainOnlyMarks) {
    ChainBuilder chain = matured();
    ChainBuilder branch = chain;
    branch.rewind_to(Height(100));
    branch.mine_empty(5, 3);
    give_all(chain);
    give_all(branch, 101);
    bed_.submit(InvalidateBlock{&bed_.node(branch.block(Height(102))), 1});
    bed_.run();
    EXPECT_EQ(bed_.tip().hash(), chain.tip()->hash());
    EXPECT_TRUE(bed_.node(branch.tip()).is(headers::Mark::failed_ancestor));
}

TEST_F(EngineTest, UnrequestedBlocksAreStoredOnlyIfTheyMayBecomeTheTip) {
    ChainBuilder chain;
    chain.mine_empty(5, 1);
    give_all(chain);
    ChainBuilder weak;
    weak.mine_empty(2, 2);
    EXPECT_EQ(bed_.give(weak.block(Height(1)), false), Outcome::ignored);
    EXPECT_EQ(bed_.give(weak.block(Height(1)), true), Outcome::stored);
    EXPECT_EQ(bed_.give(weak.block(Height(1)), true), Outcome::duplicate);
    chain.mine_empty(1, 1);
    EXPECT_EQ(bed_.give(chain.tip(), false), Outcome::connected);
}

TEST_F(EngineTest, EveryBlockGivesItsCreditBackOnce) {
    const ChainBuilder chain = matured();
    for (std::size_t i = 1; i < chain.blocks().size(); ++i) {
        bed_.submit(chain.blocks()[i]);
        bed_.submit(chain.blocks()[i]);
    }
    std::size_t taken = 0;
    for (const Action& action : bed_.run()) {
        taken += std::holds_alternative<BlockTaken>(action) ? 1U : 0U;
    }
    EXPECT_EQ(taken, 2 * (chain.blocks().size() - 1));
}

TEST(EngineMemory, ACacheAtRestGivesCoinsBackAndGoesOn) {
    TestDisk disk;
    Testbed bed(disk, primitives::regtest_params(), {.resting_cache = 1});
    ChainBuilder chain;
    chain.mine_empty(50);
    for (const BlockPtr& block : std::span(chain.blocks()).subspan(1)) {
        bed.give(block);
    }
    EXPECT_EQ(bed.cache_stats().coins, 50U);
    bed.pass(seconds(14));
    bed.run();
    EXPECT_EQ(bed.cache_stats().dirty, 50U) << "not yet at rest";
    bed.pass(seconds(1));
    bed.run();
    EXPECT_EQ(bed.cache_stats().coins, 0U);
    chain.mine_empty(1);
    EXPECT_EQ(bed.give(chain.blocks().back()), Outcome::connected);
    EXPECT_EQ(bed.cache_stats().coins, 1U);
    EXPECT_EQ(bed.coins().size(), 51U);
}

TEST(EngineFaults, AFullDiskStopsItWithAMessageAndLosesNothing) {
    TestDisk disk;
    ChainBuilder chain;
    const Testbed::Settings small_files{.block_file_max = 20'000};
    {
        Testbed bed(disk, primitives::regtest_params(), small_files);
        chain.mine_empty(12);
        for (std::int32_t h = 1; h <= 12; ++h) {
            bed.give(chain.block(Height(h)));
        }
        disk.files.set_faults({.bytes_until_full = 0});  // what is reserved already can still be written
        while (!bed.broken() && chain.height() < Height(200)) {
            chain.mine_empty(1);
            bed.give(chain.tip());
        }
        ASSERT_TRUE(bed.broken());
        EXPECT_NE(bed.broken()->find("No space left"), std::string::npos) << *bed.broken();
        EXPECT_GE(bed.tip().height(), Height(12));
    }
    disk.files.set_faults({});
    Testbed again(disk, primitives::regtest_params(), small_files);
    ASSERT_FALSE(again.broken()) << *again.broken();
    EXPECT_EQ(again.give(chain.tip()), Outcome::connected);
}

TEST_F(EngineTest, ADamagedBlockIsAClearErrorOnReorganization) {
    ChainBuilder chain = matured();
    give_all(chain);
    bed_.finish();
    Rng rng(11);
    for (int i = 0; i < 3000; ++i) {
        disk_.files.flip_bit("blocks/blk00000.dat", rng);
    }
    Testbed again(disk_, primitives::regtest_params(), {});
    ASSERT_FALSE(again.broken()) << *again.broken();
    again.submit(InvalidateBlock{&again.node(chain.block(Height(1))), 1});
    again.run();
    ASSERT_TRUE(again.broken());
    EXPECT_NE(again.broken()->find("-reindex"), std::string::npos) << *again.broken();
}

TEST(EngineRestart, ComesBackAfterACleanStop) {
    TestDisk disk;
    ChainBuilder chain;
    chain.mine_empty(50);
    {
        Testbed bed(disk, primitives::regtest_params(), {});
        for (std::int32_t h = 1; h <= 50; ++h) {
            bed.submit(chain.block(Height(h)));
        }
        bed.run();
        bed.finish();
    }
    Testbed bed(disk, primitives::regtest_params(), {});
    EXPECT_EQ(bed.tip().hash(), chain.tip()->hash());
    EXPECT_EQ(bed.recovered(), 0U);
    EXPECT_EQ(bed.tip().chain_tx_count(), 51U);
}

TEST(EngineRestart, AssumedValidScriptsAreNotRun) {
    ChainBuilder chain;
    chain.mine({.payout_script = testing::p2wpkh_script(testing::test_key(1))});
    chain.mine_empty(100);
    const std::array coins{chain.reward_of(Height(1), testing::test_key(1))};
    auto tx = testing::make_spend(coins, {{Amount(1000), testing::anyone_can_spend()}});
    tx.inputs[0].witness[0][12] ^= std::byte{1};
    chain.mine({.txs = {tx}});
    const BlockPtr assumed = chain.tip();
    chain.mine_empty(2100);  // two weeks of work on top
    TestDisk disk;
    Testbed bed(disk, primitives::regtest_params(), {.assume_valid = assumed->hash()});
    for (const BlockPtr& block : chain.blocks()) {
        if (!block->header().previous.is_zero()) {
            ASSERT_TRUE(headers::accept_header(bed.tree(), block->header(), primitives::regtest_params(),
                                               unix_time(4'000'000'000)));
        }
    }
    for (std::int32_t h = 1; h <= chain.height().value(); ++h) {
        bed.submit(chain.block(Height(h)));
    }
    bed.run();
    EXPECT_EQ(bed.tip().hash(), chain.tip()->hash());
}

TEST(EnginePrune, DeletesOldFilesAndKeepsRecentBlocks) {
    TestDisk disk;
    ChainBuilder chain;
    chain.mine_empty(1200);
    Testbed bed(disk, primitives::regtest_params(), {.block_file_max = 20'000});
    for (std::int32_t h = 1; h <= 1200; ++h) {
        bed.submit(chain.block(Height(h)));
    }
    bed.run();
    bed.submit(PruneTo{Height(600), 1});
    bed.run();
    ASSERT_FALSE(bed.broken()) << *bed.broken();
    const std::int32_t pruned = bed.view().pruned_height();
    EXPECT_GT(pruned, 400);
    EXPECT_LE(pruned, 600);
    EXPECT_FALSE(bed.node(chain.block(Height(1))).is(headers::Mark::has_data));
    EXPECT_TRUE(bed.node(chain.block(Height(601))).is(headers::Mark::has_data));
    EXPECT_FALSE(*disk.files.exists("blocks/blk00000.dat"));
    bed.finish();
    Testbed again(disk, primitives::regtest_params(), {.block_file_max = 20'000});
    EXPECT_EQ(again.tip().hash(), chain.tip()->hash());
    EXPECT_EQ(again.view().pruned_height(), pruned);
}

}  // namespace
}  // namespace keel::validation
