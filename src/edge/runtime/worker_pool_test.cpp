#include "edge/runtime/worker_pool.hpp"

#include <numeric>

#include <gtest/gtest.h>

namespace keel::runtime {
namespace {

TEST(WorkerPool, a_loop_covers_every_index_once) {
    for (const std::size_t threads : {0U, 1U, 3U}) {
        WorkerPool pool(threads, "test");
        EXPECT_EQ(pool.threads(), threads);
        for (const std::size_t count : {0U, 1U, 7U, 1000U}) {
            for (const std::size_t chunk : {0U, 1U, 3U, 5000U}) {
                std::vector<int> hits(count, 0);
                pool.parallel_for(count, chunk, [&](std::size_t begin, std::size_t end) {
                    EXPECT_LT(begin, end);
                    for (std::size_t i = begin; i < end; ++i) {
                        ++hits[i];
                    }
                });
                EXPECT_EQ(std::accumulate(hits.begin(), hits.end(), 0), static_cast<int>(count));
            }
        }
    }
}

TEST(WorkerPool, loops_of_several_callers_do_not_mix) {
    WorkerPool pool(2, "test");
    std::vector<std::thread> callers;
    for (std::size_t c = 1; c <= 4; ++c) {
        callers.emplace_back([&pool, c] {
            for (int round = 0; round < 200; ++round) {
                std::atomic<std::size_t> sum{0};
                pool.parallel_for(50 * c, 4, [&](std::size_t begin, std::size_t end) { sum += end - begin; });
                ASSERT_EQ(sum, 50 * c);
            }
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }
}

TEST(WorkerPool, submitted_jobs_run_and_report_their_end) {
    std::atomic<int> ran{0};
    std::atomic<int> finished{0};
    {
        WorkerPool pool(2, "test", [&] { ++finished; });
        for (int i = 0; i < 1000; ++i) {
            pool.submit([&] { ++ran; });
        }
        while (finished < 1000) {
            std::this_thread::yield();
        }
    }
    EXPECT_EQ(ran, 1000);
}

TEST(WorkerPool, without_threads_jobs_run_in_help_urgent_ones_first) {
    WorkerPool pool(0, "test");
    std::vector<int> order;
    pool.submit([&] { order.push_back(1); });
    pool.submit([&] { order.push_back(2); });
    pool.submit([&] { order.push_back(3); }, WorkerPool::Priority::urgent);
    EXPECT_TRUE(order.empty());
    while (pool.help()) {
    }
    EXPECT_EQ(order, (std::vector{3, 1, 2}));
    EXPECT_FALSE(pool.help());
}

TEST(WorkerPool, helping_callers_and_workers_share_the_jobs) {
    std::atomic<int> ran{0};
    WorkerPool pool(1, "test");
    for (int i = 0; i < 5000; ++i) {
        pool.submit([&] { ++ran; });
    }
    while (ran < 5000) {
        pool.help();
    }
}

TEST(WorkerPool, stops_while_jobs_are_waiting) {
    std::atomic<bool> release{false};
    std::atomic<int> ran{0};
    std::thread stopper;
    {
        WorkerPool pool(1, "test");
        pool.submit([&] {
            ++ran;
            while (!release) {
                std::this_thread::yield();
            }
        });
        while (ran == 0) {
            std::this_thread::yield();
        }
        for (int i = 0; i < 100; ++i) {
            pool.submit([&] { ++ran; });
        }
        stopper = std::thread([&] { release = true; });
    }
    stopper.join();
    EXPECT_GE(ran, 1);
}

}  // namespace
}  // namespace keel::runtime
