#include <benchmark/benchmark.h>

#include "rules/primitives/block.hpp"
#include "rules/primitives/params.hpp"
#include "testing/data.hpp"

namespace keel::primitives {
namespace {

// A real block of 3,721 transactions and 1.6 MB.
constexpr const char* kBlock =
    "blocks/mainnet/0800000-00000000000000000002a7c4c1e48d76c5a37902165a270156b7a8d72728a054.blk";

void block_parse(benchmark::State& state) {
    const auto path = testing::data_path(kBlock);
    const Bytes raw = path ? testing::read_file(*path) : to_bytes(main_params().genesis->raw());
    for (auto _ : state) {
        benchmark::DoNotOptimize(Block::parse(raw));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(raw.size()));
}
BENCHMARK(block_parse)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace keel::primitives
