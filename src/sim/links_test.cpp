#include "sim/links.hpp"

#include <gtest/gtest.h>

namespace keel::sim {
namespace {

wire::Endpoint address(std::uint8_t number) { return {wire::NetAddress::ipv4(50, number, 1, 1), 18444}; }

class Listener final : public Host {
public:
    void on_open(PeerId peer, const wire::Endpoint&, std::optional<std::uint64_t> dial) override {
        last = peer;
        opened.push_back(dial);
    }
    void on_bytes(PeerId, ByteSpan bytes) override { text += as_text(bytes); }
    void on_close(PeerId) override { ++closed; }
    void on_dial_failed(std::uint64_t, std::string_view why) override { failures.emplace_back(why); }

    PeerId last;
    std::vector<std::optional<std::uint64_t>> opened;
    std::string text;
    int closed = 0;
    std::vector<std::string> failures;
};

class LinksTest : public ::testing::Test {
protected:
    LinksTest() {
        links.add_host(address(1), a);
        links.add_host(address(2), b);
    }
    void pass(seconds time) { scheduler.run_until(scheduler.now() + time); }
    void connect() {
        links.connect(address(1), address(2), 7);
        pass(seconds(1));
        ASSERT_EQ(a.opened.size(), 1U);
        ASSERT_EQ(b.opened.size(), 1U);
    }
    void send(PeerId from, std::string_view text) {
        links.send(from, wire::encode_raw("", to_bytes(as_bytes(text))).payload);
    }

    Scheduler scheduler;
    Buggify buggify{Rng(1), false};
    Probes probes;
    Links links{{scheduler, buggify, probes}, Rng(2)};
    Listener a;
    Listener b;
};

TEST_F(LinksTest, bytes_arrive_in_order_after_a_delay) {
    connect();
    EXPECT_EQ(a.opened[0], 7U);
    EXPECT_FALSE(b.opened[0]);
    for (const std::string_view part : {"one ", "two ", "three"}) {
        send(a.last, part);
    }
    EXPECT_TRUE(b.text.empty());
    pass(seconds(1));
    EXPECT_EQ(b.text, "one two three");
    send(b.last, "back");
    pass(seconds(1));
    EXPECT_EQ(a.text, "back");
}

TEST_F(LinksTest, bandwidth_takes_time) {
    links.set_model({.delay_min = microseconds(1), .delay_max = microseconds(1), .bytes_per_second = 1'000});
    connect();
    send(a.last, std::string(5'000, 'x'));
    pass(seconds(4));
    EXPECT_TRUE(b.text.empty());
    pass(seconds(2));
    EXPECT_EQ(b.text.size(), 5'000U);
}

TEST_F(LinksTest, a_close_follows_what_was_sent) {
    connect();
    send(a.last, "last words");
    links.close(a.last);
    send(b.last, "unheard");
    pass(seconds(1));
    EXPECT_EQ(b.text, "last words");
    EXPECT_EQ(b.closed, 1);
    EXPECT_EQ(a.closed, 0);
    EXPECT_TRUE(a.text.empty());
    EXPECT_EQ(links.connections(), 0U);
}

TEST_F(LinksTest, a_partition_holds_everything_back_until_it_heals) {
    connect();
    links.set_group(address(2), 1);
    send(a.last, "late ");
    send(a.last, "but whole");
    links.connect(address(1), address(2), 8);
    pass(seconds(60));
    EXPECT_TRUE(b.text.empty());
    EXPECT_EQ(a.failures, std::vector<std::string>{"timed out"});
    send(a.last, "!");
    links.heal();
    pass(seconds(1));
    EXPECT_EQ(b.text, "late but whole!");
}

TEST_F(LinksTest, a_reset_ends_both_sides_and_drops_what_is_on_its_way) {
    connect();
    send(a.last, "lost");
    links.reset_some(1);
    pass(seconds(1));
    EXPECT_EQ(a.closed, 1);
    EXPECT_EQ(b.closed, 1);
    EXPECT_TRUE(b.text.empty());
}

TEST_F(LinksTest, a_host_that_vanished_refuses_dials_and_is_noticed) {
    connect();
    links.remove_host(address(2));
    pass(seconds(120));
    EXPECT_EQ(a.closed, 1);
    EXPECT_EQ(b.closed, 0);
    links.connect(address(1), address(2), 9);
    pass(seconds(10));
    EXPECT_EQ(a.failures, std::vector<std::string>{"refused"});
}

TEST(Scheduler, runs_tasks_by_time_and_then_by_order_of_adding) {
    Scheduler scheduler;
    std::string order;
    scheduler.after(seconds(2), [&] { order += "c"; });
    scheduler.after(seconds(1), [&] {
        order += "a";
        scheduler.after(seconds(0), [&] { order += "b"; });
    });
    scheduler.after(seconds(2), [&] { order += "d"; });
    const SteadyTime begin = scheduler.now();
    scheduler.run_until(begin + seconds(2));
    EXPECT_EQ(order, "abcd");
    EXPECT_EQ(scheduler.now(), begin + seconds(2));
}

TEST(Buggify, a_site_sleeps_or_wakes_for_a_whole_world) {
    std::size_t awake = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Buggify world(Rng(seed), true);
        const bool first = world.awake("site");
        EXPECT_EQ(world.awake("site"), first);
        if (!first) {
            EXPECT_FALSE(world.maybe("site", 1));
        }
        awake += first ? 1U : 0U;
        world.disable();
        EXPECT_FALSE(world.awake("site"));
    }
    EXPECT_GT(awake, 60U);
    EXPECT_LT(awake, 140U);
}

}  // namespace
}  // namespace keel::sim
