#include "engine/p2p/block_intake.hpp"

#include <gtest/gtest.h>

#include "engine/p2p/lab_test.hpp"

namespace keel::p2p {
namespace {

const consensus::RuleInfo& rule(consensus::RejectKind kind) {
    static std::map<consensus::RejectKind, consensus::RuleInfo> rules;
    auto& info = rules[kind];
    info.id = "test";
    info.token = "bad-test";
    info.kind = kind;
    return info;
}

class BlockIntakeTest : public ::testing::Test {
protected:
    BlockIntakeTest() {
        lab_.chain.mine_empty(12);
        lab_.set_clock_after(12);
        lab_.own_chain(10);
    }
    primitives::BlockPtr broken(std::int32_t height) {
        Bytes raw = to_bytes(lab_.block(height)->raw());
        raw[raw.size() - 1] ^= std::byte{1};  // the lock time of the coinbase: another merkle root
        return *primitives::Block::parse(std::move(raw));
    }
    Lab lab_;
};

TEST_F(BlockIntakeTest, AnUnaskedBlockOnTheTipIsTaken) {
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    const auto submitted = all_of<SubmitBlock>(lab_.receive(peer, wire::BlockMessage{lab_.block(11)}));
    ASSERT_EQ(submitted.size(), 1U);
    EXPECT_FALSE(submitted[0].requested);
    EXPECT_EQ(lab_.tree.best_header().height().value(), 11);
}

TEST_F(BlockIntakeTest, AnUnaskedBlockWithUnknownParentIsPunished) {
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    EXPECT_EQ(close_of(lab_.receive(peer, wire::BlockMessage{lab_.block(12)}), peer), CloseReason::misbehaved);
}

TEST_F(BlockIntakeTest, AnUnaskedBlockWithLessWorkThanOursIsIgnored) {
    testing::ChainBuilder fork = lab_.chain;
    fork.rewind_to(primitives::Height(5));
    fork.mine_empty(1, 3);
    const PeerId peer = lab_.connect(ConnectionKind::inbound);
    EXPECT_TRUE(all_of<SubmitBlock>(lab_.receive(peer, wire::BlockMessage{fork.tip()})).empty());
    EXPECT_TRUE(lab_.is_connected(peer));
}

TEST_F(BlockIntakeTest, AChangedBodyIsPunishedAndTheBlockAskedFromAnother) {
    const PeerId bad = lab_.connect(ConnectionKind::outbound_full);
    const PeerId good = lab_.connect(ConnectionKind::outbound_full);
    ASSERT_EQ(asked(lab_.receive(bad, lab_.headers(11, 11)), bad).size(), 1U);
    lab_.receive(good, lab_.headers(11, 11));
    const Actions actions = lab_.receive(bad, wire::BlockMessage{broken(11)});
    EXPECT_EQ(close_of(actions, bad), CloseReason::misbehaved);
    EXPECT_EQ(asked(actions, good).size(), 1U);
    EXPECT_TRUE(all_of<SubmitBlock>(actions).empty());
}

TEST_F(BlockIntakeTest, AChangedBodyNobodyAskedForDoesNotCancelTheRequest) {
    const PeerId good = lab_.connect(ConnectionKind::outbound_full);
    const PeerId bad = lab_.connect(ConnectionKind::inbound);
    lab_.receive(good, lab_.headers(11, 11));
    EXPECT_EQ(close_of(lab_.receive(bad, wire::BlockMessage{broken(11)}), bad), CloseReason::misbehaved);
    EXPECT_EQ(lab_.stats(good).in_flight, std::vector{11});
}

TEST_F(BlockIntakeTest, ARejectedBlockIsBlamedOnItsSourceAndNobodyElse) {
    const PeerId source = lab_.connect(ConnectionKind::outbound_full);
    const PeerId other = lab_.connect(ConnectionKind::outbound_full);
    lab_.receive(source, lab_.headers(11, 11));
    lab_.receive(other, lab_.headers(11, 11));
    lab_.receive(source, wire::BlockMessage{lab_.block(11)});
    lab_.tree.set_failed(lab_.node(11));
    const consensus::Reject reject(rule(consensus::RejectKind::invalid));
    const Actions actions = lab_.handle(BlockVerdict{lab_.block(11)->hash(), source, BlockOutcome::rejected, reject});
    EXPECT_EQ(close_of(actions, source), CloseReason::misbehaved);
    EXPECT_FALSE(close_of(actions, other));
    EXPECT_TRUE(asked(actions, other).empty()) << "the block is known to be bad";
}

TEST_F(BlockIntakeTest, AMutatedBlockIsFetchedAgainFromAnother) {
    const PeerId source = lab_.connect(ConnectionKind::outbound_full);
    const PeerId other = lab_.connect(ConnectionKind::outbound_full);
    lab_.receive(source, lab_.headers(11, 11));
    lab_.receive(other, lab_.headers(11, 11));
    lab_.receive(source, wire::BlockMessage{lab_.block(11)});
    const BlockHash hash = lab_.block(11)->hash();
    const consensus::Reject reject(rule(consensus::RejectKind::mutated));
    Actions actions = lab_.handle(BlockVerdict{hash, source, BlockOutcome::rejected, reject});
    EXPECT_EQ(close_of(actions, source), CloseReason::misbehaved);
    for (Action& action : lab_.handle(BlockTaken{hash}))
        actions.push_back(std::move(action));
    EXPECT_EQ(asked(actions, other).size(), 1U);
}

struct BlamelessKind : BlockIntakeTest, ::testing::WithParamInterface<consensus::RejectKind> {};
TEST_P(BlamelessKind, KeepsThePeerButAsksItNoMore) {
    const PeerId source = lab_.connect(ConnectionKind::outbound_full);
    lab_.receive(source, lab_.headers(11, 11));
    lab_.receive(source, wire::BlockMessage{lab_.block(11)});
    const BlockHash hash = lab_.block(11)->hash();
    const consensus::Reject reject(rule(GetParam()));
    Actions actions = lab_.handle(BlockVerdict{hash, source, BlockOutcome::rejected, reject});
    for (Action& action : lab_.handle(BlockTaken{hash}))
        actions.push_back(std::move(action));
    EXPECT_FALSE(close_of(actions, source));
    EXPECT_TRUE(asked(actions, source).empty());
}
INSTANTIATE_TEST_SUITE_P(BlockIntake, BlamelessKind,
                         ::testing::Values(consensus::RejectKind::not_yet, consensus::RejectKind::time_too_new,
                                           consensus::RejectKind::low_work));

TEST_F(BlockIntakeTest, AGoodBlockIsCredited) {
    const PeerId source = lab_.connect(ConnectionKind::outbound_full);
    lab_.receive(source, lab_.headers(11, 11));
    lab_.receive(source, wire::BlockMessage{lab_.block(11)});
    lab_.handle(BlockVerdict{lab_.block(11)->hash(), source, BlockOutcome::connected, {}});
    EXPECT_EQ(lab_.stats(source).last_block, lab_.now.unix);
}

TEST_F(BlockIntakeTest, ABlockThatCameFromElsewhereIsNotWaitedFor) {
    const PeerId peer = lab_.connect(ConnectionKind::outbound_full);
    lab_.receive(peer, lab_.headers(11, 11));
    ASSERT_EQ(lab_.stats(peer).in_flight, std::vector{11});
    lab_.store(lab_.block(11));
    lab_.handle(BlockVerdict{lab_.block(11)->hash(), {}, BlockOutcome::connected, {}});
    EXPECT_TRUE(lab_.stats(peer).in_flight.empty());
}

TEST_F(BlockIntakeTest, VerdictsAboutPeersThatLeftAreIgnored) {
    const consensus::Reject reject(rule(consensus::RejectKind::invalid));
    EXPECT_TRUE(lab_.handle(BlockVerdict{lab_.block(11)->hash(), PeerId(999), BlockOutcome::rejected, reject}).empty());
}

}  // namespace
}  // namespace keel::p2p
