#include "engine/p2p/tx_requests.hpp"

#include <gtest/gtest.h>

#include "engine/p2p/tx_limits.hpp"

namespace keel::p2p {
namespace {

constexpr SteadyTime kStart{microseconds(1'000'000)};

TxName name(std::uint8_t number) {
    TxName out;
    out.hash.bytes[0] = std::byte{number};
    return out;
}

struct Bench {
    TxRequests requests{Rng(7)};

    void announce(int peer, std::uint8_t tx, seconds delay = seconds(0), bool preferred = true) {
        requests.announced(PeerId(peer), name(tx), {kStart + delay, preferred});
    }
    // Who is asked at this time, for one transaction at most.
    std::optional<PeerId> asked(seconds after) {
        const auto due = requests.due(kStart + after);
        requests.check_invariants();
        EXPECT_LE(due.size(), 1U);
        return due.empty() ? std::nullopt : std::optional(due[0].peer);
    }
};

TEST(TxRequests, OnePeerIsAskedAtATimeAndTheNextWhenItIsLate) {
    Bench bench;
    bench.announce(1, 1);
    bench.announce(2, 1);
    const auto first = bench.asked(seconds(0));
    ASSERT_TRUE(first);
    EXPECT_FALSE(bench.asked(seconds(59)));
    EXPECT_EQ(bench.requests.in_flight(*first), 1U);
    const auto second = bench.asked(kTxRequestTimeout);
    ASSERT_TRUE(second);
    EXPECT_NE(*first, *second);
    EXPECT_FALSE(bench.asked(2 * kTxRequestTimeout)) << "nobody is asked twice";
    EXPECT_EQ(bench.requests.size(), 0U);
}

TEST(TxRequests, PreferredPeersComeFirst) {
    for (int round = 0; round < 20; ++round) {
        Bench bench;
        bench.announce(1, 1, seconds(0), false);
        bench.announce(2, 1, seconds(0), false);
        bench.announce(3, 1);
        EXPECT_EQ(bench.asked(seconds(0)), PeerId(3));
    }
}

TEST(TxRequests, AnAnnouncementWaitsForItsTime) {
    Bench bench;
    bench.announce(1, 1, seconds(2), false);
    EXPECT_EQ(bench.requests.next_due(), kStart + seconds(2));
    EXPECT_FALSE(bench.asked(seconds(1)));
    bench.announce(2, 1, seconds(1));
    EXPECT_EQ(bench.asked(seconds(1)), PeerId(2));
}

TEST(TxRequests, WhoDoesNotHaveItMakesRoomForTheNext) {
    Bench bench;
    bench.announce(1, 1);
    EXPECT_EQ(bench.asked(seconds(0)), PeerId(1));
    bench.announce(2, 1);
    EXPECT_FALSE(bench.asked(seconds(1)));
    bench.requests.answered(PeerId(1), name(1));
    EXPECT_EQ(bench.asked(seconds(1)), PeerId(2));
    bench.requests.gone(PeerId(2));
    EXPECT_EQ(bench.requests.size(), 0U);
}

TEST(TxRequests, WhatIsSettledIsNotAskedForAnyMore) {
    Bench bench;
    bench.announce(1, 1);
    bench.announce(2, 1);
    EXPECT_TRUE(bench.asked(seconds(0)));
    bench.requests.settled(name(1));
    EXPECT_FALSE(bench.asked(seconds(1000)));
    EXPECT_EQ(bench.requests.in_flight(PeerId(1)) + bench.requests.in_flight(PeerId(2)), 0U);
}

TEST(TxRequests, APeerCannotAnnounceWithoutEnd) {
    TxRequests requests(Rng(1));
    for (std::uint32_t i = 0; i < kTxAnnouncementsMax + 10; ++i) {
        TxName each;
        store_le(each.hash.bytes.data(), i);
        requests.announced(PeerId(1), each, {kStart, true});
    }
    EXPECT_EQ(requests.count(PeerId(1)), kTxAnnouncementsMax);
}

TEST(TxRequests, KeepsItsPromisesInRandomUse) {
    Rng rng(11);
    TxRequests requests(Rng(5));
    SteadyTime now = kStart;
    for (int i = 0; i < 20'000; ++i) {
        const PeerId peer(static_cast<std::int64_t>(rng.below(6)));
        const TxName tx = name(static_cast<std::uint8_t>(rng.below(10)));
        switch (rng.below(6)) {
            case 0: requests.answered(peer, tx); break;
            case 1: requests.settled(tx); break;
            case 2: requests.gone(peer); break;
            case 3: now += seconds(rng.below(40)); break;
            default: requests.announced(peer, tx, {now + seconds(rng.below(3)), rng.chance(1, 2)}); break;
        }
        std::map<TxName, int> at_once;
        for (const auto& request : requests.due(now)) {
            EXPECT_EQ(++at_once[request.name], 1);
        }
        requests.check_invariants();
        EXPECT_TRUE(!requests.next_due() || *requests.next_due() > now);
    }
}

}  // namespace
}  // namespace keel::p2p
