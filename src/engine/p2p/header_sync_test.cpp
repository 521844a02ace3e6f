#include "engine/p2p/header_sync.hpp"

#include <gtest/gtest.h>

#include "engine/p2p/lab_test.hpp"

namespace keel::p2p {
namespace {

// A chain of headers on genesis, cheaper than blocks.
std::vector<primitives::Header> light_chain(const primitives::Params& params, std::size_t count,
                                            std::uint8_t seed = 1) {
    std::vector<primitives::Header> chain;
    primitives::Header parent = params.genesis->header();
    for (std::size_t i = 0; i < count; ++i) {
        primitives::Header header = parent;
        header.version = 0x20000000;
        header.previous = parent.hash();
        header.time += 600;
        header.merkle_root.bytes[0] = std::byte{seed};
        testing::solve(header);
        chain.push_back(header);
        parent = header;
    }
    return chain;
}

wire::Headers page(const std::vector<primitives::Header>& chain, std::size_t from) {
    const auto first = chain.begin() + static_cast<std::ptrdiff_t>(std::min(from, chain.size()));
    const auto last = chain.begin() + static_cast<std::ptrdiff_t>(std::min(from + wire::kMaxHeaders, chain.size()));
    return {{first, last}};
}

U256 work_of_blocks(std::uint64_t blocks) { return U256(2) * (blocks + 1); }  // regtest: two hashes a block

TEST(HeaderSync, AsksOnePeerFirst) {
    Lab lab;
    lab.now.unix += std::chrono::hours(48);
    Actions first;
    Actions second;
    const PeerId a = lab.connect(ConnectionKind::outbound_full, &first);
    const PeerId b = lab.connect(ConnectionKind::outbound_full, &second);
    const auto request = sent<wire::GetHeaders>(first, a);
    ASSERT_EQ(request.size(), 1U);
    EXPECT_EQ(request[0].locator, std::vector{lab.block(0)->hash()});
    EXPECT_TRUE(sent<wire::GetHeaders>(second, b).empty());
}

TEST(HeaderSync, AsksEverybodyNearTheTip) {
    Lab lab;  // genesis is an hour old
    Actions actions;
    for (int i = 0; i < 3; ++i) {
        const PeerId peer = lab.connect(ConnectionKind::inbound, &actions);
        EXPECT_EQ(sent<wire::GetHeaders>(actions, peer).size(), 1U);
    }
}

TEST(HeaderSync, PrefersPeersOfItsOwnChoice) {
    Lab lab;
    lab.now.unix += std::chrono::hours(48);
    Actions actions;
    const PeerId out = lab.connect(ConnectionKind::outbound_full, &actions);
    EXPECT_EQ(sent<wire::GetHeaders>(actions, out).size(), 1U);
    const PeerId in = lab.connect(ConnectionKind::inbound);
    const PeerId other = lab.connect(ConnectionKind::block_relay);
    actions = lab.handle(PeerClosed{out});
    EXPECT_TRUE(sent<wire::GetHeaders>(actions, in).empty() || sent<wire::GetHeaders>(actions, other).empty());
    EXPECT_EQ(sent<wire::GetHeaders>(actions, in).size() + sent<wire::GetHeaders>(actions, other).size(), 1U)
        << "another peer takes the place of the one that left";
}

TEST(HeaderSync, AsksOnlyPeersThatHaveBlocks) {
    Lab lab;
    Actions actions;
    const PeerId peer = lab.connect(ConnectionKind::manual, &actions, 8);
    EXPECT_TRUE(sent<wire::GetHeaders>(actions, peer).empty());
}

TEST(HeaderSync, AFullPageAsksForTheNext) {
    Lab lab;
    const auto chain = light_chain(lab.chain.params(), 2500);
    const PeerId peer = lab.connect(ConnectionKind::outbound_full);
    lab.now.unix += std::chrono::hours(24 * 30);
    Actions actions = lab.receive(peer, page(chain, 0));
    ASSERT_EQ(sent<wire::GetHeaders>(actions, peer).size(), 1U);
    EXPECT_EQ(sent<wire::GetHeaders>(actions, peer)[0].locator.front(), chain[1999].hash());
    actions = lab.receive(peer, page(chain, 2000));
    EXPECT_TRUE(sent<wire::GetHeaders>(actions, peer).empty());
    EXPECT_EQ(lab.tree.best_header().height().value(), 2500);
    EXPECT_EQ(lab.stats(peer).synced_headers, 2500);
}

TEST(HeaderSync, AnAnnouncementThatDoesNotConnectIsFollowedUp) {
    Lab lab;
    lab.chain.mine_empty(5);
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    lab.receive(peer, wire::Headers{});  // the answer to our first request
    Actions actions = lab.receive(peer, lab.headers(5, 5));
    ASSERT_EQ(sent<wire::GetHeaders>(actions, peer).size(), 1U);
    EXPECT_TRUE(sent<wire::GetHeaders>(lab.receive(peer, lab.headers(4, 4)), peer).empty()) << "one request at a time";
    lab.receive(peer, lab.headers(1, 5));
    EXPECT_EQ(lab.stats(peer).synced_headers, 5);
}

TEST(HeaderSync, APeerAtABlockThatWeLostIsAskedFromOurTip) {
    Lab lab;
    lab.chain.mine_empty(5);
    lab.set_clock_after(5);
    lab.own_chain(3);
    for (std::int32_t h = 4; h <= 5; ++h) {
        KEEL_ASSERT(headers::accept_header(lab.tree, lab.block(h)->header(), lab.chain.params(), lab.now.unix));
    }
    Actions actions;
    const PeerId peer = lab.connect(ConnectionKind::outbound_full, &actions);
    EXPECT_EQ(sent<wire::GetHeaders>(actions, peer)[0].locator.front(), lab.block(4)->hash());
    actions = lab.receive(peer, wire::Headers{});  // its tip is block 4
    ASSERT_EQ(sent<wire::GetHeaders>(actions, peer).size(), 1U);
    EXPECT_EQ(sent<wire::GetHeaders>(actions, peer)[0].locator.front(), lab.block(3)->hash());
    actions = lab.receive(peer, lab.headers(4, 4));
    EXPECT_EQ(asked(actions, peer), std::vector{lab.block(4)->hash()});
}

TEST(HeaderSync, ThatQuestionIsAskedOnce) {
    Lab lab;
    lab.chain.mine_empty(1);
    lab.set_clock_after(1);
    KEEL_ASSERT(headers::accept_header(lab.tree, lab.block(1)->header(), lab.chain.params(), lab.now.unix));
    const PeerId peer = lab.connect(ConnectionKind::outbound_full);
    EXPECT_EQ(sent<wire::GetHeaders>(lab.receive(peer, wire::Headers{}), peer).size(), 1U);
    EXPECT_TRUE(sent<wire::GetHeaders>(lab.receive(peer, wire::Headers{}), peer).empty());
}

TEST(HeaderSync, AnUnknownBlockInAnInvIsFollowedUp) {
    Lab lab;
    lab.chain.mine_empty(5);
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    lab.receive(peer, wire::Headers{});
    const Actions actions = lab.receive(peer, block_inv(lab.block(5)->hash()));
    EXPECT_EQ(sent<wire::GetHeaders>(actions, peer).size(), 1U);
    const PeerId other = lab.connect(ConnectionKind::inbound);
    lab.receive(other, lab.headers(1, 5));
    EXPECT_EQ(asked(lab.receive(other, block_inv(lab.block(5)->hash())), peer).size(), 0U);
    EXPECT_EQ(lab.stats(other).synced_headers, 5);
}

TEST(HeaderSync, BeforeTheSyncOneMorePeerIsAskedPerNewBlock) {
    Lab lab;
    lab.now.unix += std::chrono::hours(48);
    lab.chain.mine_empty(2);
    lab.connect(ConnectionKind::outbound_full);
    const PeerId b = lab.connect(ConnectionKind::outbound_full);
    const PeerId c = lab.connect(ConnectionKind::outbound_full);
    const auto requests = [&](PeerId peer, std::int32_t height) {
        return sent<wire::GetHeaders>(lab.receive(peer, block_inv(lab.block(height)->hash())), peer).size();
    };
    EXPECT_EQ(requests(b, 1), 1U);
    EXPECT_EQ(requests(c, 1), 0U) << "the same block does not start another";
    EXPECT_EQ(requests(c, 2), 1U);
    lab.advance(minutes(3));
    EXPECT_EQ(requests(b, 2), 0U) << "a peer is asked that way once";
}

struct BadHeaders {
    const char* name;
    void (*spoil)(std::vector<primitives::Header>&);
};
struct BadPage : ::testing::TestWithParam<BadHeaders> {};
TEST_P(BadPage, ClosesItsSenderAndStoresNothing) {
    Lab lab;
    auto chain = light_chain(lab.chain.params(), 5);
    GetParam().spoil(chain);
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    EXPECT_EQ(close_of(lab.receive(peer, page(chain, 0)), peer), CloseReason::misbehaved);
    EXPECT_LE(lab.tree.size(), 5U);
    EXPECT_EQ(lab.tree.find(chain[4].hash()), nullptr);
}
INSTANTIATE_TEST_SUITE_P(
    HeaderSync, BadPage,
    ::testing::Values(BadHeaders{"no_work",
                                 [](auto& chain) {
                                     do {
                                         ++chain[4].nonce;
                                     } while ((std::to_integer<unsigned>(chain[4].hash().bytes[31]) & 0x80U) == 0);
                                 }},
                      BadHeaders{"gap",
                                 [](auto& chain) {
                                     chain.erase(chain.begin() + 2);
                                     chain.push_back(chain[3]);
                                 }},
                      BadHeaders{"wrong_difficulty",
                                 [](auto& chain) {
                                     chain[4].bits = primitives::CompactTarget(0x207ffffe);
                                     testing::solve(chain[4]);
                                 }},
                      BadHeaders{"too_old",
                                 [](auto& chain) {
                                     chain[4].time = chain[0].time;
                                     testing::solve(chain[4]);
                                 }}),
    [](const auto& test) { return test.param.name; });

TEST(HeaderSync, AHeaderFromTheFutureIsRefusedWithoutBlame) {
    Lab lab;
    auto chain = light_chain(lab.chain.params(), 1);
    chain[0].time = static_cast<std::uint32_t>(to_seconds(lab.now.unix)) + 7201;
    testing::solve(chain[0]);
    const PeerId peer = lab.connect(ConnectionKind::inbound);
    EXPECT_FALSE(close_of(lab.receive(peer, page(chain, 0)), peer));
    EXPECT_EQ(lab.tree.size(), 1U);
}

TEST(HeaderSync, ChosenPeersOnInvalidChainsAreClosedAndInboundOnesAreNot) {
    Lab lab;
    lab.chain.mine_empty(2);
    lab.tree.set_failed(lab.store(lab.block(1)));
    const PeerId chosen = lab.connect(ConnectionKind::outbound_full);
    const PeerId inbound = lab.connect(ConnectionKind::inbound);
    EXPECT_EQ(close_of(lab.receive(chosen, lab.headers(1, 1)), chosen), CloseReason::misbehaved);
    EXPECT_FALSE(close_of(lab.receive(inbound, lab.headers(1, 1)), inbound));
    EXPECT_EQ(close_of(lab.receive(inbound, lab.headers(2, 2)), inbound), CloseReason::misbehaved)
        << "a new header on an invalid chain is the sender's fault";
}

TEST(HeaderSync, TheChosenPeerLosesItsPlaceWhenItDoesNotAnswer) {
    Lab lab;
    lab.now.unix += std::chrono::hours(48);
    const PeerId slow = lab.connect(ConnectionKind::outbound_full);
    const PeerId other = lab.connect(ConnectionKind::outbound_full);
    lab.advance(kHeadersTimeoutBase - seconds(1));
    EXPECT_TRUE(lab.is_connected(slow));
    const Actions actions = lab.advance(seconds(3));
    EXPECT_EQ(close_of(actions, slow), CloseReason::headers_timeout);
    EXPECT_EQ(sent<wire::GetHeaders>(actions, other).size(), 1U);
}

TEST(HeaderSync, TheOnlyPeerKeepsItsPlace) {
    Lab lab;
    lab.now.unix += std::chrono::hours(48);
    const PeerId slow = lab.connect(ConnectionKind::outbound_full);
    EXPECT_NE(close_of(lab.advance(kHeadersTimeoutBase + minutes(1)), slow), CloseReason::headers_timeout);
}

TEST(HeaderSync, AChainWithTooLittleWorkIsNotStored) {
    Lab lab(Config{.minimum_chain_work = work_of_blocks(10'000)});
    lab.now.unix += std::chrono::hours(24 * 300);
    const auto chain = light_chain(lab.chain.params(), 500);
    const PeerId chosen = lab.connect(ConnectionKind::outbound_full);
    const PeerId manual = lab.connect(ConnectionKind::manual);
    EXPECT_EQ(close_of(lab.receive(chosen, page(chain, 0)), chosen), CloseReason::little_work);
    EXPECT_FALSE(close_of(lab.receive(manual, page(chain, 0)), manual));
    EXPECT_EQ(lab.tree.size(), 1U);
}

struct NothingNew : ::testing::TestWithParam<bool> {};
TEST_P(NothingNew, LetsTheNextPeerHaveItsTurnAndIsAskedAgainLater) {
    Lab lab;
    lab.chain.mine_empty(3);
    lab.now.unix += std::chrono::hours(48);
    const PeerId first = lab.connect(ConnectionKind::outbound_full);
    const PeerId second = lab.connect(ConnectionKind::outbound_full);
    // The first has nothing at all, or an old chain.
    Actions actions = lab.receive(first, GetParam() ? wire::Headers{} : lab.headers(1, 3));
    EXPECT_EQ(sent<wire::GetHeaders>(actions, second).size(), 1U);
    lab.receive(second, wire::Headers{});
    lab.receive(second, wire::Headers{});  // asked from our tip, too, where the first gave us headers
    actions = lab.advance(kHeadersRest + seconds(1));
    EXPECT_EQ(sent<wire::GetHeaders>(actions, first).size(), 1U);
}
INSTANTIATE_TEST_SUITE_P(HeaderSync, NothingNew, ::testing::Bool());

TEST(HeaderSync, AChainWithEnoughWorkIsDownloadedTwiceAndStored) {
    Lab lab(Config{.minimum_chain_work = work_of_blocks(5000),
                   .presync = {.commitment_period = 20, .redownload_buffer = 300}});
    lab.now.unix += std::chrono::hours(24 * 300);
    const auto chain = light_chain(lab.chain.params(), 6500);
    Actions actions;
    const PeerId peer = lab.connect(ConnectionKind::outbound_full, &actions);
    int pages = 0;
    for (auto requests = sent<wire::GetHeaders>(actions, peer); !requests.empty();
         requests = sent<wire::GetHeaders>(actions, peer)) {
        ASSERT_LT(++pages, 20);
        const auto at = std::ranges::find(chain, requests[0].locator.front(), &primitives::Header::hash);
        const std::size_t from = at == chain.end() ? 0 : static_cast<std::size_t>(at - chain.begin()) + 1;
        actions = lab.receive(peer, page(chain, from));
        lab.advance(milliseconds(1));
    }
    EXPECT_EQ(lab.tree.best_header().height().value(), 6500);
    EXPECT_EQ(pages, 3 + 4) << "three pages until the work is proven, then all four";
    EXPECT_EQ(lab.sync().presync_memory, 0U);
}

TEST(HeaderSync, AFloodOfLowWorkHeadersStaysWithinItsMemory) {
    Lab lab(Config{.minimum_chain_work = work_of_blocks(1'000'000)});
    lab.now.unix += std::chrono::hours(24 * 300);
    const auto chain = light_chain(lab.chain.params(), 6000);
    std::vector<PeerId> peers;
    for (std::size_t i = 0; i < kPresyncPeersMax + 8; ++i)
        peers.push_back(lab.connect(ConnectionKind::inbound));
    const PeerId chosen = lab.connect(ConnectionKind::outbound_full);
    for (std::size_t at = 0; at < chain.size(); at += wire::kMaxHeaders) {
        for (const PeerId peer : peers)
            lab.receive(peer, page(chain, at));
    }
    EXPECT_EQ(lab.tree.size(), 1U);
    EXPECT_EQ(lab.sync().presync_peers, kPresyncPeersMax);
    EXPECT_LE(lab.sync().presync_memory, kPresyncPeersMax * (6000 / kCommitmentPeriod / 8 + 16));
    EXPECT_FALSE(sent<wire::GetHeaders>(lab.receive(chosen, page(chain, 0)), chosen).empty())
        << "a peer we chose finds its place all the same";
    for (const PeerId peer : peers)
        lab.handle(PeerClosed{peer});
    lab.handle(PeerClosed{chosen});
    EXPECT_EQ(lab.sync().presync_memory, 0U);
}

TEST(HeaderSync, WithoutEnoughWorkAChosenPeerIsReplaced) {
    Lab lab(Config{.minimum_chain_work = work_of_blocks(10)});
    lab.chain.mine_empty(5);
    for (std::int32_t h = 1; h <= 5; ++h)
        lab.store(lab.block(h));
    const PeerId chosen = lab.connect(ConnectionKind::outbound_full);
    const PeerId manual = lab.connect(ConnectionKind::manual);
    EXPECT_EQ(close_of(lab.receive(chosen, lab.headers(1, 5)), chosen), CloseReason::little_work);
    EXPECT_FALSE(close_of(lab.receive(manual, lab.headers(1, 5)), manual));
}

TEST(HeaderSync, NothingHappensWhileImporting) {
    Lab lab;
    lab.chain.mine_empty(3);
    lab.handle(SetImporting{true});
    Actions actions;
    const PeerId peer = lab.connect(ConnectionKind::outbound_full, &actions);
    EXPECT_TRUE(sent<wire::GetHeaders>(actions, peer).empty());
    lab.receive(peer, lab.headers(1, 3));
    EXPECT_EQ(lab.tree.size(), 1U);
    EXPECT_EQ(sent<wire::GetHeaders>(lab.handle(SetImporting{false}), peer).size(), 1U);
}

// ---- lagging peers ----

TEST(LaggingPeers, AChosenPeerMustShowOurWorkInTime) {
    Lab lab;
    lab.chain.mine_empty(5);
    lab.set_clock_after(5);
    lab.own_chain(5);
    const PeerId behind = lab.connect(ConnectionKind::block_relay);
    const PeerId good = lab.connect(ConnectionKind::block_relay);
    const PeerId inbound = lab.connect(ConnectionKind::inbound);
    lab.receive(behind, lab.headers(1, 3));
    lab.receive(good, lab.headers(1, 5));
    lab.receive(inbound, lab.headers(1, 3));
    const Actions all = lab.advance(minutes(24));
    EXPECT_EQ(sent<wire::GetHeaders>(all, behind).size(), 1U) << "a last chance";
    EXPECT_EQ(close_of(all, behind), CloseReason::old_chain);
    EXPECT_FALSE(close_of(all, good));
    EXPECT_FALSE(close_of(all, inbound));
}

}  // namespace
}  // namespace keel::p2p
