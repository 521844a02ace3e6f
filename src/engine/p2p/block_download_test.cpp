#include "engine/p2p/block_download.hpp"

#include <gtest/gtest.h>

#include "engine/p2p/lab_test.hpp"

namespace keel::p2p {
namespace {

// A lab whose tip is old (initial download) and whose peers have the builder's chain.
class BlockDownloadTest : public ::testing::Test {
protected:
    void build(std::int32_t height) {
        lab_.chain.mine_empty(height);
        lab_.now.unix = unix_time(lab_.block(height)->header().time) + std::chrono::hours(24 * 30);
        for (std::int32_t h = 1; h <= height; ++h) {
            KEEL_ASSERT(headers::accept_header(lab_.tree, lab_.block(h)->header(), lab_.chain.params(), lab_.now.unix));
        }
    }
    // A peer that has the chain up to this height.
    PeerId peer_with(std::int32_t height, ConnectionKind kind = ConnectionKind::outbound_full,
                     std::uint64_t services = kFullNode) {
        const PeerId peer = lab_.connect(kind, nullptr, services);
        actions_ = lab_.receive(peer, lab_.headers(height, height));
        return peer;
    }
    Actions deliver(PeerId peer, std::int32_t height) {
        return lab_.receive(peer, wire::BlockMessage{lab_.block(height)});
    }
    // Validation stores a submitted block at once.
    Actions take(std::int32_t height) {
        lab_.store(lab_.block(height));
        return lab_.handle(BlockTaken{lab_.block(height)->hash()});
    }
    std::vector<std::int32_t> heights(const std::vector<BlockHash>& hashes) {
        std::vector<std::int32_t> out;
        for (const BlockHash& hash : hashes)
            out.push_back(lab_.tree.find(hash)->height().value());
        return out;
    }
    static std::vector<std::int32_t> range(std::int32_t first, std::int32_t last) {
        std::vector<std::int32_t> out;
        for (std::int32_t h = first; h <= last; ++h)
            out.push_back(h);
        return out;
    }

