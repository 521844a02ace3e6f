#include <gtest/gtest.h>

#include "rules/consensus/header_rules.hpp"
#include "rules/consensus/rule_cases.hpp"
#include "testing/header_list.hpp"

namespace keel::consensus {

namespace {

using primitives::regtest_params;
using primitives::testnet4_params;
using testing::HeaderList;

constexpr std::uint32_t kStart = 1'700'000'000;
constexpr std::uint32_t kEasiest = 0x207FFFFF;

// Headers at heights 0 to count - 1, ten minutes apart.
HeaderList chain(std::int32_t count, std::uint32_t bits) {
    HeaderList past;
    for (std::int32_t i = 0; i < count; ++i) {
        Header header;
        header.time = kStart + static_cast<std::uint32_t>(i) * 600;
        header.bits = CompactTarget(bits);
        past.push(header, BlockHash{});
    }
    return past;
}

// A header that fits on top of chain(10, kEasiest) on regtest.
Header good_header() {
    Header header;
    header.version = 4;
    header.time = kStart + 10 * 600;
    header.bits = CompactTarget(kEasiest);
    return header;
}

Verdict on_regtest(const Header& header, std::int64_t now = kStart + 10 * 600) {
    return check_header_context(header, chain(10, kEasiest), regtest_params(), unix_time(now));
}

Verdict on_testnet4(std::uint32_t time) {
    const std::uint32_t bits = encode_compact(testnet4_params().pow.limit).value();
    Header header = good_header();
    header.time = time;
    const HeaderList past = chain(2016, bits);
    header.bits = next_work_required(past, time, testnet4_params().pow);
    return check_header_context(header, past, testnet4_params(), unix_time(std::int64_t{time}));
}

std::function<Verdict()> with_version(std::int32_t version) {
    return [version] {
        Header header = good_header();
        header.version = version;
        return on_regtest(header);
    };
}

std::function<Verdict()> with_time(std::uint32_t time) {
    return [time] {
        Header header = good_header();
        header.time = time;
        return on_regtest(header);
    };
}

std::function<Verdict()> with_bits(std::uint32_t bits) {
    return [bits] {
        Header header = good_header();
        header.bits = CompactTarget(bits);
        return on_regtest(header);
    };
}

std::function<Verdict()> in_place(HeaderPlace place) {
    return [place] { return check_header_place(place); };
}

// A version is too low only after the rules that ask for lower ones let it pass.
RuleCase version_case(std::int32_t version) {
    return {with_version(version), with_version(version - 1),
            "bad-version(0x0000000" + std::to_string(version - 1) + ")"};
}

}  // namespace

RuleCases header_cases() {
    RuleCases cases;
    const auto genesis_with = [](CompactTarget bits) {
        return [bits] { return check_header(regtest_params().genesis->hash(), bits, regtest_params()); };
    };
    cases["header-work"] = {genesis_with(CompactTarget(kEasiest)), genesis_with(CompactTarget(0x1D00FFFF)), {}};
    const auto good = in_place({});
    cases["header-not-known-invalid"] = {good, in_place({.known_invalid = true}), {}};
    cases["header-parent-known"] = {good, in_place({.parent_known = false}), {}};
    cases["header-parent-valid"] = {good, in_place({.parent_invalid = true}), {}};
    cases["header-chain-work"] = {good, in_place({.enough_work = false}), {}};
    cases["header-bits"] = {with_bits(kEasiest), with_bits(kEasiest - 1), {}};
    // The median of heights 0 to 9 is the time of height 5.
    cases["header-time-after-median"] = {with_time(kStart + 5 * 600 + 1), with_time(kStart + 5 * 600), {}};
    const std::uint32_t parent = kStart + 2015 * 600;
    cases["header-no-timewarp"] = {
        [=] { return on_testnet4(parent - 600); }, [=] { return on_testnet4(parent - 601); }, {}};
    cases["header-time-not-ahead"] = {[] { return on_regtest(good_header(), kStart + 10 * 600 - 7200); },
                                      [] { return on_regtest(good_header(), kStart + 10 * 600 - 7201); },
                                      {}};
    cases["header-version-2"] = version_case(2);
    cases["header-version-3"] = version_case(3);
    cases["header-version-4"] = version_case(4);
    cases["header-version-2"].passes = cases["header-version-3"].passes = with_version(4);
    return cases;
}

namespace {

TEST(HeaderRules, ErrorsComeInOrder) {
    Header header;  // everything is wrong: no target, too early, no version
    header.version = 1;
    EXPECT_EQ(on_regtest(header).error().reason(), "bad-diffbits");
    header.bits = CompactTarget(kEasiest);
    EXPECT_EQ(on_regtest(header).error().reason(), "time-too-old");
    header.time = kStart + 30'000;
    EXPECT_EQ(on_regtest(header).error().reason(), "time-too-new");
    EXPECT_EQ(on_regtest(header).error().kind(), RejectKind::time_too_new);
    EXPECT_FALSE(on_regtest(header).error().blame());
    header.time = kStart + 6'000;
    EXPECT_EQ(on_regtest(header).error().text(), "bad-version(0x00000001), rejected nVersion=0x00000001 block");
}

TEST(HeaderRules, TimewarpIsLimitedOnlyWhereBip94Is) {
    Header header = good_header();
    header.version = 4;
    const HeaderList past = chain(144, kEasiest);
    header.time = past.last().time - 601;
    EXPECT_TRUE(check_header_context(header, past, regtest_params(), unix_time(kStart + 1'000'000)).has_value());
}

TEST(HeaderRules, VersionsAreSignedNumbers) {
    EXPECT_FALSE(with_version(static_cast<std::int32_t>(0x80000004U))().has_value());
    EXPECT_EQ(with_version(static_cast<std::int32_t>(0x80000004U))().error().reason(), "bad-version(0x80000004)");
    EXPECT_TRUE(with_version(0x20000000)().has_value());
}

}  // namespace
}  // namespace keel::consensus
