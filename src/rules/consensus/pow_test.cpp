#include "rules/consensus/pow.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "testing/header_list.hpp"

namespace keel::consensus {
namespace {

using primitives::Header;
using primitives::main_params;
using primitives::regtest_params;
using primitives::testnet3_params;
using primitives::testnet4_params;
using testing::HeaderList;

std::string hex(const U256& value) { return to_hex_reversed(value.to_le()); }

TEST(CompactTarget, DecodesAndEncodesKnownValues) {
    struct Row {
        std::uint32_t bits;
        std::string_view value;  // without leading zeros
        std::uint32_t canonical;
        bool negative;
        bool overflow;
    };
    const Row rows[] = {
        {0x00000000, "", 0, false, false},
        {0x00123456, "", 0, false, false},
        {0x01003456, "", 0, false, false},
        {0x02000056, "", 0, false, false},
        {0x03000000, "", 0, false, false},
        {0x04000000, "", 0, false, false},
        {0x00923456, "", 0, false, false},
        {0x01803456, "", 0, false, false},
        {0x02800056, "", 0, false, false},
        {0x03800000, "", 0, false, false},
        {0x04800000, "", 0, false, false},
        {0x01123456, "12", 0x01120000, false, false},
        {0x02123456, "1234", 0x02123400, false, false},
        {0x03123456, "123456", 0x03123456, false, false},
        {0x04123456, "12345600", 0x04123456, false, false},
        {0x04923456, "12345600", 0x04123456, true, false},
        {0x01FEDCBA, "7e", 0x017E0000, true, false},
        {0x05009234, "92340000", 0x05009234, false, false},
        {0x20123456, "1234560000000000000000000000000000000000000000000000000000000000", 0x20123456, false, false},
        {0x1D00FFFF, "ffff0000000000000000000000000000000000000000000000000000", 0x1D00FFFF, false, false},
        {0x207FFFFF, "7fffff0000000000000000000000000000000000000000000000000000000000", 0x207FFFFF, false, false},
        {0x22000001, "100000000000000000000000000000000000000000000000000000000000000", 0x20010000, false, false},
        {0x22000100, "", 0, false, true},
        {0x23000001, "", 0, false, true},
        {0xFF123456, "", 0, false, true},
    };
    for (const Row& row : rows) {
        const DecodedTarget decoded = decode_compact(CompactTarget(row.bits));
        EXPECT_EQ(decoded.negative, row.negative) << std::hex << row.bits;
        EXPECT_EQ(decoded.overflow, row.overflow) << std::hex << row.bits;
        if (!row.overflow) {
            EXPECT_EQ(hex(decoded.value), std::string(64 - row.value.size(), '0') + std::string(row.value));
            EXPECT_EQ(encode_compact(decoded.value), CompactTarget(row.canonical)) << std::hex << row.bits;
        }
    }
}

TEST(CompactTarget, EncodingRoundsDownAndIsStable) {
    Rng rng(1);
    for (int i = 0; i < 20'000; ++i) {
        std::array<std::byte, 32> bytes;
        rng.fill(bytes);
        const U256 value = U256::from_le(bytes) >> static_cast<unsigned>(rng.below(257));
        const DecodedTarget back = decode_compact(encode_compact(value));
        EXPECT_FALSE(back.negative);
        EXPECT_FALSE(back.overflow);
        EXPECT_LE(back.value, value);
        EXPECT_LE(value - back.value, value >> 15U);
        EXPECT_EQ(encode_compact(back.value), encode_compact(value));
    }
}

TEST(ProofOfWork, RefusesTargetsThatAreNoneAndHashesAboveThem) {
    const U256 limit = main_params().pow.limit;
    const BlockHash genesis = main_params().genesis->hash();
    EXPECT_TRUE(check_proof_of_work(genesis, CompactTarget(0x1D00FFFF), limit));
    EXPECT_FALSE(check_proof_of_work(genesis, CompactTarget(0x1D80FFFF), limit));  // negative
    EXPECT_FALSE(check_proof_of_work(BlockHash{}, CompactTarget(0), limit));
    EXPECT_FALSE(check_proof_of_work(BlockHash{}, CompactTarget(0xFF123456), limit));  // overflow
    EXPECT_FALSE(check_proof_of_work(genesis, CompactTarget(0x1D01FFFF), limit));      // above the limit
    EXPECT_TRUE(check_proof_of_work(genesis, CompactTarget(0x207FFFFF), regtest_params().pow.limit));

    const U256 target = decode_compact(CompactTarget(0x1C123456)).value;
    BlockHash hash;
    hash.bytes = target.to_le();
    EXPECT_TRUE(check_proof_of_work(hash, CompactTarget(0x1C123456), limit));
    hash.bytes = (target + U256(1)).to_le();
    EXPECT_FALSE(check_proof_of_work(hash, CompactTarget(0x1C123456), limit));
}

TEST(ChainWork, IsTwoTo256OverTargetPlusOne) {
    EXPECT_EQ(block_work(CompactTarget(0x1D00FFFF)).hashes(), U256(0x100010001));
    EXPECT_EQ(block_work(CompactTarget(0x207FFFFF)).hashes(), U256(2));
    EXPECT_EQ(block_work(CompactTarget(0x03000001)).hashes(), U256(1) << 255U);
    EXPECT_TRUE(block_work(CompactTarget(0)).hashes().is_zero());
    EXPECT_TRUE(block_work(CompactTarget(0x04923456)).hashes().is_zero());
    EXPECT_TRUE(block_work(CompactTarget(0xFF123456)).hashes().is_zero());
}

TEST(EquivalentTime, IsSpacingTimesBlocksAndSaturates) {
    const CompactTarget bits(0x1D00FFFF);
    const ChainWork one = block_work(bits);
    const ChainWork three = one + one + one;
    EXPECT_EQ(equivalent_time(one, three, bits, main_params().pow), 1200);
    EXPECT_EQ(equivalent_time(three, one, bits, main_params().pow), -1200);
    EXPECT_EQ(equivalent_time(three, three, bits, main_params().pow), 0);
    const ChainWork huge(U256(1) << 200U);
    EXPECT_EQ(equivalent_time(one, huge, bits, main_params().pow), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(equivalent_time(huge, one, bits, main_params().pow), -std::numeric_limits<std::int64_t>::max());
}

struct Interval {
    std::int32_t last_height;
    std::uint32_t first_time;
    std::uint32_t last_time;
    std::uint32_t first_bits;
    std::uint32_t last_bits;
};

HeaderList headers_of(const Interval& interval) {
    HeaderList list(Height(interval.last_height - 2015));
    for (int i = 0; i < 2016; ++i) {
        Header header;
        header.time = i == 2015 ? interval.last_time : interval.first_time;
        header.bits = CompactTarget(i == 0 ? interval.first_bits : interval.last_bits);
        list.push(header, BlockHash{});
    }
    return list;
}

TEST(NextWork, RetargetsOnMain) {
    struct Row {
        std::int32_t last_height;
        std::uint32_t first_time;
        std::uint32_t last_time;
        std::uint32_t bits;
        std::uint32_t next;
    };
    const Row rows[] = {
        {32255, 1261130161, 1262152739, 0x1D00FFFF, 0x1D00D86A},  // an ordinary one
        {2015, 1231006505, 1233061996, 0x1D00FFFF, 0x1D00FFFF},   // stays at the limit
        {68543, 1279008237, 1279297671, 0x1C05A3F4, 0x1C0168FD},  // at most four times harder
        {46367, 1263163443, 1269211443, 0x1C387F6F, 0x1D00E1FD},  // at most four times easier
    };
    for (const Row& row : rows) {
        const HeaderList past = headers_of({row.last_height, row.first_time, row.last_time, row.bits, row.bits});
        EXPECT_EQ(next_work_required(past, 0, main_params().pow), CompactTarget(row.next)) << row.last_height;
        EXPECT_TRUE(permitted_difficulty_transition(Height(row.last_height + 1), CompactTarget(row.bits),
                                                    CompactTarget(row.next), main_params().pow));
    }
}

TEST(NextWork, Bip94StartsFromTheFirstTargetOfTheInterval) {
    const HeaderList past = headers_of({4031, 1'000'000, 1'000'000 + 14 * 24 * 3600, 0x1C05A3F4, 0x1D00FFFF});
    EXPECT_EQ(next_work_required(past, 0, testnet4_params().pow), CompactTarget(0x1C05A3F4));
    EXPECT_EQ(next_work_required(past, 0, testnet3_params().pow), CompactTarget(0x1D00FFFF));
}

TEST(NextWork, RegtestNeverRetargets) {
    HeaderList past;
    for (std::uint32_t i = 0; i < 144; ++i) {
        Header header;
        header.bits = CompactTarget(0x207FFFFF);
        header.time = 1'000 + i;
        past.push(header, BlockHash{});
    }
    EXPECT_EQ(next_work_required(past, 1'144, regtest_params().pow), CompactTarget(0x207FFFFF));
}

TEST(NextWork, LateBlocksOfTestnetHaveTheLimitAndOthersTheLastRegularTarget) {
    Rng rng(2);
    const ProofOfWorkParams& pow = testnet3_params().pow;
    const CompactTarget limit = encode_compact(pow.limit);
    HeaderList past;
    Header genesis;
    genesis.bits = limit;
    past.push(genesis, BlockHash{});
    CompactTarget regular = limit;
    for (int i = 1; i < 6'000; ++i) {
        Header header;
        header.time = past.last().time + static_cast<std::uint32_t>(rng.between(500, 1'300));
        const CompactTarget required = next_work_required(past, header.time, pow);
        if (i % 2016 != 0) {
            const bool late = header.time > past.last().time + 1'200;
            EXPECT_EQ(required, late ? limit : regular) << i;
            header.bits = required;
        } else {
            // What the retarget makes of it is another test's matter: start the interval anywhere below the limit.
            header.bits = CompactTarget(static_cast<std::uint32_t>(rng.between(0x1C010000, 0x1C7FFFFF)));
            regular = header.bits;
        }
        past.push(header, BlockHash{});
    }
}

TEST(NextWork, TargetsOutsideFourTimesAreNotPermitted) {
    const ProofOfWorkParams& pow = main_params().pow;
    const CompactTarget base(0x1C05A3F4);
    const U256 target = decode_compact(base).value;
    const CompactTarget easiest = encode_compact(target * 4);
    const CompactTarget hardest = encode_compact(target / U256(4));
    const auto permitted = [&](std::int32_t height, CompactTarget next) {
        return permitted_difficulty_transition(Height(height), base, next, pow);
    };
    EXPECT_TRUE(permitted(2016, easiest));
    EXPECT_TRUE(permitted(2016, hardest));
    EXPECT_TRUE(permitted(2016, base));
    EXPECT_FALSE(permitted(2016, CompactTarget(easiest.value() + 1)));
    EXPECT_FALSE(permitted(2016, CompactTarget(hardest.value() - 1)));
    EXPECT_TRUE(permitted(2017, base));
    EXPECT_FALSE(permitted(2017, CompactTarget(base.value() + 1)));
    EXPECT_TRUE(permitted_difficulty_transition(Height(5), base, easiest, testnet3_params().pow));
}

// Whatever the times were, the target that follows is one that pre-sync lets pass.
TEST(NextWork, EveryRetargetIsPermitted) {
    Rng rng(3);
    for (int i = 0; i < 300; ++i) {
        const auto exponent = static_cast<std::uint32_t>(rng.between(0x18, 0x1C));
        const std::uint32_t bits = (exponent << 24U) | static_cast<std::uint32_t>(rng.between(0x008000, 0x7FFFFF));
        const auto took = static_cast<std::uint32_t>(rng.below(10'000'000));
        const HeaderList past = headers_of({4031, 1'000'000, 1'000'000 + took, bits, bits});
        const CompactTarget next = next_work_required(past, 0, main_params().pow);
        EXPECT_TRUE(permitted_difficulty_transition(Height(4032), CompactTarget(bits), next, main_params().pow));
    }
}

TEST(MedianTimePast, IsTheMiddleOfTheLastElevenOrFewer) {
    Rng rng(4);
    HeaderList past;
    std::vector<std::uint32_t> times;
    for (int i = 0; i < 200; ++i) {
        Header header;
        header.time = static_cast<std::uint32_t>(rng.next());
        past.push(header, BlockHash{});
        times.push_back(header.time);
        std::vector<std::uint32_t> last(times.end() - std::min<std::ptrdiff_t>(std::ssize(times), 11), times.end());
        std::ranges::sort(last);
        EXPECT_EQ(past.PastHeaders::median_time_past(), last[last.size() / 2]);
    }
}

}  // namespace
}  // namespace keel::consensus
