#include <thread>

#include <benchmark/benchmark.h>

#include "edge/runtime/mailbox.hpp"
#include "edge/runtime/worker_pool.hpp"

namespace keel::runtime {
namespace {

// A sender against a receiver that takes everything it finds.
void mailbox_post(benchmark::State& state) {
    Mailbox<int> mailbox;
    std::thread receiver([&mailbox] {
        std::vector<int> batch;
        while (mailbox.wait(batch, std::nullopt)) {
        }
    });
    for (auto _ : state) {
        mailbox.post(1);
    }
    mailbox.close();
    receiver.join();
}
BENCHMARK(mailbox_post);

void pool_loop_of_100(benchmark::State& state) {
    WorkerPool pool(1, "bench");
    for (auto _ : state) {
        pool.parallel_for(100, 1, [](std::size_t begin, std::size_t) { benchmark::DoNotOptimize(begin); });
    }
}
BENCHMARK(pool_loop_of_100);

void pool_submit(benchmark::State& state) {
    WorkerPool pool(1, "bench");
    for (auto _ : state) {
        pool.submit([] {});
    }
}
BENCHMARK(pool_submit);

}  // namespace
}  // namespace keel::runtime
