#include "engine/chain/coin_cache.hpp"

#include <gtest/gtest.h>

#include "engine/store/memory_kv.hpp"
#include "testing/coin_model.hpp"

namespace keel::chain {
namespace {

using primitives::BlockPtr;
using testing::CoinModel;

CoinCache::Options options_of(std::uint64_t seed, std::size_t budget = kMinBudget) {
    Rng rng(seed);
    CoinCache::Options out;
    out.budget = budget;
    for (std::uint64_t& word : out.hash_key) {
        word = rng.next();
    }
    return out;
}

bool same_spent(const store::SpentCoins& spent, const CoinModel::Step& step) {
    if (spent.tx_count() != step.spent.size()) {
        return false;
    }
    for (std::size_t tx = 0; tx < step.spent.size(); ++tx) {
        if (spent.tx_end(tx) - spent.tx_begin(tx) != step.spent[tx].size()) {
            return false;
        }
        for (std::size_t i = 0; i < step.spent[tx].size(); ++i) {
            if (!(Coin::from(spent[spent.tx_begin(tx) + i]) == step.spent[tx][i])) {
                return false;
            }
        }
    }
    return true;
}

// What is on disk, decoded.
std::map<OutPoint, Coin> coins_on_disk(const store::Kv& kv) {
    std::map<OutPoint, Coin> out;
    const auto snapshot = kv.snapshot();
    const auto it = snapshot->iterate(store::kCoinFamily);
    for (it->seek({}); it->valid(); it->next()) {
        const auto outpoint = store::decode_coin_key(it->key());
        auto coin = store::decode_coin(it->value());
        EXPECT_TRUE(outpoint && coin);
        if (outpoint && coin) {
            out.emplace(*outpoint, *std::move(coin));
        }
    }
    return out;
}

// A cache, its store, and the model, driven by one random sequence.
class World {
public:
    explicit World(std::uint64_t seed, std::size_t budget = kMinBudget, CoinModel::BlockShape shape = {})
        : rng_(seed), shape_(shape), kv_(2), options_(options_of(seed, budget)) {
        reopen();
    }

    void step() {
        const std::uint64_t dice = rng_.below(100);
        if (dice < 45) {
            connect();
        } else if (dice < 55) {
            settle_one();
        } else if (dice < 62) {
            rollback_some();
        } else if (dice < 67) {
            refuse_bad_block();
        } else if (dice < 73) {
            disconnect_some();
        } else if (dice < 80) {
            freeze();
        } else if (dice < 88) {
            run_or_return_job();
        } else if (dice < 94) {
            look_up();
        } else if (dice < 98) {
            plan();
        } else {
            crash();
        }
    }

    void check_everything() {
        cache_->check_invariants();
        std::vector<OutPoint> all;
        for (const auto& [outpoint, coin] : model_.coins()) {
            all.push_back(outpoint);
        }
        CoinBatch batch;
        ASSERT_TRUE(cache_->find_many(all, batch));
        for (std::size_t i = 0; i < all.size(); ++i) {
            ASSERT_TRUE(batch[i].has_value());
            ASSERT_EQ(Coin::from(*batch[i]), model_.coins().at(all[i]));
        }
        ASSERT_EQ(cache_->stats().total_coins, model_.coins().size());
        ASSERT_EQ(cache_->best_block(), model_.tip());
        ASSERT_EQ(cache_->height(), model_.height());
        cache_->check_invariants();
    }

    // Blocks, each flushed now and then as a node would.
    void grow(int blocks) {
        for (int i = 0; i < blocks; ++i) {
            connect();
            if (cache_->wants_flush()) {
                flush_now();
            }
        }
    }
    void flush_now() {
        settle_all();
        finish_job();
        freeze();
        finish_job();
    }
    void finish_job() {
        while (job_ != nullptr) {
            run_or_return_job();
        }
    }
    void connect() {
        const BlockPtr block = model_.make_block(rng_, shape_);
        if (planned_ && rng_.chance(1, 2)) {
            ASSERT_TRUE(cache_->merge(*planned_));
        }
        PrefetchJob job;
        ConnectOptions options{model_.height() + 1, static_cast<Overwrites>(rng_.below(2)), nullptr};
        if (rng_.chance(1, 2)) {
            job = cache_->plan_prefetch(*block, options.overwrites);
            job.run(kv_);
            run_or_return_job();
            ASSERT_TRUE(cache_->merge(job));
            options.prefetched = &job;
        }
        auto delta = cache_->connect(*block, options);
        ASSERT_TRUE(delta.has_value());
        model_.connect(block);
        ASSERT_TRUE(same_spent(*delta->spent(), model_.steps().back()));
        unsettled_.push_back(*std::move(delta));
    }

