#include "engine/p2p/world_test.hpp"

#include <gtest/gtest.h>

#include "engine/p2p/limits.hpp"

namespace keel::p2p {
namespace {

using HostId = World::HostId;

// Blocks whose times end now, so that the last one is young.
std::vector<primitives::BlockPtr> long_chain(int count, std::int64_t last_time, std::uint64_t tag = 0) {
    testing::ChainBuilder chain;
    for (int i = 0; i < count; ++i) {
        chain.mine({.time = static_cast<std::uint32_t>(last_time - std::int64_t{60} * (count - 1 - i)), .tag = tag});
    }
    return {chain.blocks().begin() + 1, chain.blocks().end()};
}

std::vector<HostId> nodes(World& world, std::size_t count) {
    std::vector<HostId> ids;
    for (std::size_t i = 0; i < count; ++i)
        ids.push_back(world.add_node());
    return ids;
}

TEST(WorldTest, ARingFollowsEveryMiner) {
    World world(1);
    const auto ids = nodes(world, 12);
    for (std::size_t i = 0; i < ids.size(); ++i)
        world.link(ids[i], ids[(i + 1) % ids.size()]);
    world.run(seconds(2));
    for (int round = 0; round < 20; ++round) {
        world.mine(ids[static_cast<std::size_t>(round * 5) % ids.size()]);
        ASSERT_TRUE(world.run_until(seconds(20), [&] { return world.converged(ids); })) << round;
    }
    EXPECT_EQ(world.tip(0).height().value(), 20);
}

TEST(WorldTest, ANewNodeSyncsFromSeveralPeersAtOnce) {
    World world(2);
    const auto chain = long_chain(1500, to_seconds(world.now().unix));
    const auto ids = nodes(world, 5);
    for (std::size_t i = 1; i < ids.size(); ++i) {
        world.give(ids[i], chain);
        world.link(ids[0], ids[i]);
    }
    ASSERT_TRUE(world.run_until(minutes(2), [&] { return world.converged(ids); }));
    for (std::size_t i = 1; i < ids.size(); ++i)
        EXPECT_GT(world.blocks_from(0, ids[i]), 150U) << i;
    const RoleHolder role(p2p_role);
    EXPECT_FALSE(world.engine(0).is_initial_download());
}

TEST(WorldTest, AStallingPeerLosesItsPlaceAndTheSyncGoesOn) {
    World world(3);
    const auto chain = long_chain(2500, to_seconds(world.now().unix));
    const auto ids = nodes(world, 3);
    // Has all the headers, and never sends a block.
    HostId staller = 0;
    staller = world.add_script([&](PeerId peer, const wire::Message& message) {
        if (world.handshake(staller, peer, message)) return;
        if (const auto* request = std::get_if<wire::GetHeaders>(&message)) {
            wire::Headers answer;
            const auto at = std::ranges::find(chain, request->locator.front(), &primitives::Block::hash);
            for (auto it = at == chain.end() ? chain.begin() : at + 1;
                 it != chain.end() && answer.headers.size() < 2000; ++it) {
                answer.headers.push_back((*it)->header());
            }
            world.send(staller, peer, std::move(answer));
        }
    });
    world.link(ids[0], staller);
    world.run(seconds(1));
    for (const HostId id : {ids[1], ids[2]}) {
        world.give(id, chain);
        world.link(ids[0], id);
    }
    ASSERT_TRUE(world.run_until(minutes(5), [&] { return world.converged(ids); }));
    EXPECT_EQ(world.closed(ids[0], staller), CloseReason::block_stalling);
    EXPECT_FALSE(world.closed(ids[0], ids[1]));
    EXPECT_FALSE(world.closed(ids[0], ids[2]));
}

TEST(WorldTest, HeadersWithoutTheirBlockDelayNobodyForLong) {
    World world(4);
    const auto chain = long_chain(50, to_seconds(world.now().unix));
    const auto ids = nodes(world, 2);
    for (const HostId id : ids)
        world.give(id, chain);
    std::vector<PeerId> victims;
    HostId liar = 0;
    liar = world.add_script([&](PeerId peer, const wire::Message& message) {
        if (world.handshake(liar, peer, message)) victims.push_back(peer);
    });
    world.link(liar, ids[0]);
    world.link(ids[0], liar);
    world.run(seconds(1));
    world.link(ids[0], ids[1]);
    world.run(seconds(1));
    world.cut(ids[0], ids[1]);
    world.run(seconds(1));
    world.mine(ids[1]);
    // The liar is first with the header, and has no block.
    for (const PeerId peer : victims)
        world.send(liar, peer, wire::Headers{{world.tip(ids[1]).header()}});
    world.run(seconds(1));
    world.link(ids[0], ids[1]);
    EXPECT_FALSE(world.converged(ids));
    EXPECT_TRUE(world.run_until(kReassignAfter + seconds(10), [&] { return world.converged(ids); }));
}

TEST(WorldTest, AnInvalidBlockIsBlamedOnWhoSentItAndNobodyElse) {
    World world(5);
    const auto chain = long_chain(30, to_seconds(world.now().unix));
    const auto ids = nodes(world, 4);
    for (const HostId id : ids)
        world.give(id, chain);
    testing::ChainBuilder bad;
    for (int i = 0; i < 33; ++i) {
        const auto time = i < 30 ? chain[static_cast<std::size_t>(i)]->header().time
                                 : static_cast<std::uint32_t>(to_seconds(world.now().unix));
        bad.mine({.time = time + (i < 30 ? 0U : static_cast<unsigned>(i)), .tag = i < 30 ? 0U : 66U});
    }
    world.set_invalid(bad.block(primitives::Height(31))->hash());
    HostId attacker = 0;
    attacker = world.add_script([&](PeerId peer, const wire::Message& message) {
        if (world.handshake(attacker, peer, message)) return;
        if (std::holds_alternative<wire::GetHeaders>(message)) {
            wire::Headers answer;
            for (std::int32_t h = 31; h <= 33; ++h) {
                answer.headers.push_back(bad.block(primitives::Height(h))->header());
            }
            world.send(attacker, peer, std::move(answer));
        }
        if (const auto* request = std::get_if<wire::GetData>(&message)) {
            for (const wire::InvEntry& entry : request->entries) {
                const auto found =
                    std::ranges::find(bad.blocks(), hash_cast<BlockHash>(entry.hash), &primitives::Block::hash);
                if (found != bad.blocks().end()) world.send(attacker, peer, wire::BlockMessage{*found});
            }
        }
    });
    for (const HostId id : {ids[1], ids[2], ids[3]})
        world.link(ids[0], id);
    world.link(ids[0], attacker);
    world.run(seconds(30));
    EXPECT_EQ(world.closed(ids[0], attacker), CloseReason::misbehaved);
    for (const HostId id : {ids[1], ids[2], ids[3]}) {
        EXPECT_FALSE(world.closed(ids[0], id)) << id;
        EXPECT_FALSE(world.closed(id, ids[0])) << id << ": our node must not have passed it on";
    }
    world.mine(ids[3]);
    EXPECT_TRUE(world.run_until(seconds(20), [&] { return world.converged(ids); }));
    EXPECT_EQ(world.tip(0).height().value(), 31);
}

TEST(WorldTest, TwoHalvesAgreeAgainAfterAPartition) {
    World world(6);
    const auto ids = nodes(world, 8);
    const auto ring = [&](std::size_t first) {
        for (std::size_t i = 0; i < 4; ++i)
            world.link(ids[first + i], ids[first + (i + 1) % 4]);
    };
    ring(0);
    ring(4);
    world.run(seconds(2));
    for (int i = 0; i < 25; ++i) {
        world.mine(ids[static_cast<std::size_t>(i) % 4]);
        if (i < 22) world.mine(ids[4 + static_cast<std::size_t>(i) % 4]);
        world.run(seconds(5));
    }
    EXPECT_FALSE(world.converged(ids));
    world.link(ids[1], ids[6]);
    ASSERT_TRUE(world.run_until(minutes(2), [&] { return world.converged(ids); }));
    EXPECT_EQ(world.tip(0).height().value(), 25);
}

TEST(WorldTest, LowWorkHeadersDoNotKeepANodeFromSyncing) {
    World world(7);
    const auto chain = long_chain(600, to_seconds(world.now().unix));
    const auto honest = world.add_node();
    world.give(honest, chain);
    // The attackers' chain is worthless: it does not reach the minimum.
    const auto flood = long_chain(400, to_seconds(world.now().unix) - 100'000'000, 9);
    std::vector<HostId> attackers;
    std::size_t pages = 0;
    const auto victim = world.add_node(Config{.minimum_chain_work = U256(2) * 500});
    for (int i = 0; i < 5; ++i) {
        const HostId id = attackers.size() + 2;
        attackers.push_back(world.add_script([&world, &flood, &pages, id](PeerId peer, const wire::Message& message) {
            if (world.handshake(id, peer, message)) return;
            if (!std::holds_alternative<wire::GetHeaders>(message) || pages > 500) return;
            ++pages;
            wire::Headers answer;  // the same headers again and again
            for (std::size_t h = 0; h < 400; ++h)
                answer.headers.push_back(flood[h]->header());
            world.send(id, peer, std::move(answer));
        }));
        world.link(victim, attackers.back());
    }
    world.link(victim, honest);
    const std::vector<HostId> both{honest, victim};
    ASSERT_TRUE(world.run_until(minutes(2), [&] { return world.converged(both); }));
    const RoleHolder role(p2p_role);
    EXPECT_EQ(world.tree(victim).size(), 601U) << "not one worthless header was stored";
    for (const HostId id : attackers)
        EXPECT_EQ(world.closed(victim, id), CloseReason::little_work);
}

TEST(WorldTest, TheSameSeedGivesTheSameRun) {
    const auto run = [](std::uint64_t seed) {
        World world(seed);
        const auto ids = nodes(world, 6);
        for (std::size_t i = 1; i < ids.size(); ++i)
            world.link(ids[i], ids[i / 2]);
        for (int i = 0; i < 10; ++i) {
            world.mine(ids[static_cast<std::size_t>(i) % ids.size()]);
            world.run(seconds(3));
        }
        return world.trace();
    };
    EXPECT_EQ(run(11), run(11));
    EXPECT_NE(run(11), run(12));
}

TEST(WorldTest, SmallWorldsOfManySeedsConverge) {
    for (std::uint64_t seed = 100; seed < 160; ++seed) {
        World world(seed);
        Rng rng(seed);
        const auto ids = nodes(world, rng.between(3, 7));
        for (std::size_t i = 1; i < ids.size(); ++i)
            world.link(ids[i], ids[rng.below(i)]);  // a random tree
        for (int i = 0; i < 12; ++i) {
            const HostId a = ids[rng.below(ids.size())];
            const HostId b = ids[rng.below(ids.size())];
            if (rng.chance(1, 3) && a != b) world.cut(a, b);
            if (rng.chance(1, 2) && a != b) world.link(a, b);
            const HostId miner = ids[rng.below(ids.size())];
            world.mine(miner, static_cast<int>(rng.between(1, 3)));
            world.run(milliseconds(static_cast<std::int64_t>(rng.between(50, 8000))));
        }
        for (std::size_t i = 1; i < ids.size(); ++i)
            world.link(ids[i], ids[i - 1]);
        const auto work = [&](HostId id) { return world.tip(id).chain_work(); };
        world.mine(*std::ranges::max_element(ids, {}, work));  // ends ties
        ASSERT_TRUE(world.run_until(minutes(5), [&] { return world.converged(ids); })) << "seed " << seed;
    }
}

}  // namespace
}  // namespace keel::p2p
