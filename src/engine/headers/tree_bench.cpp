#include <benchmark/benchmark.h>

#include "base/rng.hpp"
#include "engine/headers/tree.hpp"
#include "rules/primitives/params.hpp"

namespace keel::headers {
namespace {

void insert_header(benchmark::State& state) {
    Tree tree(primitives::regtest_params().genesis->header());
    const Node* tip = &tree.genesis();
    for (auto _ : state) {
        primitives::Header header = tip->header();
        header.previous = tip->hash();
        header.time += 600;
        tip = &tree.insert(header, *tip);
    }
}
BENCHMARK(insert_header);

void find_ancestor(benchmark::State& state) {
    Tree tree(primitives::regtest_params().genesis->header());
    const Node* tip = &tree.genesis();
    constexpr std::int32_t kLength = 900'000;
    for (std::int32_t i = 0; i < kLength; ++i) {
        primitives::Header header = tip->header();
        header.previous = tip->hash();
        tip = &tree.insert(header, *tip);
    }
    Rng rng(1);
    for (auto _ : state) {
        benchmark::DoNotOptimize(tip->ancestor(primitives::Height(static_cast<std::int32_t>(rng.below(kLength)))));
    }
}
BENCHMARK(find_ancestor);

}  // namespace
}  // namespace keel::headers