    CoinCache& cache() { return *cache_; }
    CoinModel& model() { return model_; }
    store::MemoryKv& kv() { return kv_; }
    Rng& rng() { return rng_; }
    std::size_t crashes() const { return crashes_; }
    std::uint64_t evicted() const { return evicted_before_ + cache_->stats().evicted; }

private:
    void settle_one() {
        if (!unsettled_.empty()) {
            cache_->settle();
            unsettled_.erase(unsettled_.begin());
        }
    }
    void settle_all() {
        while (!unsettled_.empty()) {
            settle_one();
        }
    }
    void rollback_some() {
        for (std::uint64_t n = rng_.below(3); n > 0 && !unsettled_.empty(); --n) {
            cache_->rollback(*model_.steps().back().block, unsettled_.back());
            unsettled_.pop_back();
            model_.disconnect();
        }
    }
    // One input is spent twice: nothing may change.
    void refuse_bad_block() {
        const BlockPtr good = model_.make_block(rng_, shape_);
        std::vector<primitives::MutableTx> txs;
        for (std::size_t i = 0; i < good->tx_count(); ++i) {
            txs.push_back(primitives::MutableTx::from(good->tx(i)));
        }
        if (txs.size() < 3) {
            return;
        }
        txs.back().inputs[0].prevout = txs[1].inputs[0].prevout;
        const BlockPtr bad = primitives::Block::assemble(good->header(), txs);
        const auto delta = cache_->connect(*bad, {model_.height() + 1, Overwrites::impossible, nullptr});
        ASSERT_FALSE(delta.has_value());
        ASSERT_EQ(delta.error().kind, ConnectError::Kind::missing_input);
        ASSERT_EQ(delta.error().tx, txs.size() - 1);
        ASSERT_EQ(delta.error().input, 0U);
        ASSERT_EQ(delta.error().spent->tx_count(), txs.size() - 1);
        const std::size_t missing = delta.error().spent->tx_begin(txs.size() - 2);
        ASSERT_EQ((*delta.error().spent)[missing].height, primitives::kNoHeight);
    }
    void disconnect_some() {
        settle_all();
        for (std::uint64_t n = rng_.below(4); n > 0 && model_.steps().size() > 1; --n) {
            const CoinModel::Step& top = model_.steps().back();
            store::SpentCoins spent;
            for (const auto& tx : top.spent) {
                spent.begin_tx();
                for (const Coin& coin : tx) {
                    spent.add(coin.view());
                }
            }
            ASSERT_EQ(cache_->disconnect(*top.block, spent), true);
            model_.disconnect();
        }
    }
    void freeze() {
        if (cache_->flushing()) {
            return;
        }
        settle_all();
        job_ = cache_->freeze();
        job_ran_ = false;
        if (job_ != nullptr) {
            frozen_ = model_;
        }
    }
    void run_or_return_job() {
        if (job_ == nullptr) {
            return;
        }
        if (!job_ran_) {
            ASSERT_TRUE(job_->run(kv_));
            job_ran_ = true;
            on_disk_ = frozen_;
        } else {
            cache_->flushed(std::move(job_));
        }
    }
    void look_up() {
        std::vector<OutPoint> wanted;
        for (int i = 0; i < 20; ++i) {
            if (const auto coin = model_.random_coin(rng_)) {
                wanted.push_back(*coin);
                wanted.push_back({coin->txid, coin->index + 1});
            }
        }
        CoinBatch batch;
        ASSERT_TRUE(cache_->find_many(wanted, batch));
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto known = model_.coins().find(wanted[i]);
            ASSERT_EQ(batch[i].has_value(), known != model_.coins().end());
            if (batch[i]) {
                ASSERT_EQ(Coin::from(*batch[i]), known->second);
            }
        }
    }
    // A job that is given back at some later time, when much may have changed.
    void plan() {
        planned_ = cache_->plan_prefetch(*model_.make_block(rng_, shape_), Overwrites::refuse);
        planned_->run(kv_);
    }
    void crash() {
        ++crashes_;
        evicted_before_ += cache_->stats().evicted;
        cache_.reset();
        job_.reset();
        planned_.reset();
        unsettled_.clear();
        kv_.crash(rng_);
        model_ = on_disk_;
        reopen();
        ASSERT_EQ(coins_on_disk(kv_), model_.coins());
    }
    void reopen() {
        auto cache = CoinCache::open(kv_, options_);
        ASSERT_TRUE(cache.has_value());
        cache_.emplace(*std::move(cache));
        ASSERT_EQ(cache_->best_block(), model_.tip());
        ASSERT_EQ(cache_->height(), model_.height());
    }

    Rng rng_;
    CoinModel::BlockShape shape_;
    store::MemoryKv kv_;
    CoinCache::Options options_;
    std::optional<CoinCache> cache_;
    CoinModel model_;
    CoinModel frozen_;
    CoinModel on_disk_;
    std::vector<BlockDelta> unsettled_;
    std::unique_ptr<FlushJob> job_;
    bool job_ran_ = false;
    std::optional<PrefetchJob> planned_;
    std::size_t crashes_ = 0;
    std::uint64_t evicted_before_ = 0;
};

TEST(CoinCache, EqualsAPlainMapUnderRandomBlocksReorgsFlushesAndCrashes) {
    std::size_t crashes = 0;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE(seed);
        World world(seed);
        for (int i = 0; i < 600; ++i) {
            world.step();
            if (i % 50 == 0) {
                world.check_everything();
            }
            if (::testing::Test::HasFatalFailure()) {
                return;
            }
        }
        world.check_everything();
        world.flush_now();
        ASSERT_EQ(coins_on_disk(world.kv()), world.model().coins());
        crashes += world.crashes();
    }
    EXPECT_GT(crashes, 100U);
}

