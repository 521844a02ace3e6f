#include <benchmark/benchmark.h>

#include "base/rng.hpp"
#include "crypto/hash.hpp"
#include "crypto/sha256_kernels.hpp"

namespace keel::crypto {
namespace {

Bytes data_of(std::int64_t size) {
    Bytes out(static_cast<std::size_t>(size));
    Rng(1).fill(out);
    return out;
}

void count_bytes(benchmark::State& state, std::size_t each) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(each));
}

void sha256_of(benchmark::State& state) {
    const Bytes data = data_of(state.range(0));
    for (auto _ : state) {
        benchmark::DoNotOptimize(sha256(data));
    }
    count_bytes(state, data.size());
}
BENCHMARK(sha256_of)->Arg(32)->Arg(64)->Arg(1'000'000);

void hash160_of_a_key(benchmark::State& state) {
    const Bytes data = data_of(33);
    for (auto _ : state) {
        benchmark::DoNotOptimize(hash160(data));
    }
}
BENCHMARK(hash160_of_a_key);

void sha512_of(benchmark::State& state) {
    const Bytes data = data_of(state.range(0));
    for (auto _ : state) {
        benchmark::DoNotOptimize(sha512(data));
    }
    count_bytes(state, data.size());
}
BENCHMARK(sha512_of)->Arg(64)->Arg(1'000'000);

// One merkle level of 1,000 pairs.
void merkle_level(benchmark::State& state, const Sha256Kernel& kernel) {
    const Bytes in = data_of(64 * 1000);
    std::vector<RawHash> out(1000);
    for (auto _ : state) {
        sha256d_64(kernel, out, in);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * 1000);
}

// 2,000 messages of the sizes that transactions have.
void txids(benchmark::State& state, const Sha256Kernel& kernel) {
    const Bytes in = data_of(2000 + 700);
    std::vector<Pieces> messages;
    Rng rng(2);
    std::size_t total = 0;
    for (std::size_t i = 0; i < 2000; ++i) {
        const std::size_t size = rng.chance(1, 10) ? rng.between(300, 700) : rng.between(80, 260);
        const ByteSpan all = ByteSpan(in).subspan(i, size);
        messages.push_back({all.first(4), all.subspan(4, size - 8), all.last(4)});
        total += size;
    }
    std::vector<RawHash> out(messages.size());
    for (auto _ : state) {
        sha256d_many(kernel, messages, out);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * 2000);
    count_bytes(state, total);
}

// Registered by hand: which kernels exist is known only at run time.
const bool kRegistered = [] {
    for (const Sha256Kernel& kernel : sha256_kernels()) {
        const std::string suffix = "/" + std::string(kernel.name);
        benchmark::RegisterBenchmark(("merkle_level" + suffix).c_str(), merkle_level, kernel);
        benchmark::RegisterBenchmark(("txids" + suffix).c_str(), txids, kernel);
    }
    return true;
}();

}  // namespace
}  // namespace keel::crypto
