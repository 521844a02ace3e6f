// Every rule about headers on runs of real ones.
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "chain_data.hpp"
#include "rules/consensus/header_rules.hpp"
#include "testing/data.hpp"
#include "testing/header_list.hpp"

namespace keel::conformance {
namespace {

using consensus::ChainWork;
using consensus::Verdict;
using primitives::BlockHash;
using primitives::Header;
using primitives::Height;
using primitives::Params;
using testing::HeaderList;

constexpr UnixTime kFarFuture = unix_time(4'000'000'000);

// All rules for a header on top of a list that reaches down far enough for them.
Verdict check_on(const HeaderList& past, const Header& header, const Params& params) {
    if (header.previous != past.hash(past.height())) {
        return consensus::check_header_place({.parent_known = false});
    }
    if (Verdict work = consensus::check_header(header.hash(), header.bits, params); !work) {
        return work;
    }
    return consensus::check_header_context(header, past, params, kFarFuture);
}

// Builds a list from genesis, checking every header.
HeaderList checked_from_genesis(const std::vector<Header>& headers, const Params& params) {
    HeaderList past;
    EXPECT_EQ(headers.front().hash(), params.genesis->hash());
    past.push(headers.front());
    for (std::size_t i = 1; i < headers.size(); ++i) {
        const Verdict verdict = check_on(past, headers[i], params);
        EXPECT_TRUE(verdict.has_value()) << "height " << i << ": " << verdict.error().text();
        EXPECT_TRUE(consensus::permitted_difficulty_transition(past.next_height(), headers[i - 1].bits, headers[i].bits,
                                                               params.pow));
        past.push(headers[i]);
    }
    return past;
}

// Each header again with one bit of its difficulty changed must be refused for that.
void expect_wrong_bits_refused(const std::vector<Header>& headers, const Params& params) {
    HeaderList past;
    past.push(headers.front());
    for (std::size_t i = 1; i < headers.size(); ++i) {
        Header wrong = headers[i];
        wrong.bits = primitives::CompactTarget(wrong.bits.value() ^ 1U);
        const Verdict verdict = consensus::check_header_context(wrong, past, params, kFarFuture);
        ASSERT_FALSE(verdict.has_value()) << i;
        EXPECT_EQ(verdict.error().reason(), "bad-diffbits");
        past.push(headers[i]);
    }
}

struct HeaderRun {
    std::string_view file;
    std::string_view network;
    std::size_t count;
    std::string_view last;
};

constexpr std::array kRuns{
    HeaderRun{"mainnet-0000000-0010236.hdr", "mainnet", 10'237,
              "000000004f74d42205b9d7ae1cb5c1591e723894a71358fce73b7e0919628161"},
    HeaderRun{"testnet3-0000000-0025199.hdr", "testnet3", 25'200,
              "00000000af13fd569563247959155b257c25d8fd5816f9d7775481b9d292d5eb"},
    HeaderRun{"signet-0000000-0001511.hdr", "signet", 1'512,
              "000003153e240230c2c7abb321cdea6bbed9bed8f3c612c5f5d7aba24046e181"},
    HeaderRun{"testnet4-0000000-0000075.hdr", "testnet4", 76,
              "00000000ab28703f8d291cfa5c072f03ba3f4e0f009ecd13f568e3673668aa98"},
};

TEST(HeaderRuns, FromGenesisPassEveryRule) {
    KEEL_DATA_OR_SKIP(const auto folder, "headers");
    for (const HeaderRun& run : kRuns) {
        const std::vector<Header> headers = headers_in(run.file);
        EXPECT_EQ(headers.size(), run.count) << run.file;
        const HeaderList past = checked_from_genesis(headers, params_of(run.network));
        EXPECT_EQ(to_hex(past.hash(past.height())), run.last) << run.file;
        expect_wrong_bits_refused(headers, params_of(run.network));
    }
}

// Heights 822,528 to 830,592: four retargets of recent years. The first headers have no 11 before them in the file.
constexpr Height kRecentFirst{822'528};
constexpr int kMedianNeeds = consensus::kMedianTimeSpan;

HeaderList recent_up_to(Height last) {
    HeaderList past(kRecentFirst);
    for (const Header& header : headers_in("mainnet-0822528-0830592.hdr")) {
        past.push(header);
        if (past.height() == last) {
            break;
        }
    }
    return past;
}

TEST(HeaderRuns, RecentOnesPassEveryRule) {
    KEEL_DATA_OR_SKIP(const auto folder, "headers");
    const Params& params = primitives::main_params();
    HeaderList past(kRecentFirst);
    std::size_t checked = 0;
    for (const Header& header : headers_in("mainnet-0822528-0830592.hdr")) {
        EXPECT_TRUE(consensus::check_header(header.hash(), header.bits, params).has_value());
        if (past.next_height() - kRecentFirst >= kMedianNeeds) {
            const Verdict verdict = check_on(past, header, params);
            EXPECT_TRUE(verdict.has_value()) << past.next_height().value() << ": " << verdict.error().text();
            ++checked;
        }
        past.push(header);
    }
    EXPECT_EQ(checked, 8'065U - kMedianNeeds);
    EXPECT_EQ(past.height(), Height(830'592));
}

TEST(HeaderRuns, AStaleHeaderIsAsValidAsTheOneThatWon) {
    KEEL_DATA_OR_SKIP(const auto folder, "headers");
    const std::vector<Header> stale = headers_in("mainnet-stale-0823226.hdr");
    ASSERT_EQ(stale.size(), 1U);
    const HeaderList past = recent_up_to(Height(823'225));
    const Verdict verdict = check_on(past, stale[0], primitives::main_params());
    EXPECT_TRUE(verdict.has_value()) << verdict.error().text();
    EXPECT_NE(stale[0].hash(), recent_up_to(Height(823'226)).hash(Height(823'226)));
}

// Bitcoin Core's old functional test: 546 headers of testnet3 and two of a branch that starts below a checkpoint.
TEST(HeaderRuns, TheForkOfTestnet3HasLessWorkButIsValid) {
    KEEL_DATA_OR_SKIP(const auto path, "headers/testnet3-headers-with-fork.hex.txt");
    const Params& params = primitives::testnet3_params();
    HeaderList past;
    past.push(params.genesis->header());
    std::size_t main_count = 0;
    std::vector<Header> fork;
    for (const std::string& line : testing::read_lines(path)) {
        if (line.starts_with("fork:")) {
            fork.push_back(parse_header_hex(std::string_view(line).substr(5)));
        } else if (const Header header = parse_header_hex(line); header.hash() != params.genesis->hash()) {
            const Verdict verdict = check_on(past, header, params);
            EXPECT_TRUE(verdict.has_value()) << main_count << ": " << verdict.error().text();
            past.push(header);
            ++main_count;
        }
    }
    EXPECT_EQ(main_count, 546U);
    ASSERT_EQ(fork.size(), 2U);
    while (past.height() > Height(0) && past.hash(past.height()) != fork[0].previous) {
        past.pop();
    }
    for (const Header& header : fork) {
        const Verdict verdict = check_on(past, header, params);
        EXPECT_TRUE(verdict.has_value()) << verdict.error().text();
        past.push(header);
    }
}

TEST(Fork2012, BothBranchesAreValidAndTheLongerHasMoreWork) {
    KEEL_DATA_OR_SKIP(const auto folder, "blocks/mainnet-fork-2012");
    const std::vector<BlockFile> files = block_files("mainnet-fork-2012");
    ASSERT_EQ(files.size(), 4U);  // main-1, main-2, main-3, stale-1
    std::vector<Header> headers;
    for (const BlockFile& file : files) {
        headers.push_back(parse_header(ByteSpan(file.raw).first(Header::kSize)));
        EXPECT_TRUE(consensus::check_header(headers.back().hash(), headers.back().bits, *file.params).has_value());
    }
    EXPECT_EQ(headers[0].previous, headers[3].previous);
    EXPECT_NE(headers[0].hash(), headers[3].hash());
    EXPECT_EQ(headers[1].previous, headers[0].hash());
    EXPECT_EQ(headers[2].previous, headers[1].hash());
    const ChainWork stale = consensus::block_work(headers[3].bits);
    EXPECT_EQ(consensus::block_work(headers[0].bits), stale);
    EXPECT_GT(consensus::block_work(headers[0].bits) + consensus::block_work(headers[1].bits), stale);
}

}  // namespace
}  // namespace keel::conformance
