#include "engine/p2p/handshake.hpp"

#include <gtest/gtest.h>

#include "engine/p2p/lab_test.hpp"

namespace keel::p2p {
namespace {

std::vector<std::string> commands(const Actions& actions) {
    std::vector<std::string> out;
    for (const Send& send : all_of<Send>(actions))
        out.emplace_back(wire::command_of(send.message));
    return out;
}

TEST(Handshake, OutboundSpeaksFirst) {
    Lab lab;
    Actions actions;
    const PeerId peer = lab.attach(ConnectionKind::manual, &actions);
    const auto versions = sent<wire::Version>(actions, peer);
    ASSERT_EQ(versions.size(), 1U);
    EXPECT_EQ(versions[0].version, wire::kProtocolVersion);
    EXPECT_TRUE(versions[0].services.has(wire::Service::network));
    EXPECT_TRUE(versions[0].services.has(wire::Service::witness));
    EXPECT_EQ(versions[0].user_agent, "/Keel:0.1.0/");
    EXPECT_TRUE(versions[0].relay);
    EXPECT_EQ(versions[0].time, to_seconds(lab.now.unix));
    EXPECT_EQ(versions[0].receiver.port, 8333);
}

TEST(Handshake, InboundAnswersVersionWithVersionFeaturesAndVerack) {
    Lab lab;
    Actions actions;
    const PeerId peer = lab.attach(ConnectionKind::inbound, &actions);
    EXPECT_TRUE(actions.empty());
    actions = lab.receive(peer, Lab::version());
    EXPECT_EQ(commands(actions), (std::vector<std::string>{"version", "wtxidrelay", "sendaddrv2", "verack"}));
    EXPECT_FALSE(lab.stats(peer).handshake_done);
    lab.receive(peer, wire::Verack{});
    EXPECT_TRUE(lab.stats(peer).handshake_done);
}

TEST(Handshake, OldPeersGetNoFeatureMessages) {
    Lab lab;
    const PeerId peer = lab.attach(ConnectionKind::inbound);
    auto version = std::get<wire::Version>(Lab::version());
    version.version = 70015;
    EXPECT_EQ(commands(lab.receive(peer, version)), (std::vector<std::string>{"version", "verack"}));
}

TEST(Handshake, RemembersWhatThePeerSaid) {
    Lab lab;
    const PeerId peer = lab.attach(ConnectionKind::manual);
    auto version = std::get<wire::Version>(Lab::version());
    version.user_agent = "/a\"b\n<c>:1/";
    version.start_height = 123;
    version.time = to_seconds(lab.now.unix) + 17;
    version.receiver = {wire::NetAddress::ipv4(8, 8, 4, 4), 18444};
    lab.receive(peer, version);
    lab.receive(peer, wire::WtxidRelay{});
    lab.receive(peer, wire::SendAddrV2{});
    lab.receive(peer, wire::Verack{});
    const PeerStats stats = lab.stats(peer);
    EXPECT_EQ(stats.user_agent, "/abc:1/") << "quotes, brackets and line ends must not reach logs and JSON";
    EXPECT_EQ(stats.start_height, 123);
    EXPECT_EQ(stats.time_offset, 17);
    EXPECT_TRUE(stats.wants_addrv2);
    EXPECT_TRUE(stats.wtxid_relay);
    ASSERT_TRUE(stats.local_as_seen);
    EXPECT_EQ(stats.local_as_seen->port, 18444);
}

TEST(Handshake, MessagesBeforeItsEndAreIgnored) {
    Lab lab;
    const PeerId peer = lab.attach(ConnectionKind::inbound);
    EXPECT_TRUE(lab.receive(peer, wire::Ping{5}).empty());
    EXPECT_TRUE(lab.receive(peer, wire::Verack{}).empty());
    lab.receive(peer, Lab::version());
    EXPECT_TRUE(lab.receive(peer, wire::Ping{5}).empty());
    EXPECT_TRUE(lab.is_connected(peer));
}

TEST(Handshake, ASecondVersionIsIgnored) {
    Lab lab;
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    auto version = std::get<wire::Version>(Lab::version());
    version.start_height = 999;
    EXPECT_TRUE(lab.receive(peer, version).empty());
    EXPECT_NE(lab.stats(peer).start_height, 999);
}

struct LateFeature : ::testing::TestWithParam<wire::Message> {};
TEST_P(LateFeature, ClosesThePeer) {
    Lab lab;
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    EXPECT_EQ(close_of(lab.receive(peer, GetParam()), peer), CloseReason::protocol_violation);
    EXPECT_FALSE(lab.is_connected(peer));
}
INSTANTIATE_TEST_SUITE_P(Handshake, LateFeature,
                         ::testing::Values(wire::Message(wire::WtxidRelay{}), wire::Message(wire::SendAddrV2{}),
                                           wire::Message(wire::Feature{"some", {}})));

TEST(Handshake, FeatureNeedsTheVersionThatHasIt) {
    Lab lab;
    const PeerId peer = lab.attach(ConnectionKind::inbound);
    auto version = std::get<wire::Version>(Lab::version());
    version.version = 70016;
    lab.receive(peer, version);
    EXPECT_EQ(close_of(lab.receive(peer, wire::Feature{"some", {}}), peer), CloseReason::protocol_violation);
}

TEST(Handshake, TakesTooLong) {
    Lab lab;
    const PeerId silent = lab.attach(ConnectionKind::inbound);
    const PeerId quick = lab.connect(ConnectionKind::inbound);
    EXPECT_FALSE(close_of(lab.advance(seconds(59)), silent));
    EXPECT_EQ(close_of(lab.advance(seconds(2)), silent), CloseReason::handshake_timeout);
    EXPECT_TRUE(lab.is_connected(quick));
}

TEST(Handshake, ConnectionToOurselvesIsRecognized) {
    Lab lab;
    Actions actions;
    const PeerId out = lab.attach(ConnectionKind::manual, &actions);
    const PeerId in = lab.attach(ConnectionKind::inbound);
    const wire::Version ours = sent<wire::Version>(actions, out).at(0);
    actions = lab.receive(in, ours);
    EXPECT_EQ(close_of(actions, in), CloseReason::self_connection);
    EXPECT_TRUE(sent<wire::Version>(actions, in).empty()) << "nothing is revealed to ourselves";
}

TEST(Handshake, ChosenPeersMustServeUs) {
    for (const std::uint64_t services :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{8}, std::uint64_t{8 | 1024}}) {
        Lab lab;
        lab.now.unix += std::chrono::hours(48);  // in the initial download, recent blocks are not enough
        const PeerId chosen = lab.attach(ConnectionKind::outbound_full);
        const PeerId manual = lab.attach(ConnectionKind::manual);
        EXPECT_EQ(close_of(lab.receive(chosen, Lab::version(services)), chosen), CloseReason::missing_services);
        EXPECT_FALSE(close_of(lab.receive(manual, Lab::version(services)), manual));
    }
}

TEST(Handshake, ObsoletePeersAreRefused) {
    Lab lab;
    const PeerId peer = lab.attach(ConnectionKind::inbound);
    auto version = std::get<wire::Version>(Lab::version());
    version.version = 31799;
    EXPECT_EQ(close_of(lab.receive(peer, version), peer), CloseReason::obsolete_version);
}

TEST(Handshake, FeelersLeaveWhenSomebodyAnswered) {
    Lab lab;
    const PeerId peer = lab.attach(ConnectionKind::feeler);
    EXPECT_EQ(close_of(lab.receive(peer, Lab::version()), peer), CloseReason::feeler_done);
}

TEST(Handshake, SanitizeKeepsOnlyHarmlessCharacters) {
    EXPECT_EQ(sanitize("/Satoshi:28.0.0(a_b; c)/"), "/Satoshi:28.0.0(a_b; c)/");
    EXPECT_EQ(sanitize(std::string_view("\x00\x7f\xff<>\"'\\&%", 10)), "");
}

}  // namespace
}  // namespace keel::p2p