    Lab lab_;
    Actions actions_;  // of the last peer_with
};

TEST_F(BlockDownloadTest, AsksForTheLowestBlocksWithTheirWitness) {
    build(40);
    const PeerId peer = peer_with(40);
    EXPECT_EQ(heights(asked(actions_, peer)), range(1, kBlocksInFlightPerPeer));
    EXPECT_EQ(sent<wire::GetData>(actions_, peer)[0].entries[0].type, wire::InvType::witness_block);
    EXPECT_EQ(lab_.stats(peer).in_flight, range(1, kBlocksInFlightPerPeer));
}

TEST_F(BlockDownloadTest, PeersShareTheWork) {
    build(40);
    peer_with(40);
    const PeerId second = peer_with(40);
    EXPECT_EQ(heights(asked(actions_, second)), range(17, 32));
}

TEST_F(BlockDownloadTest, APeerIsAskedOnlyForWhatItHas) {
    build(40);
    const PeerId peer = peer_with(5);
    EXPECT_EQ(heights(asked(actions_, peer)), range(1, 5));
}

TEST_F(BlockDownloadTest, RequestsAreToppedUpAsBlocksArrive) {
    build(40);
    const PeerId peer = peer_with(40);
    std::vector<std::int32_t> more;
    for (std::int32_t h = 1; h <= 4; ++h) {
        for (const std::int32_t height : heights(asked(deliver(peer, h), peer)))
            more.push_back(height);
    }
    EXPECT_EQ(more, range(17, 20));
}

TEST_F(BlockDownloadTest, AnArrivedBlockGoesToValidationOnce) {
    build(40);
    const PeerId peer = peer_with(40);
    const auto submitted = all_of<SubmitBlock>(deliver(peer, 1));
    ASSERT_EQ(submitted.size(), 1U);
    EXPECT_EQ(submitted[0].node, &lab_.node(1));
    EXPECT_EQ(submitted[0].source, peer);
    EXPECT_TRUE(submitted[0].requested);
    EXPECT_TRUE(all_of<SubmitBlock>(deliver(peer, 1)).empty()) << "while validation has it";
    take(1);
    EXPECT_TRUE(all_of<SubmitBlock>(deliver(peer, 1)).empty()) << "and when it is stored";
}

TEST_F(BlockDownloadTest, AClosedPeersWorkGoesToOthers) {
    build(16);
    const PeerId first = peer_with(16);
    const PeerId second = peer_with(16);
    EXPECT_TRUE(asked(actions_, second).empty());
    EXPECT_EQ(heights(asked(lab_.handle(PeerClosed{first}), second)), range(1, 16));
}

TEST_F(BlockDownloadTest, InboundPeersAreUsedOnlyWithoutOthers) {
    build(40);
    const PeerId inbound = peer_with(40, ConnectionKind::inbound);
    EXPECT_EQ(asked(actions_, inbound).size(), 16U) << "there is nobody else";
    const PeerId chosen = peer_with(40);
    EXPECT_EQ(asked(actions_, chosen).size(), 16U);
    const PeerId late = peer_with(40, ConnectionKind::inbound);
    EXPECT_TRUE(asked(actions_, late).empty());
}

TEST_F(BlockDownloadTest, PrunedPeersAreNotUsedInTheInitialDownload) {
    build(40);
    const PeerId peer = peer_with(40, ConnectionKind::manual, 8U | 1024U);
    EXPECT_TRUE(asked(actions_, peer).empty());
}

TEST_F(BlockDownloadTest, PeersWithoutWitnessesAreOfNoUse) {
    build(40);
    const PeerId peer = peer_with(40, ConnectionKind::manual, 1);
    EXPECT_TRUE(asked(actions_, peer).empty());
}

TEST_F(BlockDownloadTest, ChainsWithLessWorkThanOursAreNotFetched) {
    build(10);
    testing::ChainBuilder fork;
    fork.mine_empty(9, 7);
    for (std::int32_t h = 1; h <= 9; ++h) {
        KEEL_ASSERT(headers::accept_header(lab_.tree, fork.block(primitives::Height(h))->header(), fork.params(),
                                           lab_.now.unix));
    }
    lab_.own_chain(10);
    const PeerId peer = lab_.connect(ConnectionKind::outbound_full);
    const Actions actions = lab_.receive(peer, wire::Headers{{fork.tip()->header()}});
    EXPECT_TRUE(asked(actions, peer).empty());
}

TEST_F(BlockDownloadTest, AForkWithMoreWorkIsFetchedFromTheForkPoint) {
    build(10);
    testing::ChainBuilder fork = lab_.chain;
    fork.rewind_to(primitives::Height(6));
    fork.mine_empty(5, 7);
    lab_.own_chain(10);
    const PeerId peer = lab_.connect(ConnectionKind::outbound_full);
    wire::Headers message;
    for (std::int32_t h = 7; h <= 11; ++h)
        message.headers.push_back(fork.block(primitives::Height(h))->header());
    EXPECT_EQ(heights(asked(lab_.receive(peer, message), peer)), range(7, 11));
}

TEST_F(BlockDownloadTest, AFailedBranchIsLeftAlone) {
    build(10);
    lab_.own_chain(3);
    lab_.tree.set_failed(lab_.node(6));
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    lab_.receive(peer, lab_.headers(5, 5));
    EXPECT_EQ(lab_.stats(peer).in_flight, range(4, 5));
}

TEST_F(BlockDownloadTest, TheWindowEndsBeyondTheTip) {
    build(kDownloadWindow + 40);
    const PeerId peer = peer_with(kDownloadWindow + 40);
    std::int32_t highest = 0;
    for (std::int32_t h = 1; h <= kDownloadWindow; ++h) {
        deliver(peer, h);
        take(h);
        for (const std::int32_t asked : lab_.stats(peer).in_flight)
            highest = std::max(highest, asked);
    }
    EXPECT_EQ(highest, kDownloadWindow);
    EXPECT_EQ(heights(asked(lab_.set_tip(lab_.node(10)), peer)), range(kDownloadWindow + 1, kDownloadWindow + 10));
}

class StallTest : public BlockDownloadTest {
protected:
    // Everything but block 1 is there; `slow_` was asked for it.
    void stall() {
        build(kDownloadWindow + 40);
        slow_ = peer_with(1);
        quick_ = peer_with(kDownloadWindow + 40);
        for (std::int32_t h = 2; h <= kDownloadWindow; ++h) {
            deliver(quick_, h);
            take(h);
        }
    }
    PeerId slow_{0};
    PeerId quick_{0};
};

TEST_F(StallTest, APeerThatHoldsTheWindowBackIsClosed) {
    stall();
    EXPECT_FALSE(close_of(lab_.advance(kStallTimeoutMin - milliseconds(1)), slow_));
    const Actions actions = lab_.advance(milliseconds(1));
    EXPECT_EQ(close_of(actions, slow_), CloseReason::block_stalling);
    EXPECT_EQ(heights(asked(actions, quick_)), range(1, 1));
}

TEST_F(StallTest, AnArrivalEndsTheStall) {
    stall();
    lab_.advance(seconds(1));
    deliver(slow_, 1);
    take(1);
    EXPECT_FALSE(close_of(lab_.advance(minutes(1)), slow_));
}

TEST_F(StallTest, TheTimeoutDoublesAndShrinksAgain) {
    stall();
    lab_.advance(seconds(3));
    EXPECT_FALSE(lab_.is_connected(slow_));
    // The quick one has the block now; somebody else waits for it.
    const PeerId third = peer_with(kDownloadWindow + 40);
    EXPECT_FALSE(close_of(lab_.advance(kStallTimeoutMin + seconds(1)), quick_));
    EXPECT_EQ(close_of(lab_.advance(seconds(1)), quick_), CloseReason::block_stalling) << "four seconds this time";
    deliver(third, 1);
    take(1);
    for (int i = 0; i < 20; ++i)
        lab_.set_tip(lab_.node(i + 1));
    EXPECT_TRUE(lab_.is_connected(third));
}

TEST_F(StallTest, WhileValidationIsBehindNobodyIsBlamed) {
    build(kDownloadWindow + 40);
    const PeerId slow = lab_.connect(ConnectionKind::outbound_full);
    const PeerId quick = lab_.connect(ConnectionKind::outbound_full);
    lab_.own_chain(10);
    // `slow` has block 600; everything else in the window is stored, the tip is still far below.
    for (std::int32_t h = 11; h < 600; ++h)
        lab_.store(lab_.block(h));
    for (std::int32_t h = 601; h <= 10 + kDownloadWindow; ++h)
        lab_.store(lab_.block(h));
    lab_.receive(slow, lab_.headers(600, 600));
    lab_.receive(quick, lab_.headers(kDownloadWindow + 40, kDownloadWindow + 40));
    EXPECT_EQ(lab_.stats(slow).in_flight, range(600, 600));
    EXPECT_FALSE(close_of(lab_.advance(seconds(10)), slow));
}

TEST_F(BlockDownloadTest, ABlockThatNeverComesClosesItsPeer) {
    build(3);
    const PeerId peer = peer_with(3);
    const seconds spacing(lab_.chain.params().pow.target_spacing);
    EXPECT_NE(close_of(lab_.advance(spacing - seconds(1)), peer), CloseReason::block_timeout);
    EXPECT_EQ(close_of(lab_.advance(seconds(2)), peer), CloseReason::block_timeout);
}

TEST_F(BlockDownloadTest, AnIdlePeerTakesOverFromASlowOne) {
    build(3);
    const PeerId slow = peer_with(3);
    const PeerId other = peer_with(3);
    EXPECT_TRUE(asked(lab_.advance(kReassignAfter - milliseconds(1)), other).empty());
    const Actions actions = lab_.advance(milliseconds(1));
    EXPECT_EQ(heights(asked(actions, other)), range(1, 1));
    EXPECT_TRUE(lab_.is_connected(slow));
    EXPECT_EQ(all_of<SubmitBlock>(deliver(slow, 1)).size(), 1U) << "whoever is first";
}

TEST_F(BlockDownloadTest, TwoSilentPeersDoNotPassABlockToAndFro) {
    build(1);
    const PeerId first = peer_with(1);
    const PeerId second = peer_with(1);
    EXPECT_EQ(heights(asked(lab_.advance(kReassignAfter), second)), range(1, 1));
    const PeerId third = lab_.connect(ConnectionKind::outbound_full);
    EXPECT_TRUE(asked(lab_.advance(2 * kReassignAfter), first).empty()) << "it had its chance";
    EXPECT_EQ(heights(asked(lab_.receive(third, lab_.headers(1, 1)), third)), range(1, 1));
}

TEST_F(BlockDownloadTest, NearTheTipWhoeverAnnouncesIsAskedAtOnce) {
    build(12);
    lab_.set_clock_after(12);
    lab_.own_chain(11);
    const PeerId peer = lab_.connect(ConnectionKind::inbound, nullptr, 8);
    EXPECT_EQ(heights(asked(lab_.receive(peer, lab_.headers(12, 12)), peer)), range(12, 12));
}

TEST_F(BlockDownloadTest, AnAnnouncementByInvOfAKnownHeaderIsFetched) {
    build(12);
    lab_.set_clock_after(12);
    lab_.own_chain(11);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    EXPECT_EQ(heights(asked(lab_.receive(peer, block_inv(lab_.block(12)->hash())), peer)), range(12, 12));
}

TEST_F(BlockDownloadTest, PrunedPeersAreAskedForRecentBlocksOnly) {
    build(400);
    lab_.own_chain(50);
    lab_.set_clock_after(50);  // the initial download is over, and the clock then moves on
    lab_.handle(Tick{});
    lab_.now.unix += std::chrono::hours(240);
    const PeerId peer = peer_with(400, ConnectionKind::inbound, 8U | 1024U);
    const auto first = heights(asked(actions_, peer));
    ASSERT_FALSE(first.empty());
    EXPECT_EQ(first[0], 400 - (kLimitedPeerBlocks - 2) + 1);
}

TEST(BlockCreditTest, RequestsWaitForValidation) {
    Lab lab(Config{.validation_bytes = 3 * primitives::kMaxBlockBytes});
    lab.chain.mine_empty(40);
    lab.now.unix += std::chrono::hours(24 * 30);
    const PeerId peer = lab.connect(ConnectionKind::outbound_full);
    Actions actions = lab.receive(peer, lab.headers(1, 40));
    EXPECT_EQ(asked(actions, peer).size(), 3U) << "of unknown size: the largest is assumed";
    EXPECT_TRUE(lab.sync().waiting_for_validation);
    actions = lab.receive(peer, wire::BlockMessage{lab.block(1)});
    EXPECT_EQ(asked(actions, peer).size(), 14U) << "small blocks: the estimate follows";
}

TEST(BlockCreditTest, HeldBlocksCountUntilTheyAreTaken) {
    BlockCredit credit(10'000'000);
    for (int i = 0; i < 200; ++i)
        credit.arrived(1'000'000);
    EXPECT_EQ(credit.offer(), 2'000'000U);
    BlockHash hash;
    EXPECT_TRUE(credit.hold(hash, 9'000'000));
    EXPECT_FALSE(credit.hold(hash, 9'000'000));
    EXPECT_EQ(credit.offer(), 0U);
    EXPECT_FALSE(credit.has_room(1'000'001));
    credit.taken(hash);
    credit.taken(hash);
    EXPECT_EQ(credit.held_bytes(), 0U);
    EXPECT_EQ(credit.offer(), 2'000'000U);
}

TEST(BlockCreditTest, OneBlockMayAlwaysBeAskedFor) {
    BlockCredit credit(1);
    EXPECT_EQ(credit.offer(), primitives::kMaxBlockBytes);
    credit.reserve(credit.offer());
    EXPECT_EQ(credit.offer(), 0U);
}

}  // namespace
}  // namespace keel::p2p
