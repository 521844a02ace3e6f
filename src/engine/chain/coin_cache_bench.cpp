// The coin set under load: connecting blocks that create and spend, and writing a generation to RocksDB.
#include <chrono>
#include <filesystem>
#include <stdlib.h>

#include <benchmark/benchmark.h>

#include "edge/disk/rocks_kv.hpp"
#include "engine/chain/coin_cache.hpp"
#include "engine/store/memory_kv.hpp"

namespace keel::chain {
namespace {

namespace fs = std::filesystem;
using primitives::BlockPtr;

constexpr std::size_t kOutputsPerBlock = 4'000;

class TempDir {
public:
    TempDir() {
        std::string pattern = fs::temp_directory_path() / "keel-bench-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

Bytes witness_script(Rng& rng) {
    Bytes out(22, std::byte{0});
    out[1] = std::byte{20};
    rng.fill(MutableByteSpan(out).subspan(2));
    return out;
}

// Transactions that each spend an output of the one before and leave two more.
BlockPtr creating_block(const BlockHash& previous, std::uint64_t serial, std::size_t outputs, Rng& rng) {
    std::vector<primitives::MutableTx> txs(1);
    txs[0].inputs.resize(1);
    txs[0].inputs[0].prevout.index = OutPoint::kNullIndex;
    txs[0].inputs[0].script_sig.resize(8);
    store_le(txs[0].inputs[0].script_sig.data(), serial);
    txs[0].outputs.push_back({primitives::Amount(50), witness_script(rng)});
    while (txs.size() <= outputs / 2) {
        primitives::MutableTx tx;
        tx.inputs.push_back({{txs.back().freeze()->txid(), 0}, {}, 0, {}});
        for (int n = 0; n < 3; ++n) {
            tx.outputs.push_back(
                {primitives::Amount(static_cast<std::int64_t>(rng.below(1'000'000'000))), witness_script(rng)});
        }
        txs.push_back(std::move(tx));
    }
    primitives::Header header;
    header.previous = previous;
    return primitives::Block::assemble(header, txs);
}

CoinCache::Options options_of(std::size_t budget) {
    CoinCache::Options out{budget, {}};
    Rng rng(2);
    for (std::uint64_t& word : out.hash_key) {
        word = rng.next();
    }
    return out;
}

void connect(benchmark::State& state, CoinCache& cache, const BlockPtr& block) {
    const auto delta = cache.connect(*block, {cache.height() + 1, Overwrites::impossible, nullptr});
    if (!delta) {
        state.SkipWithError("a block does not connect");
        return;
    }
    benchmark::DoNotOptimize(delta->spent());
    cache.settle();
}

// Fills the cache with `coins`, in blocks; the time is per block of kOutputsPerBlock outputs.
class Filled {
public:
    Filled(benchmark::State& state, const store::Kv& kv, std::size_t coins)
        : cache(*CoinCache::open(kv, options_of(std::size_t{4} << 30U))) {
        connect(state, cache, creating_block(cache.best_block(), ++serial_, 0, rng));
        while (outpoints.size() < coins) {
            const BlockPtr block = creating_block(cache.best_block(), ++serial_, kOutputsPerBlock, rng);
            connect(state, cache, block);
            for (std::size_t tx = 1; tx < block->tx_count(); ++tx) {
                outpoints.push_back({block->tx(tx).txid(), 1});
                outpoints.push_back({block->tx(tx).txid(), 2});
            }
        }
    }
    CoinCache cache;
    std::vector<OutPoint> outpoints;
    Rng rng{1};

private:
    std::uint64_t serial_ = 0;
};

void create_coins(benchmark::State& state) {
    const store::MemoryKv kv(2);
    Filled filled(state, kv, static_cast<std::size_t>(state.range(0)));
    std::uint64_t serial = 1U << 30U;
    for (auto _ : state) {
        state.PauseTiming();
        const BlockPtr block = creating_block(filled.cache.best_block(), ++serial, kOutputsPerBlock, filled.rng);
        state.ResumeTiming();
        connect(state, filled.cache, block);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kOutputsPerBlock));
    const CoinCacheStats stats = filled.cache.stats();
    state.counters["bytes_per_coin"] = static_cast<double>(stats.bytes) / static_cast<double>(stats.coins);
}
BENCHMARK(create_coins)->Arg(1'000'000)->Arg(4'000'000)->Unit(benchmark::kMicrosecond)->Iterations(200);

void spend_random_coins(benchmark::State& state) {
    const store::MemoryKv kv(2);
    Filled filled(state, kv, static_cast<std::size_t>(state.range(0)));
    filled.rng.shuffle(std::span(filled.outpoints));
    std::size_t next = 0;
    for (auto _ : state) {
        state.PauseTiming();
        std::vector<primitives::MutableTx> txs(2);
        txs[0].inputs.resize(1);
        txs[0].inputs[0].prevout.index = OutPoint::kNullIndex;
        for (std::size_t i = 0; i < kOutputsPerBlock; ++i) {
            txs[1].inputs.push_back({filled.outpoints[next++], {}, 0, {}});
        }
        primitives::Header header;
        header.previous = filled.cache.best_block();
        const BlockPtr block = primitives::Block::assemble(header, txs);
        state.ResumeTiming();
        connect(state, filled.cache, block);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kOutputsPerBlock));
}
BENCHMARK(spend_random_coins)->Arg(1'000'000)->Arg(4'000'000)->Unit(benchmark::kMicrosecond)->Iterations(200);

void find_random_coins(benchmark::State& state) {
    const store::MemoryKv kv(2);
    Filled filled(state, kv, static_cast<std::size_t>(state.range(0)));
    filled.rng.shuffle(std::span(filled.outpoints));
    CoinBatch batch;
    std::size_t next = 0;
    for (auto _ : state) {
        const auto part = std::span(filled.outpoints).subspan(next, kOutputsPerBlock);
        next = (next + kOutputsPerBlock) % (filled.outpoints.size() - kOutputsPerBlock);
        benchmark::DoNotOptimize(filled.cache.find_many(part, batch).has_value());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kOutputsPerBlock));
}
BENCHMARK(find_random_coins)->Arg(1'000'000)->Unit(benchmark::kMicrosecond)->Iterations(200);

// One generation of new coins: freeze() on the owner's side, run() on the flush thread's.
void flush_generation(benchmark::State& state) {
    const TempDir dir;
    disk::RocksOptions options;
    options.path = dir.path();
    options.families = store::coin_families();
    options.profile = disk::RocksProfile::coins;
    const auto kv = disk::open_rocks(options);
    double freeze_ms = 0;
    for (auto _ : state) {
        state.PauseTiming();
        {
            Filled filled(state, **kv, static_cast<std::size_t>(state.range(0)));
            const auto begin = std::chrono::steady_clock::now();
            auto job = filled.cache.freeze();
            freeze_ms += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
            state.ResumeTiming();
            if (!job->run(**kv)) {
                state.SkipWithError("cannot flush");
            }
            state.PauseTiming();
            filled.cache.flushed(std::move(job));
        }
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.counters["freeze_ms"] = freeze_ms / static_cast<double>(state.iterations());
}
BENCHMARK(flush_generation)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->Iterations(1);

// Coins that are on disk only, read as connecting reads them: one sorted batch.
void read_coins_from_disk(benchmark::State& state) {
    const TempDir dir;
    disk::RocksOptions options;
    options.path = dir.path();
    options.families = store::coin_families();
    options.profile = disk::RocksProfile::coins;
    options.memory = 64U << 20U;
    const auto kv = disk::open_rocks(options);
    std::vector<OutPoint> outpoints;
    {
        Filled filled(state, **kv, 1'000'000);
        auto job = filled.cache.freeze();
        if (!job->run(**kv)) {
            state.SkipWithError("cannot flush");
        }
        filled.rng.shuffle(std::span(filled.outpoints));
        outpoints = std::move(filled.outpoints);
    }
    CoinCache cache = *CoinCache::open(**kv, options_of(std::size_t{1} << 30U));
    CoinBatch batch;
    std::size_t next = 0;
    for (auto _ : state) {
        const auto part = std::span(outpoints).subspan(next, kOutputsPerBlock);
        next += kOutputsPerBlock;
        benchmark::DoNotOptimize(cache.find_many(part, batch).has_value());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kOutputsPerBlock));
}
BENCHMARK(read_coins_from_disk)->Unit(benchmark::kMicrosecond)->Iterations(100);

}  // namespace
}  // namespace keel::chain
