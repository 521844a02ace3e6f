#include <benchmark/benchmark.h>

#include "base/rng.hpp"
#include "rules/consensus/connect.hpp"
#include "rules/consensus/merkle.hpp"
#include "testing/block_builder.hpp"
#include "testing/header_list.hpp"

namespace keel::consensus {
namespace {

using primitives::MutableTx;

constexpr std::size_t kTxs = 2'500;

Bytes key_hash_script() {
    using script::Opcode;
    return script::ScriptBuilder()
        .op(Opcode::op_dup)
        .op(Opcode::op_hash160)
        .push(Bytes(20))
        .op(Opcode::op_equalverify)
        .op(Opcode::op_checksig)
        .bytes();
}

// As large as blocks are today: two inputs and two outputs each, of the size of key hash spends.
BlockPtr large_block() {
    std::vector<MutableTx> txs{testing::make_coinbase(Height(100), Amount(0))};
    for (std::uint32_t i = 1; i < kTxs; ++i) {
        MutableTx tx =
            testing::make_spend({testing::some_outpoint(2 * i), testing::some_outpoint(2 * i + 1)}, Amount(1));
        tx.outputs.push_back({.value = Amount(1), .script = {}});
        for (primitives::TxInput& input : tx.inputs) {
            input.script_sig = script::ScriptBuilder().push(Bytes(72)).push(Bytes(33)).bytes();
        }
        for (primitives::TxOutput& output : tx.outputs) {
            output.script = key_hash_script();
        }
        txs.push_back(std::move(tx));
    }
    primitives::Header header;
    header.version = 4;
    header.time = 1'700'100'000;
    header.bits = CompactTarget(0x207FFFFF);
    return testing::mine(header, txs);
}

testing::HeaderList parents() {
    testing::HeaderList past;
    for (std::uint32_t i = 0; i < 100; ++i) {
        primitives::Header header;
        header.time = 1'700'000'000 + i * 600;
        past.push(header, BlockHash{});
    }
    return past;
}

void count_txs(benchmark::State& state) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTxs));
}

void check_block(benchmark::State& state) {
    const BlockPtr block = large_block();
    for (auto _ : state) {
        benchmark::DoNotOptimize(consensus::check_block(block, primitives::regtest_params()));
    }
    count_txs(state);
}
BENCHMARK(check_block)->Unit(benchmark::kMicrosecond);

void check_block_context(benchmark::State& state) {
    const auto checked = consensus::check_block(large_block(), primitives::regtest_params());
    const testing::HeaderList past = parents();
    for (auto _ : state) {
        benchmark::DoNotOptimize(consensus::check_block_context(*checked, past, primitives::regtest_params()));
    }
    count_txs(state);
}
BENCHMARK(check_block_context)->Unit(benchmark::kMicrosecond);

void connect(benchmark::State& state) {
    const auto checked = consensus::check_block(large_block(), primitives::regtest_params());
    const testing::HeaderList past = parents();
    const Bytes script = key_hash_script();
    const std::vector<CoinView> coins(2 * (kTxs - 1), CoinView{Amount(5), Height(1), false, script});
    for (auto _ : state) {
        benchmark::DoNotOptimize(consensus::connect({*checked, past, primitives::regtest_params(), coins}));
    }
    count_txs(state);
}
BENCHMARK(connect)->Unit(benchmark::kMicrosecond);

void merkle_root(benchmark::State& state) {
    Rng rng(1);
    std::vector<RawHash> leaves(static_cast<std::size_t>(state.range(0)));
    for (RawHash& leaf : leaves) {
        rng.fill(leaf.bytes);
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(consensus::merkle_root(leaves));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(merkle_root)->Arg(200)->Arg(2'500)->Arg(10'000)->Unit(benchmark::kMicrosecond);

void next_work_required(benchmark::State& state) {
    testing::HeaderList past;
    primitives::Header header;
    header.bits = CompactTarget(0x1D00FFFF);
    for (int i = 0; i < 2'016; ++i) {
        header.time += 600;
        past.push(header, BlockHash{});
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(consensus::next_work_required(past, header.time, primitives::main_params().pow));
    }
}
BENCHMARK(next_work_required);

}  // namespace
}  // namespace keel::consensus
