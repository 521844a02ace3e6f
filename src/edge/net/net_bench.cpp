// Throughput over loopback: blocks of one megabyte from one Network to another, decoding included.
#include <condition_variable>
#include <mutex>

#include <benchmark/benchmark.h>

#include "edge/net/network.hpp"
#include "rules/primitives/block.hpp"

namespace keel::net {
namespace {

// 4,000 transactions of 250 bytes.
primitives::BlockPtr ordinary_block() {
    primitives::MutableTx tx;
    tx.inputs.resize(1);
    tx.inputs[0].script_sig.resize(107);
    tx.outputs.resize(2);
    tx.outputs[0].script.resize(25);
    tx.outputs[1].script.resize(25);
    return primitives::Block::assemble({}, std::vector<primitives::MutableTx>(4000, tx));
}

void blocks_over_loopback(benchmark::State& state) {
    NullLogger logger;
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<PeerId> peer;
    std::size_t received = 0;
    Options options;
    options.threads = 1;
    Network server(
        options,
        [&](Event event) {
            const std::lock_guard lock(mutex);
            if (std::holds_alternative<Received>(event)) ++received;
            changed.notify_all();
        },
        logger);
    Network client(
        options,
        [&](Event event) {
            const std::lock_guard lock(mutex);
            if (const auto* connected = std::get_if<Connected>(&event)) peer = connected->peer;
            changed.notify_all();
        },
        logger);
    const auto at = server.listen({wire::NetAddress::ipv4(127, 0, 0, 1), 0});
    client.dial(0, wire::to_string(at.value_or(wire::Endpoint{})));
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return peer.has_value(); });
    const auto block = ordinary_block();
    constexpr std::size_t kBatch = 30;
    for (auto _ : state) {
        const std::size_t goal = received + kBatch;
        lock.unlock();
        for (std::size_t i = 0; i < kBatch; ++i) {
            client.send(*peer, wire::BlockMessage{block});
        }
        lock.lock();
        changed.wait(lock, [&] { return received == goal; });
    }
    lock.unlock();
    state.SetBytesProcessed(
        static_cast<std::int64_t>(static_cast<std::size_t>(state.iterations()) * kBatch * block->raw().size()));
    client.stop();
    server.stop();
}
BENCHMARK(blocks_over_loopback)->UseRealTime();

}  // namespace
}  // namespace keel::net
