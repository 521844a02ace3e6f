#include <gtest/gtest.h>

#include "engine/chain/coin_cache.hpp"
#include "engine/store/memory_kv.hpp"

namespace keel::chain {
namespace {

using primitives::BlockPtr;

CoinCache::Options options_of(std::uint64_t key) { return {kMinBudget, {key, 2, 3, 4, 5, 6, 7, 8}}; }

// BIP30. Two blocks with the same coinbase transaction, whose output is unspent.
class Bip30 : public ::testing::TestWithParam<bool> {
protected:
    static BlockPtr block_with(const BlockHash& previous, std::uint32_t nonce) {
        primitives::MutableTx coinbase;
        coinbase.inputs.resize(1);
        coinbase.inputs[0].prevout.index = OutPoint::kNullIndex;
        coinbase.inputs[0].script_sig = Bytes(8, std::byte{7});
        coinbase.outputs.push_back({primitives::Amount(50), Bytes(5, std::byte{0x51})});
        primitives::Header header;
        header.previous = previous;
        header.nonce = nonce;
        return primitives::Block::assemble(header, std::span(&coinbase, 1));
    }
    // A cache in which the first block is connected, and flushed and forgotten if the parameter says so.
    void SetUp() override {
        CoinCache first = *CoinCache::open(kv_, options_of(1));
        genesis_ = block_with({}, 0);
        first_ = block_with(genesis_->hash(), 1);
        second_ = block_with(first_->hash(), 2);
        ASSERT_TRUE(first.connect(*genesis_, {Height(0), Overwrites::refuse, nullptr}));
        ASSERT_TRUE(first.connect(*first_, {Height(1), Overwrites::refuse, nullptr}));
        first.settle();
        first.settle();
        cache_.emplace(std::move(first));
        if (GetParam()) {
            auto job = cache_->freeze();
            ASSERT_TRUE(job->run(kv_));
            cache_.emplace(*CoinCache::open(kv_, options_of(2)));
        }
    }
    [[nodiscard]] OutPoint coin() const { return {first_->tx(0).txid(), 0}; }

    store::MemoryKv kv_{2};
    std::optional<CoinCache> cache_;
    BlockPtr genesis_;
    BlockPtr first_;
    BlockPtr second_;
};

TEST_P(Bip30, AnUnspentOutputIsNotOverwritten) {
    const auto delta = cache_->connect(*second_, {Height(2), Overwrites::refuse, nullptr});
    ASSERT_FALSE(delta.has_value());
    EXPECT_EQ(delta.error().kind, ConnectError::Kind::overwrites);
    EXPECT_EQ(cache_->find(coin()).value()->height, Height(1));
    EXPECT_EQ(cache_->best_block(), first_->hash());
}

TEST_P(Bip30, APrefetchedAnswerIsUsed) {
    PrefetchJob job = cache_->plan_prefetch(*second_, Overwrites::refuse);
    job.run(kv_);
    ASSERT_TRUE(cache_->merge(job));
    const auto delta = cache_->connect(*second_, {Height(2), Overwrites::refuse, &job});
    ASSERT_FALSE(delta.has_value());
    EXPECT_EQ(delta.error().kind, ConnectError::Kind::overwrites);
}

TEST_P(Bip30, AnAnswerToAnotherQuestionIsNotUsed) {
    PrefetchJob job = cache_->plan_prefetch(*second_, Overwrites::impossible);
    job.run(kv_);
    ASSERT_TRUE(cache_->merge(job));
    const auto delta = cache_->connect(*second_, {Height(2), Overwrites::refuse, &job});
    ASSERT_FALSE(delta.has_value());
    EXPECT_EQ(delta.error().kind, ConnectError::Kind::overwrites);
}

TEST_P(Bip30, TheHistoricExceptionsReplaceTheCoinAndCanBeRolledBack) {
    auto delta = cache_->connect(*second_, {Height(2), Overwrites::allow, nullptr});
    ASSERT_TRUE(delta.has_value());
    EXPECT_EQ(cache_->find(coin()).value()->height, Height(2));
    EXPECT_EQ(cache_->stats().total_coins, 1U);
    cache_->check_invariants();
    cache_->rollback(*second_, *delta);
    EXPECT_EQ(cache_->find(coin()).value()->height, Height(1));
    EXPECT_EQ(cache_->stats().total_coins, 1U);
    cache_->check_invariants();
}

TEST_P(Bip30, AReplacedCoinReachesDisk) {
    ASSERT_TRUE(cache_->connect(*second_, {Height(2), Overwrites::allow, nullptr}));
    cache_->settle();
    auto job = cache_->freeze();
    ASSERT_TRUE(job->run(kv_));
    EXPECT_EQ(store::decode_coin(*kv_.get(store::kCoinFamily, store::CoinKey(coin()).span()).value())->height,
              Height(2));
    EXPECT_EQ(kv_.count(store::kCoinFamily), 1U);
}

INSTANTIATE_TEST_SUITE_P(InMemoryAndOnDisk, Bip30, ::testing::Bool());

}  // namespace
}  // namespace keel::chain
