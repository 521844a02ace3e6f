#include "engine/p2p/block_serving.hpp"

#include <gtest/gtest.h>

#include "engine/p2p/lab_test.hpp"
#include "engine/p2p/limits.hpp"

namespace keel::p2p {
namespace {

wire::GetHeaders get_headers(std::vector<BlockHash> locator, const BlockHash& stop = {}) {
    return {wire::kProtocolVersion, std::move(locator), stop};
}

class BlockServingTest : public ::testing::Test {
protected:
    void build(std::int32_t height, Lab& lab) {
        lab.chain.mine_empty(height);
        lab.set_clock_after(height);
        lab.own_chain(height);
    }
    static wire::GetData request(const Lab& lab, std::int32_t first, std::int32_t last,
                                 wire::InvType type = wire::InvType::witness_block) {
        wire::GetData out;
        for (std::int32_t h = first; h <= last; ++h) {
            out.entries.push_back({type, hash_cast<RawHash>(lab.block(h)->hash())});
        }
        return out;
    }
    static std::vector<std::int32_t> served(const Actions& actions) {
        std::vector<std::int32_t> out;
        for (const ServeBlock& serve : all_of<ServeBlock>(actions))
            out.push_back(serve.node->height().value());
        return out;
    }

    Lab lab_;
};

TEST_F(BlockServingTest, HeadersFollowTheLastHashInCommon) {
    build(20, lab_);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    const BlockHash unknown{};
    const auto answer = sent<wire::Headers>(
        lab_.receive(peer, get_headers({unknown, lab_.block(15)->hash(), lab_.block(3)->hash()})), peer);
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_EQ(answer[0], lab_.headers(16, 20));
}

TEST_F(BlockServingTest, HeadersStopWhereTold) {
    build(20, lab_);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    const auto answer =
        sent<wire::Headers>(lab_.receive(peer, get_headers({lab_.block(3)->hash()}, lab_.block(5)->hash())), peer);
    EXPECT_EQ(answer.at(0), lab_.headers(4, 5));
}

TEST_F(BlockServingTest, NothingNewIsAnEmptyAnswer) {
    build(20, lab_);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    const auto answer = sent<wire::Headers>(lab_.receive(peer, get_headers({lab_.block(20)->hash()})), peer);
    EXPECT_TRUE(answer.at(0).headers.empty());
}

TEST_F(BlockServingTest, WithoutALocatorOneHeaderIsGiven) {
    build(20, lab_);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    const auto answer = sent<wire::Headers>(lab_.receive(peer, get_headers({}, lab_.block(7)->hash())), peer);
    EXPECT_EQ(answer.at(0), lab_.headers(7, 7));
}

TEST_F(BlockServingTest, WithTooLittleWorkTheAnswerIsEmpty) {
    Lab lab(Config{.minimum_chain_work = U256(1000)});
    build(20, lab);
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    const auto answer = sent<wire::Headers>(lab.receive(peer, get_headers({lab.block(3)->hash()})), peer);
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_TRUE(answer[0].headers.empty());
}

TEST_F(BlockServingTest, GetBlocksGivesHashesAndGoesOnWhenTheLastIsFetched) {
    build(kGetBlocksMax + 10, lab_);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    const auto batch =
        sent<wire::Inv>(lab_.receive(peer, wire::GetBlocks{wire::kProtocolVersion, {lab_.block(0)->hash()}, {}}), peer);
    ASSERT_EQ(batch.size(), 1U);
    ASSERT_EQ(batch[0].entries.size(), static_cast<std::size_t>(kGetBlocksMax));
    EXPECT_EQ(batch[0].entries[0].hash, hash_cast<RawHash>(lab_.block(1)->hash()));
    EXPECT_TRUE(sent<wire::Inv>(lab_.receive(peer, request(lab_, 1, 1)), peer).empty());
    const auto more = sent<wire::Inv>(lab_.receive(peer, request(lab_, kGetBlocksMax, kGetBlocksMax)), peer);
    ASSERT_EQ(more.size(), 1U);
    EXPECT_EQ(more[0], block_inv(lab_.chain.tip()->hash()));
}

TEST_F(BlockServingTest, BlocksComeInTheFormAskedFor) {
    build(3, lab_);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    EXPECT_EQ(all_of<ServeBlock>(lab_.receive(peer, request(lab_, 1, 1))).at(0).form, ServeBlock::Form::with_witness);
    EXPECT_EQ(all_of<ServeBlock>(lab_.receive(peer, request(lab_, 2, 2, wire::InvType::block))).at(0).form,
              ServeBlock::Form::stripped);
    EXPECT_EQ(all_of<ServeBlock>(lab_.receive(peer, request(lab_, 3, 3, wire::InvType::compact_block))).at(0).form,
              ServeBlock::Form::with_witness)
        << "a whole block answers a request for a compact one";
}

TEST_F(BlockServingTest, AFewBlocksAreOnTheirWayAtATime) {
    build(20, lab_);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    EXPECT_EQ(served(lab_.receive(peer, request(lab_, 1, 6))), (std::vector<std::int32_t>{1, 2, 3, 4}));
    EXPECT_EQ(served(lab_.handle(BlockServed{peer, true})), (std::vector<std::int32_t>{5}));
    EXPECT_EQ(served(lab_.handle(BlockServed{peer, true})), (std::vector<std::int32_t>{6}));
    EXPECT_TRUE(lab_.handle(BlockServed{peer, true}).empty());
}

TEST_F(BlockServingTest, ABlockThatCannotBeReadClosesThePeer) {
    build(2, lab_);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    lab_.receive(peer, request(lab_, 1, 1));
    EXPECT_EQ(close_of(lab_.handle(BlockServed{peer, false}), peer), CloseReason::serve_failed);
}

TEST_F(BlockServingTest, TooManyRequestsCloseThePeer) {
    build(2, lab_);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    wire::GetData many;
    many.entries.assign(wire::kMaxInvEntries, request(lab_, 1, 1).entries[0]);
    EXPECT_FALSE(close_of(lab_.receive(peer, many), peer));
    EXPECT_EQ(close_of(lab_.receive(peer, many), peer), CloseReason::protocol_violation);
}

TEST_F(BlockServingTest, UnknownBlocksAndThoseWithoutDataAreNotServed) {
    build(5, lab_);
    lab_.tree.clear_data(lab_.node(2));
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    wire::GetData message = request(lab_, 2, 2);
    message.entries.push_back({wire::InvType::witness_block, RawHash{}});
    EXPECT_TRUE(lab_.receive(peer, message).empty());
}

TEST_F(BlockServingTest, YoungForksAreServedAndOldOnesAreNot) {
    build(20, lab_);
    testing::ChainBuilder fork = lab_.chain;
    fork.rewind_to(primitives::Height(15));
    fork.mine_empty(2, 9);
    const Node& connected = lab_.store(fork.block(primitives::Height(16)));
    lab_.tree.set_connected(connected);
    const Node& never_connected = lab_.store(fork.block(primitives::Height(17)));
    const auto ask = [&](Lab& lab, const Node& node) {
        const PeerId peer = lab.connect(ConnectionKind::inbound);
        const wire::InvEntry entry{wire::InvType::witness_block, hash_cast<RawHash>(node.hash())};
        return all_of<ServeBlock>(lab.receive(peer, wire::GetData{{entry}})).size();
    };
    EXPECT_EQ(ask(lab_, connected), 1U);
    EXPECT_EQ(ask(lab_, never_connected), 0U);
    // A header a month later makes the fork old.
    primitives::Header late = lab_.chain.tip()->header();
    late.previous = lab_.chain.tip()->hash();
    late.time += 31 * 24 * 3600;
    testing::solve(late);
    lab_.now.unix = unix_time(late.time);
    ASSERT_TRUE(headers::accept_header(lab_.tree, late, lab_.chain.params(), lab_.now.unix));
    EXPECT_EQ(ask(lab_, connected), 0U);
    EXPECT_EQ(ask(lab_, lab_.node(16)), 1U) << "the active chain is always served";
}

TEST_F(BlockServingTest, APrunedNodeServesOnlyWhatItPromised) {
    const auto services = wire::Services{}.with(wire::Service::network_limited).with(wire::Service::witness);
    Lab lab(Config{.services = services});
    build(400, lab);
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    const std::int32_t lowest = 400 - kLimitedPeerBlocks - 2;
    EXPECT_EQ(served(lab.receive(peer, request(lab, lowest, lowest))), std::vector{lowest});
    EXPECT_EQ(close_of(lab.receive(peer, request(lab, lowest - 1, lowest - 1)), peer),
              CloseReason::unsupported_request);
}

TEST_F(BlockServingTest, FilteredBlocksAreNotOffered) {
    build(2, lab_);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    EXPECT_EQ(close_of(lab_.receive(peer, request(lab_, 1, 1, wire::InvType::filtered_block)), peer),
              CloseReason::unsupported_request);
}

TEST_F(BlockServingTest, TransactionsAreNotFound) {
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    const wire::GetData message{{{wire::InvType::wtx, RawHash{}}}};
    const auto answer = sent<wire::NotFound>(lab_.receive(peer, message), peer);
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_EQ(answer[0].entries, message.entries);
}

TEST_F(BlockServingTest, PartsOfBlocksAreAnsweredWithTheWhole) {
    build(2, lab_);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    EXPECT_EQ(served(lab_.receive(peer, wire::GetBlockTxs{lab_.block(1)->hash(), {1}})), std::vector{1});
}

}  // namespace
}  // namespace keel::p2p
