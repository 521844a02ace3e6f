#include "engine/p2p/misbehaviour.hpp"

#include <gtest/gtest.h>

#include "engine/p2p/lab_test.hpp"
#include "engine/p2p/limits.hpp"

namespace keel::p2p {
namespace {

wire::Headers headers_without_work(const Lab& lab) {
    primitives::Header header = lab.block(0)->header();
    header.previous = lab.block(0)->hash();
    while (consensus::check_proof_of_work(header.hash(), header.bits, lab.chain.params().pow.limit))
        ++header.nonce;
    return {{header}};
}

TEST(Misbehaviour, ClosesAndDiscouragesTheAddress) {
    Lab lab(Config{.max_inbound = 2});
    const PeerId bad = lab.connect(ConnectionKind::inbound);
    EXPECT_EQ(close_of(lab.receive(bad, headers_without_work(lab)), bad), CloseReason::misbehaved);

    const auto again = [&](std::int64_t id) {
        return lab.handle(
            PeerConnected{.peer = PeerId(id), .kind = ConnectionKind::inbound, .remote = {Lab::address(bad), 1}});
    };
    EXPECT_TRUE(again(100).empty()) << "while there is room, a discouraged address may come back";
    EXPECT_EQ(close_of(again(101), PeerId(101)), CloseReason::discouraged) << "but not into the last slot";
    Actions actions;
    const PeerId other = lab.attach(ConnectionKind::inbound, &actions);
    EXPECT_TRUE(actions.empty());
    const PeerId full = lab.attach(ConnectionKind::inbound, &actions);
    EXPECT_EQ(close_of(actions, full), CloseReason::no_slots);
    EXPECT_TRUE(lab.is_connected(other));
}

TEST(Misbehaviour, ManualPeersStayButAreNotAskedAnyMore) {
    Lab lab;
    lab.chain.mine_empty(3);
    const PeerId peer = lab.connect(ConnectionKind::manual);
    EXPECT_FALSE(close_of(lab.receive(peer, headers_without_work(lab)), peer));
    EXPECT_TRUE(lab.is_connected(peer));
    EXPECT_TRUE(asked(lab.receive(peer, lab.headers(1, 3)), peer).empty());
}

TEST(Misbehaviour, AMessageOverItsLimitIsPunishedAndAMalformedOneIsNot) {
    Lab lab;
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    EXPECT_TRUE(lab.handle(MessageRefused{peer, {wire::WireError::Kind::malformed, {}, "inv"}}).empty());
    EXPECT_EQ(close_of(lab.handle(MessageRefused{peer, {wire::WireError::Kind::over_limit, {}, "inv"}}), peer),
              CloseReason::misbehaved);
}

TEST(Misbehaviour, DiscouragedAddressesAreBoundedAndTheOldestGoes) {
    Discouraged set;
    const auto address = [](std::size_t i) {
        return wire::NetAddress::ipv4(7, static_cast<std::uint8_t>(i >> 16U), static_cast<std::uint8_t>(i >> 8U),
                                      static_cast<std::uint8_t>(i));
    };
    for (std::size_t i = 0; i <= kDiscouragedMax; ++i)
        set.add(address(i));
    EXPECT_EQ(set.size(), kDiscouragedMax);
    EXPECT_FALSE(set.contains(address(0)));
    EXPECT_TRUE(set.contains(address(1)));
    EXPECT_TRUE(set.contains(address(kDiscouragedMax)));
}

TEST(Misbehaviour, LocalAddressesAreNeverDiscouraged) {
    Discouraged set;
    set.add(wire::NetAddress::ipv4(127, 0, 0, 1));
    EXPECT_EQ(set.size(), 0U);
}

struct Request : ::testing::TestWithParam<wire::Message> {};
TEST_P(Request, ForAServiceWeDoNotOfferClosesThePeer) {
    Lab lab;
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    EXPECT_EQ(close_of(lab.receive(peer, GetParam()), peer), CloseReason::unsupported_request);
}
INSTANTIATE_TEST_SUITE_P(Misbehaviour, Request,
                         ::testing::Values(wire::Message(wire::Mempool{}), wire::Message(wire::FilterLoad{}),
                                           wire::Message(wire::FilterAdd{}), wire::Message(wire::FilterClear{}),
                                           wire::Message(wire::GetFilters{}), wire::Message(wire::GetFilterHeaders{}),
                                           wire::Message(wire::GetFilterCheckpoints{})));

struct Chatter : ::testing::TestWithParam<wire::Message> {};
TEST_P(Chatter, IsIgnored) {
    Lab lab;
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    EXPECT_TRUE(lab.receive(peer, GetParam()).empty());
}
INSTANTIATE_TEST_SUITE_P(Misbehaviour, Chatter,
                         ::testing::Values(wire::Message(wire::GetAddr{}), wire::Message(wire::Addr{}),
                                           wire::Message(wire::AddrV2{}), wire::Message(wire::SendCompact{}),
                                           wire::Message(wire::CompactBlock{}), wire::Message(wire::BlockTxs{}),
                                           wire::Message(wire::NotFound{}), wire::Message(wire::SendTxRcncl{}),
                                           wire::Message(wire::Unknown{"alert", 9}),
                                           wire::Message(wire::Inv{{{wire::InvType::wtx, RawHash{}},
                                                                    {static_cast<wire::InvType>(99), {}}}})));

}  // namespace
}  // namespace keel::p2p
