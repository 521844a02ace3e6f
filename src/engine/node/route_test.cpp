#include "engine/node/route.hpp"

#include <gtest/gtest.h>

#include "engine/node/node.hpp"
#include "engine/store/memory_files.hpp"
#include "engine/store/memory_kv.hpp"
#include "testing/chain_builder.hpp"

namespace keel::node {
namespace {

using validation::Source;

consensus::CheckedBlock checked(const primitives::BlockPtr& block) {
    return *consensus::check_block(block, primitives::regtest_params());
}

TEST(Route, PeerBlocksGoToValidationWithTheirSender) {
    testing::ChainBuilder chain;
    chain.mine_empty(1);
    p2p::Actions actions;
    actions.emplace_back(p2p::SubmitBlock{checked(chain.tip()), nullptr, p2p::PeerId(12), false});
    actions.emplace_back(p2p::Close{p2p::PeerId(12), p2p::CloseReason::misbehaved});
    actions.emplace_back(p2p::Answer{5, p2p::ControlFailure::not_added});
    Outbox out;
    route(actions, out);
    EXPECT_TRUE(actions.empty());
    ASSERT_EQ(out.to_validation.size(), 1U);
    const auto& submit = std::get<validation::SubmitBlock>(out.to_validation[0]);
    EXPECT_EQ(submit.source.kind, Source::Kind::peer);
    EXPECT_EQ(submit.source.id, 12);
    EXPECT_FALSE(submit.requested);
    ASSERT_EQ(out.to_net.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<p2p::Close>(out.to_net[0]));
    ASSERT_EQ(out.p2p_answers.size(), 1U);
    EXPECT_EQ(out.p2p_answers[0].ticket, 5U);
}

TEST(Route, VerdictsGoToP2pAndToWhoeverWaitsForThem) {
    primitives::BlockHash hash;
    hash.bytes[0] = std::byte{1};
    std::vector<validation::Action> actions;
    actions.emplace_back(
        validation::BlockVerdict{hash, nullptr, {Source::Kind::peer, 3}, validation::Outcome::connected, std::nullopt});
    actions.emplace_back(
        validation::BlockVerdict{hash, nullptr, {Source::Kind::api, 3}, validation::Outcome::stored, std::nullopt});
    Outbox out;
    route(actions, out);
    ASSERT_EQ(out.to_p2p.size(), 2U);
    const auto& from_peer = std::get<p2p::BlockVerdict>(out.to_p2p[0]);
    EXPECT_EQ(from_peer.source, p2p::PeerId(3));
    EXPECT_EQ(from_peer.outcome, p2p::BlockOutcome::connected);
    EXPECT_EQ(std::get<p2p::BlockVerdict>(out.to_p2p[1]).source, std::nullopt) << "an API ticket is no peer";
    EXPECT_EQ(out.verdicts.size(), 2U);
}

TEST(Route, CreditGoesBackToWhereTheBlockCameFrom) {
    std::vector<validation::Action> actions;
    actions.emplace_back(validation::BlockTaken{{}, {Source::Kind::peer, 1}, 100});
    actions.emplace_back(validation::BlockTaken{{}, {Source::Kind::import, 0}, 200});
    Outbox out;
    route(actions, out);
    EXPECT_EQ(out.to_p2p.size(), 1U);
    ASSERT_EQ(out.taken.size(), 1U);
    EXPECT_EQ(out.taken[0].bytes, 200U);
}

TEST(NodeOpen, AnEmptyNodeStandsAtGenesis) {
    store::MemoryFiles files;
    store::MemoryKv index(store::header_families().size());
    store::MemoryKv coins(store::coin_families().size());
    validation::InlineWorkers workers;
    validation::Stages stages;
    NullLogger logger;
    const auto& params = primitives::regtest_params();
    validation::Options options;
    options.block_files = {.dir = "blocks", .magic = params.magic};
    options.cache.budget = chain::kMinBudget;
    auto node = Node::open({params, files, index, coins, workers, workers, stages, logger, {}}, options, {},
                           {SteadyTime(seconds(1)), unix_time(1'700'000'000)});
    ASSERT_TRUE(node) << node.error();
    EXPECT_EQ((*node)->view().tip().hash(), params.genesis->hash());
    const auto reader = (*node)->make_reader();
    const auto place = (*node)->view().tip().data_place();
    EXPECT_TRUE(equal(*reader.read_block({place.file, place.offset}), params.genesis->raw()));
}

}  // namespace
}  // namespace keel::node
