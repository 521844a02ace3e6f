#include "engine/p2p/low_work_presync.hpp"

#include <gtest/gtest.h>

#include "engine/headers/tree.hpp"
#include "rules/consensus/pow.hpp"
#include "testing/chain_builder.hpp"

namespace keel::p2p {
namespace {

using consensus::ChainWork;
using primitives::BlockHash;
using primitives::Header;

const primitives::Params& params() { return primitives::regtest_params(); }

// Headers on top of genesis; the seed makes chains differ.
std::vector<Header> make_chain(std::size_t count, std::uint32_t seed) {
    std::vector<Header> chain;
    Header parent = params().genesis->header();
    for (std::size_t i = 0; i < count; ++i) {
        Header header = parent;
        header.version = 0x20000000;
        header.previous = parent.hash();
        header.time += 600;
        header.merkle_root.bytes[0] = static_cast<std::byte>(seed);
        testing::solve(header);
        chain.push_back(header);
        parent = header;
    }
    return chain;
}

class Presync : public ::testing::Test {
protected:
    static constexpr PresyncSettings kSettings{.commitment_period = 10, .redownload_buffer = 50};
    static constexpr std::size_t kPage = 100;

    LowWorkPresync make(std::uint64_t required_blocks, PresyncSettings settings = kSettings) {
        const ChainWork each = consensus::block_work(params().genesis->header().bits);
        const ChainWork required(each.hashes() * required_blocks);
        const UnixTime now = unix_time(params().genesis->header().time) + std::chrono::hours(24 * 365);
        return LowWorkPresync({params(), tree_.genesis(), required, now}, settings, rng_);
    }
    // Feeds the headers from `from`, as far as one page goes.
    static LowWorkPresync::Step feed(LowWorkPresync& sync, std::span<const Header> chain, std::size_t from) {
        const auto part = chain.subspan(from, std::min(kPage, chain.size() - from));
        std::vector<BlockHash> hashes;
        for (const Header& header : part)
            hashes.push_back(header.hash());
        return sync.process({part, hashes, part.size() == kPage});
    }

