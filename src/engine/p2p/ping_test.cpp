#include "engine/p2p/ping.hpp"

#include <gtest/gtest.h>

#include "engine/p2p/lab_test.hpp"
#include "engine/p2p/limits.hpp"

namespace keel::p2p {
namespace {

TEST(Ping, AnswersWithTheSameNonce) {
    Lab lab;
    lab.pongs = false;
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    EXPECT_EQ(sent<wire::Pong>(lab.receive(peer, wire::Ping{42}), peer).at(0).nonce, 42U);
}

TEST(Ping, MeasuresTheRoundTrip) {
    Lab lab;
    lab.pongs = false;
    Actions actions;
    const PeerId peer = lab.connect(ConnectionKind::inbound, &actions);
    const auto first = sent<wire::Ping>(actions, peer);
    ASSERT_EQ(first.size(), 1U) << "the first ping goes out with the end of the handshake";
    lab.advance(milliseconds(120));
    EXPECT_EQ(lab.stats(peer).ping_wait, milliseconds(120));
    lab.receive(peer, wire::Pong{first[0].nonce});
    EXPECT_EQ(lab.stats(peer).ping_time, milliseconds(120));
    EXPECT_EQ(lab.stats(peer).ping_min, milliseconds(120));
    EXPECT_FALSE(lab.stats(peer).ping_wait);

    const auto second = sent<wire::Ping>(lab.advance(kPingInterval), peer);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_NE(second[0].nonce, first[0].nonce);
    lab.now.steady += milliseconds(500) - (lab.now.steady - SteadyTime(microseconds(1'000'000)) - kPingInterval);
    lab.receive(peer, wire::Pong{second[0].nonce});
    EXPECT_EQ(lab.stats(peer).ping_time, milliseconds(500));
    EXPECT_EQ(lab.stats(peer).ping_min, milliseconds(120));
}

TEST(Ping, AWrongNonceIsNoAnswer) {
    Lab lab;
    lab.pongs = false;
    Actions actions;
    const PeerId peer = lab.connect(ConnectionKind::inbound, &actions);
    const auto ping = sent<wire::Ping>(actions, peer).at(0);
    lab.receive(peer, wire::Pong{ping.nonce + 1});
    EXPECT_FALSE(lab.stats(peer).ping_time);
    EXPECT_TRUE(lab.stats(peer).ping_wait);
    lab.receive(peer, wire::Pong{0});
    EXPECT_FALSE(lab.stats(peer).ping_wait) << "a zero answer ends the ping without a measure";
    EXPECT_FALSE(lab.stats(peer).ping_time);
}

TEST(Ping, SilenceClosesThePeer) {
    Lab lab;
    lab.pongs = false;
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    EXPECT_FALSE(close_of(lab.advance(kPingTimeout - seconds(1)), peer));
    EXPECT_EQ(close_of(lab.advance(seconds(2)), peer), CloseReason::ping_timeout);
}

TEST(Ping, TheUserMayPingNow) {
    Lab lab;
    lab.pongs = false;
    Actions actions;
    const PeerId peer = lab.connect(ConnectionKind::inbound, &actions);
    lab.receive(peer, wire::Pong{sent<wire::Ping>(actions, peer).at(0).nonce});
    actions = lab.handle(PingAll{.ticket = 9});
    EXPECT_EQ(sent<wire::Ping>(actions, peer).size(), 1U);
    EXPECT_EQ(all_of<Answer>(actions).at(0).ticket, 9U);
}

TEST(Ping, PeersOlderThanBip31AreLeftAlone) {
    Lab lab;
    lab.pongs = false;
    const PeerId peer = lab.attach(ConnectionKind::inbound);
    auto version = std::get<wire::Version>(Lab::version());
    version.version = 60000;
    lab.receive(peer, version);
    EXPECT_TRUE(sent<wire::Ping>(lab.receive(peer, wire::Verack{}), peer).empty());
    EXPECT_TRUE(lab.receive(peer, wire::Ping{0}).empty());
    EXPECT_FALSE(close_of(lab.advance(kPingTimeout * 2), peer));
}

}  // namespace
}  // namespace keel::p2p
