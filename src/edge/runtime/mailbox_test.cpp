#include "edge/runtime/mailbox.hpp"

#include <algorithm>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "edge/runtime/actor_thread.hpp"

namespace keel::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(Mailbox, keeps_the_order_of_each_sender) {
    constexpr int kSenders = 4;
    constexpr int kEach = 20'000;
    Mailbox<std::pair<int, int>> mailbox;
    std::vector<std::thread> senders;
    for (int s = 0; s < kSenders; ++s) {
        senders.emplace_back([&mailbox, s] {
            for (int i = 0; i < kEach; ++i) {
                ASSERT_TRUE(mailbox.post({s, i}));
            }
        });
    }
    std::vector<int> next(kSenders, 0);
    std::vector<std::pair<int, int>> batch;
    int received = 0;
    while (received < kSenders * kEach) {
        ASSERT_TRUE(mailbox.wait(batch, std::nullopt));
        for (const auto& [sender, number] : batch) {
            ASSERT_EQ(number, next[static_cast<std::size_t>(sender)]++);
            ++received;
        }
    }
    for (std::thread& sender : senders) {
        sender.join();
    }
}

TEST(Mailbox, waits_until_the_deadline_and_not_longer) {
    Mailbox<int> mailbox;
    std::vector<int> batch;
    const auto start = steady_clock::now();
    EXPECT_TRUE(mailbox.wait(batch, start + milliseconds(20)));
    EXPECT_TRUE(batch.empty());
    EXPECT_GE(steady_clock::now() - start, milliseconds(20));
    EXPECT_TRUE(mailbox.wait(batch, start - milliseconds(1)));
}

TEST(Mailbox, a_wake_before_the_wait_is_not_lost) {
    Mailbox<int> mailbox;
    mailbox.wake();
    std::vector<int> batch;
    EXPECT_TRUE(mailbox.wait(batch, std::nullopt));
    EXPECT_TRUE(batch.empty());
}

TEST(Mailbox, closing_keeps_what_is_there_and_refuses_more) {
    Mailbox<std::unique_ptr<int>> mailbox;
    EXPECT_TRUE(mailbox.post(std::make_unique<int>(7)));
    mailbox.close();
    EXPECT_FALSE(mailbox.post(std::make_unique<int>(8)));
    std::vector<std::unique_ptr<int>> batch;
    ASSERT_TRUE(mailbox.wait(batch, std::nullopt));
    ASSERT_EQ(batch.size(), 1U);
    EXPECT_EQ(*batch[0], 7);
    EXPECT_FALSE(mailbox.wait(batch, std::nullopt));
    EXPECT_TRUE(batch.empty());
}

TEST(Credits, go_below_zero_by_one_item_only) {
    Credits credits(10);
    EXPECT_TRUE(credits.try_take(4));
    EXPECT_TRUE(credits.try_take(100));
    EXPECT_FALSE(credits.try_take(1));
    EXPECT_FALSE(credits.give(94));
    EXPECT_EQ(credits.left(), 0);
    EXPECT_TRUE(credits.give(1));
    EXPECT_FALSE(credits.give(1));
    EXPECT_TRUE(credits.try_take(2));
}

TEST(Credits, are_conserved_among_threads) {
    Credits credits(5);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&credits] {
            for (int i = 0; i < 20'000; ++i) {
                if (credits.try_take(3)) credits.give(3);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(credits.left(), 5);
}

TEST(ActorThread, handles_everything_posted_before_stop_in_order) {
    std::vector<int> seen;
    ActorThread<int> actor("test", {[&seen](int i) { seen.push_back(i); }, [] { return std::optional<Deadline>(); }});
    for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(actor.post(i));
    }
    actor.stop();
    EXPECT_FALSE(actor.post(0));
    ASSERT_EQ(seen.size(), 1000U);
    EXPECT_TRUE(std::ranges::is_sorted(seen));
}

TEST(ActorThread, rests_at_the_time_it_named_and_when_woken) {
    std::atomic<int> rests{0};
    std::atomic<bool> soon{true};
    {
        ActorThread<int> actor("a name longer than fifteen", {[](int) {},
                                                              [&]() -> std::optional<Deadline> {
                                                                  if (++rests < 5 && soon) return Deadline::min();
                                                                  return std::nullopt;
                                                              }});
        while (rests < 5) {
            std::this_thread::yield();
        }
        soon = false;
        actor.wake();
        while (rests < 6) {
            std::this_thread::yield();
        }
    }
    EXPECT_EQ(rests, 6);
}

TEST(ThreadName, is_that_of_the_calling_thread) {
    set_thread_name("outer");
    std::thread([] {
        EXPECT_EQ(thread_name(), "");
        set_thread_name("inner");
        EXPECT_EQ(thread_name(), "inner");
    }).join();
    EXPECT_EQ(thread_name(), "outer");
}

}  // namespace
}  // namespace keel::runtime
