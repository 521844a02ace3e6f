#include "testing/chain_builder.hpp"

#include <gtest/gtest.h>

#include "testing/scripts.hpp"

namespace keel::testing {
namespace {

using primitives::Amount;
using primitives::Height;

TEST(ChainBuilder, BlocksLinkAndMeetTheirTarget) {
    ChainBuilder chain;
    chain.mine_empty(20);
    ASSERT_EQ(chain.height(), Height(20));
    for (int h = 1; h <= 20; ++h) {
        const auto& block = chain.block(Height(h));
        EXPECT_EQ(block->header().previous, chain.block(Height(h - 1))->hash());
        EXPECT_LE(U256::from_le(block->hash().bytes), chain.params().pow.limit);
        EXPECT_EQ(hash_cast<RawHash>(block->header().merkle_root), hash_cast<RawHash>(block->tx(0).txid()));
    }
}

TEST(ChainBuilder, TheSameStepsGiveTheSameChainAndAnotherTagAnother) {
    ChainBuilder a;
    ChainBuilder b;
    a.mine_empty(3);
    b.mine_empty(3);
    EXPECT_EQ(a.tip()->hash(), b.tip()->hash());
    b.rewind_to(Height(2));
    b.mine_empty(1, 7);
    EXPECT_NE(a.tip()->hash(), b.tip()->hash());
    EXPECT_EQ(a.block(Height(2))->hash(), b.block(Height(2))->hash());
}

TEST(ChainBuilder, SpendsOfEveryKindGetInputsOfTheirKind) {
    const auto key = test_key(1);
    const struct {
        Bytes script;
        std::size_t witness_items;
        bool has_script_sig;
    } kinds[] = {{p2pk_script(key), 0, true},
                 {p2pkh_script(key), 0, true},
                 {p2wpkh_script(key), 2, false},
                 {p2tr_script(key), 1, false}};
    ChainBuilder chain;
    for (const auto& kind : kinds) {
        chain.mine({.payout_script = kind.script});
        const OwnedCoin coin = chain.reward_of(chain.height(), key);
        EXPECT_TRUE(coin.coin.coinbase);
        const auto tx = make_spend({&coin, 1}, {{Amount(1000), anyone_can_spend()}});
        EXPECT_EQ(tx.inputs[0].witness.size(), kind.witness_items);
        EXPECT_EQ(!tx.inputs[0].script_sig.empty(), kind.has_script_sig);
    }
}

TEST(ChainBuilder, CommitmentCoversTheTransactions) {
    const auto key = test_key(2);
    ChainBuilder chain;
    chain.mine({.payout_script = p2wpkh_script(key)});
    const OwnedCoin coin = chain.reward_of(Height(1), key);
    const auto spend = make_spend({&coin, 1}, {{Amount(1000), anyone_can_spend()}});
    const auto with = chain.mine({.txs = {spend}});
    ASSERT_EQ(with->tx_count(), 2U);
    EXPECT_TRUE(with->tx(1).has_witness());
    ChainBuilder other = chain;
    other.rewind_to(Height(1));
    other.mine_empty(1);
    EXPECT_FALSE(equal(with->tx(0).output(1).script(), other.tip()->tx(0).output(1).script()));
}

}  // namespace
}  // namespace keel::testing
