#include "engine/p2p/announcements.hpp"

#include <gtest/gtest.h>

#include "engine/p2p/lab_test.hpp"
#include "engine/p2p/limits.hpp"

namespace keel::p2p {
namespace {

class AnnouncementsTest : public ::testing::Test {
protected:
    AnnouncementsTest() {
        lab_.chain.mine_empty(30);
        lab_.set_clock_after(10);
        lab_.own_chain(10);
    }
    // A peer that told us it has block 10, and perhaps that it wants headers.
    PeerId peer(bool wants_headers, std::int32_t has = 10) {
        const PeerId peer = lab_.connect(ConnectionKind::inbound);
        lab_.receive(peer, lab_.headers(has, has));
        if (wants_headers) lab_.receive(peer, wire::SendHeaders{});
        return peer;
    }
    Actions extend_to(std::int32_t height) {
        lab_.now.unix = std::max(lab_.now.unix, unix_time(lab_.block(height)->header().time));
        for (std::int32_t h = lab_.tip->height().value() + 1; h <= height; ++h)
            lab_.store(lab_.block(h));
        return lab_.set_tip(lab_.node(height));
    }
    Lab lab_;
};

TEST_F(AnnouncementsTest, ByHeadersToThoseWhoAskedAndByInvToOthers) {
    const PeerId modern = peer(true);
    const PeerId old = peer(false);
    const Actions actions = extend_to(11);
    EXPECT_EQ(sent<wire::Headers>(actions, modern), std::vector{lab_.headers(11, 11)});
    EXPECT_TRUE(sent<wire::Inv>(actions, modern).empty());
    EXPECT_EQ(sent<wire::Inv>(actions, old), std::vector{block_inv(lab_.block(11)->hash())});
}

TEST_F(AnnouncementsTest, SeveralBlocksAtOnce) {
    const PeerId modern = peer(true);
    EXPECT_EQ(sent<wire::Headers>(extend_to(13), modern), std::vector{lab_.headers(11, 13)});
    EXPECT_EQ(sent<wire::Headers>(extend_to(14), modern), std::vector{lab_.headers(14, 14)})
        << "what was sent before connects";
}

TEST_F(AnnouncementsTest, TooManyAreLeftToTheirSync) {
    const PeerId modern = peer(true);
    const Actions actions = extend_to(10 + static_cast<std::int32_t>(kAnnounceMax) + 1);
    EXPECT_TRUE(sent<wire::Headers>(actions, modern).empty());
    EXPECT_EQ(sent<wire::Inv>(actions, modern).size(), 1U);
}

TEST_F(AnnouncementsTest, HeadersThatWouldNotConnectBecomeAnInv) {
    const PeerId behind = peer(true, 5);
    EXPECT_EQ(sent<wire::Inv>(extend_to(11), behind), std::vector{block_inv(lab_.block(11)->hash())});
}

TEST_F(AnnouncementsTest, NothingIsAnnouncedBackToWhoHasIt) {
    const PeerId source = peer(true);
    lab_.now.unix = unix_time(lab_.block(11)->header().time);
    lab_.receive(source, lab_.headers(11, 11));
    const Actions actions = extend_to(11);
    EXPECT_TRUE(sent<wire::Headers>(actions, source).empty());
    EXPECT_TRUE(sent<wire::Inv>(actions, source).empty());
}

TEST_F(AnnouncementsTest, NothingIsAnnouncedInTheInitialDownload) {
    Lab lab;
    lab.chain.mine_empty(3);
    lab.now.unix += std::chrono::hours(48);
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    const Actions actions = lab.own_chain(3);
    EXPECT_TRUE(sent<wire::Inv>(actions, peer).empty());
    EXPECT_TRUE(lab.sync().initial_download);
}

TEST_F(AnnouncementsTest, AReorganizationAnnouncesTheNewBranch) {
    const PeerId modern = peer(true);
    testing::ChainBuilder fork = lab_.chain;
    fork.rewind_to(primitives::Height(8));
    fork.mine_empty(3, 5);
    lab_.now.unix = std::max(lab_.now.unix, unix_time(fork.tip()->header().time));
    wire::Headers expected;
    const Node* tip = nullptr;
    for (std::int32_t h = 9; h <= 11; ++h) {
        tip = &lab_.store(fork.block(primitives::Height(h)));
        expected.headers.push_back(tip->header());
    }
    EXPECT_EQ(sent<wire::Headers>(lab_.set_tip(*tip), modern), std::vector{expected});
}

TEST_F(AnnouncementsTest, TakingBlocksBackAnnouncesNothing) {
    const PeerId modern = peer(true);
    const Actions actions = lab_.set_tip(lab_.node(9));
    EXPECT_TRUE(sent<wire::Headers>(actions, modern).empty());
    EXPECT_TRUE(sent<wire::Inv>(actions, modern).empty());
}

TEST_F(AnnouncementsTest, HeadersAreAskedForOnceThePeersChainIsWorthIt) {
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    EXPECT_EQ(sent<wire::SendHeaders>(lab_.receive(peer, lab_.headers(9, 9)), peer).size(), 1U);
    EXPECT_TRUE(sent<wire::SendHeaders>(lab_.receive(peer, lab_.headers(10, 10)), peer).empty());
}

}  // namespace
}  // namespace keel::p2p