    headers::Tree tree_{params().genesis->header()};
    Rng rng_{1};
};

TEST_F(Presync, GivesEveryHeaderOnceTheWorkIsProven) {
    const auto chain = make_chain(350, 1);
    LowWorkPresync sync = make(300);
    for (std::size_t at = 0; at < 300; at += kPage) {
        EXPECT_EQ(sync.phase(), LowWorkPresync::Phase::presync);
        const auto step = feed(sync, chain, at);
        ASSERT_TRUE(step.ok && step.request_more);
        EXPECT_TRUE(step.ready.empty());
        EXPECT_EQ(sync.presync_height().value(), static_cast<std::int32_t>(at + kPage));
    }
    ASSERT_EQ(sync.phase(), LowWorkPresync::Phase::redownload);
    EXPECT_EQ(sync.locator().front(), tree_.genesis().hash()) << "from the start again";

    std::vector<Header> out;
    for (std::size_t at = 0; at < chain.size(); at += kPage) {
        const auto step = feed(sync, chain, at);
        ASSERT_TRUE(step.ok);
        out.insert(out.end(), step.ready.begin(), step.ready.end());
        if (!step.request_more) break;
        EXPECT_EQ(sync.locator().front(), chain[at + kPage - 1].hash());
    }
    EXPECT_EQ(sync.phase(), LowWorkPresync::Phase::done);
    ASSERT_EQ(out.size(), 300U) << "what lies behind is asked for in the ordinary way";
    EXPECT_TRUE(std::equal(out.begin(), out.end(), chain.begin()));
}

TEST_F(Presync, AChainThatEndsTooSoonYieldsNothing) {
    const auto chain = make_chain(150, 1);
    LowWorkPresync sync = make(300);
    EXPECT_TRUE(feed(sync, chain, 0).request_more);
    const auto step = feed(sync, chain, 100);
    EXPECT_TRUE(step.ok);
    EXPECT_FALSE(step.request_more);
    EXPECT_TRUE(step.ready.empty());
    EXPECT_EQ(sync.phase(), LowWorkPresync::Phase::done);
    EXPECT_EQ(sync.memory(), 0U);
}

TEST_F(Presync, AnotherChainInTheSecondPhaseIsFoundOutBeforeAnythingIsGivenOut) {
    const auto honest = make_chain(1000, 1);
    const auto other = make_chain(1000, 2);
    LowWorkPresync sync = make(1000, {.commitment_period = 5, .redownload_buffer = 200});
    for (std::size_t at = 0; at < 1000; at += kPage)
        ASSERT_TRUE(feed(sync, honest, at).ok);
    ASSERT_EQ(sync.phase(), LowWorkPresync::Phase::redownload);
    std::size_t given = 0;
    bool found_out = false;
    for (std::size_t at = 0; at < 1000 && !found_out; at += kPage) {
        const auto step = feed(sync, other, at);
        given += step.ready.size();
        found_out = !step.ok;
    }
    EXPECT_TRUE(found_out);
    EXPECT_EQ(given, 0U) << "40 commitments stand between the peer and our memory";
}

TEST_F(Presync, PagesMustConnectInBothPhases) {
    const auto chain = make_chain(400, 1);
    LowWorkPresync first = make(300);
    feed(first, chain, 0);
    EXPECT_FALSE(feed(first, chain, 200).ok);
    EXPECT_EQ(first.phase(), LowWorkPresync::Phase::done);

    LowWorkPresync second = make(100);
    feed(second, chain, 0);
    ASSERT_EQ(second.phase(), LowWorkPresync::Phase::redownload);
    EXPECT_FALSE(feed(second, chain, 100).ok);
}

TEST_F(Presync, DifficultyMayNotJump) {
    // Main lets it change only at the end of an interval.
    const primitives::Params& main = primitives::main_params();
    const headers::Tree tree(main.genesis->header());
    const ChainWork much(U256(1) << 200);
    LowWorkPresync sync({main, tree.genesis(), much, unix_time(main.genesis->header().time) + seconds(1'000'000)},
                        kSettings, rng_);
    Header header;
    header.previous = tree.genesis().hash();
    header.bits = primitives::CompactTarget(0x1c00ffff);
    const BlockHash hash = header.hash();
    EXPECT_FALSE(sync.process({std::span(&header, 1), std::span(&hash, 1), true}).ok);
}

TEST_F(Presync, MoreHeadersThanTimePermitsAreRefused) {
    const auto chain = make_chain(400, 1);
    const ChainWork much(U256(1) << 100);
    const UnixTime genesis = unix_time(params().genesis->header().time);
    // Two hours of tolerance for clocks, and 6 headers a second at most: clocks must be far behind for a short test.
    LowWorkPresync sync({params(), tree_.genesis(), much, genesis - seconds(7200 - 20)}, kSettings, rng_);
    EXPECT_TRUE(feed(sync, chain, 0).ok);
    EXPECT_FALSE(feed(sync, chain, 100).ok) << "20 seconds are good for 120 headers";
}

TEST_F(Presync, MemoryStaysWithinItsBounds) {
    constexpr std::size_t kHeaders = 5000;
    const auto chain = make_chain(kHeaders, 1);
    LowWorkPresync sync = make(kHeaders);
    std::size_t most = 0;
    for (int phase = 0; phase < 2; ++phase) {
        for (std::size_t at = 0; at < kHeaders; at += kPage) {
            feed(sync, chain, at);
            most = std::max(most, sync.memory());
            if (sync.phase() == LowWorkPresync::Phase::done) break;
        }
    }
    EXPECT_LE(most, 48 * kSettings.redownload_buffer + 2 * kHeaders / 10 / 8 + 16);
    EXPECT_GT(most, 48 * kSettings.redownload_buffer) << "the buffer was in use at all";
}

TEST_F(Presync, TheOffsetOfCommitmentsIsSecret) {
    // With the same chain, different seeds must look at different headers.
    const auto chain = make_chain(100, 1);
    std::set<std::size_t> first_bits;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        rng_ = Rng(seed);
        LowWorkPresync sync = make(100, {.commitment_period = 50, .redownload_buffer = 10});
        feed(sync, chain, 0);
        // The number of headers that can be replaced unnoticed at the start tells the offset.
        auto other = make_chain(100, 2);
        std::vector<BlockHash> hashes;
        for (const Header& header : other)
            hashes.push_back(header.hash());
        std::size_t accepted = 0;
        while (accepted < 60 && sync.phase() == LowWorkPresync::Phase::redownload) {
            const auto step = sync.process({std::span(&other[accepted], 1), std::span(&hashes[accepted], 1), true});
            if (!step.ok) break;
            ++accepted;
        }
        first_bits.insert(accepted);
    }
    EXPECT_GT(first_bits.size(), 5U);
}

}  // namespace
}  // namespace keel::p2p