TEST(CoinCache, EqualsAPlainMapWhenMostCoinsDoNotFitIntoMemory) {
    std::uint64_t evicted = 0;
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        SCOPED_TRACE(seed);
        World world(seed, kMinBudget, {.txs = 100, .outputs_max = 60});
        world.grow(40);
        world.flush_now();
        for (int i = 0; i < 100 && !::testing::Test::HasFatalFailure(); ++i) {
            world.step();
        }
        world.check_everything();
        evicted += world.evicted();
    }
    EXPECT_GT(evicted, 50'000U);
}

// Making room for a block pushes out coins that the same block is about to spend.
TEST(CoinCache, CoinsThatAreEvictedWhileTheirBlockConnectsAreReadAgain) {
    World world(4, kMinBudget, {.txs = 1'500, .outputs_max = 6});
    world.grow(60);
    world.check_everything();
    EXPECT_GT(world.evicted(), 50'000U);
}

TEST(CoinCache, StaysWithinItsBudgetAndEvictsWhatIsOnDisk) {
    World world(7, 12U << 20U, {.txs = 60, .outputs_max = 60});
    std::size_t peak = 0;
    for (int i = 0; i < 250; ++i) {
        world.grow(1);
        peak = std::max(peak, world.cache().stats().bytes);
    }
    world.check_everything();
    const CoinCacheStats stats = world.cache().stats();
    EXPECT_GT(stats.evicted, 100'000U);
    EXPECT_GT(stats.total_coins * 64, 12U << 20U);
    EXPECT_LE(peak, 12U << 20U);
}

TEST(CoinCache, ShrinkingTheBudgetGivesMemoryBack) {
    World world(8, 64U << 20U, {.txs = 60, .outputs_max = 60});
    for (int i = 0; i < 150; ++i) {
        world.connect();
    }
    world.flush_now();
    const std::size_t before = world.cache().stats().bytes;
    world.cache().set_budget(kMinBudget);
    EXPECT_LT(world.cache().stats().bytes, before / 2);
    EXPECT_LE(world.cache().stats().bytes, kMinBudget);
    world.check_everything();
}

TEST(CoinCache, ACoinCreatedAndSpentWithinAGenerationNeverReachesDisk) {
    World world(9);
    for (int i = 0; i < 30; ++i) {
        world.connect();
    }
    std::size_t created = 0;
    for (const auto& step : world.model().steps()) {
        created += step.created.size();
    }
    ASSERT_GT(created, world.model().coins().size());
    world.flush_now();
    EXPECT_EQ(world.kv().count(store::kCoinFamily), world.model().coins().size());
}

TEST(CoinCache, AGenerationOfSomeSizeGoesToDiskByIngest) {
    World world(10, 64U << 20U, {.txs = 60, .outputs_max = 60});
    while (world.cache().dirty() < 30'000) {
        world.connect();
    }
    world.flush_now();
    EXPECT_EQ(coins_on_disk(world.kv()), world.model().coins());
    EXPECT_EQ(world.cache().flushed_state().coins, world.model().coins().size());
}

TEST(CoinCache, AFailedFlushLeavesTheDiskAsItWasAndReadsGoOn) {
    World world(11);
    for (int i = 0; i < 10; ++i) {
        world.connect();
    }
    world.flush_now();
    const auto before = coins_on_disk(world.kv());
    for (int i = 0; i < 10; ++i) {
        world.connect();
        world.cache().settle();
    }
    world.kv().set_faults({100, false, false});
    auto job = world.cache().freeze();
    const auto done = job->run(world.kv());
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().fault, store::KvFault::full);
    world.cache().flushed(std::move(job));
    EXPECT_FALSE(world.cache().wants_flush());
    EXPECT_EQ(coins_on_disk(world.kv()), before);
    world.check_everything();
}

TEST(CoinCache, AnUnreadableStoreIsAnErrorNotAMissingCoin) {
    World world(12, kMinBudget);
    for (int i = 0; i < 20; ++i) {
        world.connect();
    }
    world.flush_now();
    auto reopened = CoinCache::open(world.kv(), options_of(3));
    ASSERT_TRUE(reopened.has_value());
    const BlockPtr block = world.model().make_block(world.rng(), {});
    world.kv().set_faults({std::nullopt, false, true});
    EXPECT_FALSE(reopened->find(*world.model().random_coin(world.rng())).has_value());
    const auto delta = reopened->connect(*block, {world.model().height() + 1, Overwrites::impossible, nullptr});
    ASSERT_FALSE(delta.has_value());
    EXPECT_EQ(delta.error().kind, ConnectError::Kind::disk);
    EXPECT_EQ(delta.error().disk.fault, store::KvFault::corrupt);
}

}  // namespace
}  // namespace keel::chain
