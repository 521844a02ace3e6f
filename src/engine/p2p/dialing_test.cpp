#include "engine/p2p/dialing.hpp"

#include <gtest/gtest.h>

#include "engine/p2p/lab_test.hpp"
#include "engine/p2p/limits.hpp"

namespace keel::p2p {
namespace {

ControlFailure answer(const Actions& actions) { return all_of<Answer>(actions).at(0).failure; }

AddNode command(std::string target, AddNode::Mode mode) { return {std::move(target), mode, 1}; }

TEST(Dialing, AddedNodesAreDialedAtOnceAndAgainWithGrowingDelays) {
    Lab lab;
    auto dials = all_of<Dial>(lab.handle(command("a:1", AddNode::Mode::add)));
    ASSERT_EQ(dials.size(), 1U);
    EXPECT_EQ(dials[0].target, "a:1");
    EXPECT_EQ(dials[0].kind, ConnectionKind::manual);
    for (const int delay : {1, 2, 4, 8, 16, 32, 60, 60}) {
        lab.handle(DialFailed{dials[0].token, "refused"});
        EXPECT_TRUE(all_of<Dial>(lab.advance(seconds(delay) - milliseconds(1))).empty()) << delay;
        dials = all_of<Dial>(lab.advance(milliseconds(1)));
        ASSERT_EQ(dials.size(), 1U) << delay;
    }
}

TEST(Dialing, EndedConnectionsAreRenewed) {
    Lab lab;
    const auto dial = all_of<Dial>(lab.handle(command("a:1", AddNode::Mode::add))).at(0);
    lab.handle(PeerConnected{.peer = PeerId(50), .kind = ConnectionKind::manual, .dial = dial.token});
    {
        const RoleHolder role(p2p_role);
        EXPECT_EQ(lab.engine.added_nodes().at(0).peer, PeerId(50));
    }
    EXPECT_TRUE(all_of<Dial>(lab.advance(seconds(30))).empty());
    lab.handle(PeerClosed{PeerId(50)});
    EXPECT_EQ(all_of<Dial>(lab.advance(seconds(1))).size(), 1U);
}

TEST(Dialing, APeerThatTurnsTheEncryptedTransportDownIsDialedPlainlyAtOnce) {
    Lab lab(Config{.v2_transport = true});
    const auto dial = all_of<Dial>(lab.handle(command("a:1", AddNode::Mode::add))).at(0);
    EXPECT_EQ(dial.transport, wire::TransportKind::v2);
    lab.handle(PeerConnected{.peer = PeerId(50), .kind = ConnectionKind::manual, .dial = dial.token});
    const auto again = all_of<Dial>(lab.handle(PeerClosed{PeerId(50), true}));
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].target, "a:1");
    EXPECT_EQ(again[0].transport, wire::TransportKind::v1);
    // The new connection is the entry's, so nothing else is dialed.
    lab.handle(PeerConnected{.peer = PeerId(51), .kind = ConnectionKind::manual, .dial = again[0].token});
    EXPECT_TRUE(all_of<Dial>(lab.advance(minutes(1))).empty());
    lab.handle(PeerClosed{PeerId(51)});
    EXPECT_EQ(all_of<Dial>(lab.advance(seconds(1))).at(0).transport, wire::TransportKind::v2);
}

TEST(Dialing, TheUserChoosesTheTransport) {
    Lab lab(Config{.v2_transport = true});
    AddNode plain = command("a:1", AddNode::Mode::one_try);
    plain.use_v2 = false;
    EXPECT_EQ(all_of<Dial>(lab.handle(plain)).at(0).transport, wire::TransportKind::v1);
    EXPECT_EQ(all_of<Dial>(lab.handle(command("b:1", AddNode::Mode::one_try))).at(0).transport,
              wire::TransportKind::v2);
}

TEST(Dialing, OneTryIsOneTry) {
    Lab lab;
    const auto dial = all_of<Dial>(lab.handle(command("a:1", AddNode::Mode::one_try))).at(0);
    lab.handle(DialFailed{dial.token, "refused"});
    EXPECT_TRUE(all_of<Dial>(lab.advance(minutes(10))).empty());
    const RoleHolder role(p2p_role);
    EXPECT_TRUE(lab.engine.added_nodes().empty());
}

TEST(Dialing, AnswersAreTold) {
    Lab lab;
    EXPECT_EQ(answer(lab.handle(command("", AddNode::Mode::add))), ControlFailure::empty_target);
    EXPECT_EQ(answer(lab.handle(command("a", AddNode::Mode::remove))), ControlFailure::not_added);
    EXPECT_EQ(answer(lab.handle(command("a", AddNode::Mode::add))), ControlFailure::none);
    EXPECT_EQ(answer(lab.handle(command("a", AddNode::Mode::add))), ControlFailure::already_added);
    EXPECT_EQ(answer(lab.handle(command("a", AddNode::Mode::remove))), ControlFailure::none);
    for (std::size_t i = 0; i < kManualNodesMax; ++i) {
        lab.handle(command("n" + std::to_string(i), AddNode::Mode::add));
    }
    EXPECT_EQ(answer(lab.handle(command("b", AddNode::Mode::add))), ControlFailure::too_many_nodes);
}

TEST(Dialing, ALostAnswerIsAFailure) {
    Lab lab;
    lab.handle(command("a", AddNode::Mode::add));
    EXPECT_EQ(all_of<Dial>(lab.advance(kDialTimeout + seconds(1))).size(), 1U);
}

TEST(Dialing, SwitchingTheNetworkOffClosesEverythingAndDialsNothing) {
    Lab lab;
    lab.handle(command("a", AddNode::Mode::add));
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    EXPECT_EQ(close_of(lab.handle(SetNetworkActive{false, 1}), peer), CloseReason::network_inactive);
    EXPECT_TRUE(all_of<Dial>(lab.advance(minutes(10))).empty());
    Actions actions;
    const PeerId late = lab.attach(ConnectionKind::inbound, &actions);
    EXPECT_EQ(close_of(actions, late), CloseReason::network_inactive);
    EXPECT_EQ(all_of<Dial>(lab.handle(SetNetworkActive{true, 2})).size(), 1U);
}

TEST(Dialing, DisconnectIsAnswered) {
    Lab lab;
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    Actions actions = lab.handle(Disconnect{peer, 3});
    EXPECT_EQ(close_of(actions, peer), CloseReason::requested);
    EXPECT_EQ(answer(actions), ControlFailure::none);
    EXPECT_EQ(answer(lab.handle(Disconnect{peer, 4})), ControlFailure::no_such_peer);
}

}  // namespace
}  // namespace keel::p2p
