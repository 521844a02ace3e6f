// The coin cache with its jobs on other threads, as the daemon runs them: for ThreadSanitizer, and to see that a
// generation is exactly what was frozen however far the owner has gone on.
#include <thread>

#include <gtest/gtest.h>

#include "edge/disk/rocks_kv.hpp"
#include "engine/chain/coin_cache.hpp"
#include "engine/store/coin_stats.hpp"
#include "engine/store/memory_kv.hpp"
#include "testing/coin_model.hpp"

namespace keel::chain {
namespace {

using testing::CoinModel;

RawHash hash_of(const CoinModel& model) {
    crypto::MuHash hash;
    for (const auto& [outpoint, coin] : model.coins()) {
        Bytes bytes;
        store::append_coin_for_hash(bytes, outpoint, coin.view());
        hash.insert(bytes);
    }
    return hash.finalize();
}

void connect_with_prefetch_thread(CoinCache& cache, CoinModel& model, const store::Kv& kv, Rng& rng) {
    const auto block = model.make_block(rng, {.txs = 30, .outputs_max = 12});
    PrefetchJob job = cache.plan_prefetch(*block, Overwrites::refuse);
    std::jthread([&] { job.run(kv); }).join();
    ASSERT_TRUE(cache.merge(job));
    const auto delta = cache.connect(*block, {model.height() + 1, Overwrites::refuse, &job});
    ASSERT_TRUE(delta.has_value());
    cache.settle();
    model.connect(block);
}

void run_generations(store::Kv& kv) {
    Rng rng(3);
    CoinModel model;
    CoinCache cache = *CoinCache::open(
        kv,
        {kMinBudget, {rng.next(), rng.next(), rng.next(), rng.next(), rng.next(), rng.next(), rng.next(), rng.next()}});
    for (int generation = 0; generation < 12; ++generation) {
        for (int i = 0; i < 5; ++i) {
            connect_with_prefetch_thread(cache, model, kv, rng);
        }
        auto job = cache.freeze();
        ASSERT_NE(job, nullptr);
        const RawHash frozen = hash_of(model);
        {
            const std::jthread flush([&] { ASSERT_TRUE(job->run(kv)); });
            for (int i = 0; i < 5; ++i) {
                connect_with_prefetch_thread(cache, model, kv, rng);
            }
        }
        const auto stats = store::scan_coin_stats(kv, store::CoinHash::muhash);
        ASSERT_TRUE(stats.has_value());
        ASSERT_EQ(stats->hash, frozen);
        ASSERT_EQ(stats->state, job->state());
        ASSERT_EQ(stats->coins, job->state().coins);
        cache.flushed(std::move(job));
        cache.check_invariants();
    }
}

TEST(CoinCacheThreads, AGenerationIsWhatWasFrozenWhileTheOwnerGoesOn) {
    store::MemoryKv kv(2);
    run_generations(kv);
}

TEST(CoinCacheThreads, TheSameOnRocksDb) {
    disk::RocksOptions options;
    options.path = ::testing::TempDir() + "keel-coin-cache-threads";
    options.families = store::coin_families();
    options.profile = disk::RocksProfile::coins;
    options.wipe = true;
    auto kv = disk::open_rocks(options);
    ASSERT_TRUE(kv.has_value());
    run_generations(**kv);
}

}  // namespace
}  // namespace keel::chain
