#include "engine/fees/block_estimator.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/rng.hpp"

namespace keel::fees {
namespace {

// A miner that takes the best of what waits, and users who pay anything between 1 and 150 satoshi a byte.
struct Payer {
    std::uint64_t number = 0;
    std::uint32_t entry_height = 0;
    std::int64_t fee = 0;
    std::int64_t virtual_size = 0;
};

template <class Enter, class Leave, class Connect>
void live_through(std::uint32_t blocks, Enter enter, Leave leave, Connect connect) {
    Rng rng(7);
    std::vector<Payer> pool;
    std::uint64_t payers = 0;
    for (std::uint32_t height = 200; height < 200 + blocks; ++height) {
        for (std::uint64_t count = rng.below(12); count > 0; --count) {
            const auto size = static_cast<std::int64_t>(100 + rng.below(400));
            const auto rate = static_cast<std::int64_t>(1 + rng.below(150));
            pool.push_back({.number = ++payers, .entry_height = height, .fee = rate * size, .virtual_size = size});
            enter(pool.back());
        }
        if (!pool.empty() && rng.chance(1, 3)) {
            leave(pool.front());
            pool.erase(pool.begin());
        }
        std::ranges::sort(pool, {},
                          [](const Payer& payer) { return std::pair(-payer.fee / payer.virtual_size, payer.number); });
        const std::size_t taken = std::min<std::size_t>(pool.size(), rng.below(12));
        connect(height + 1, std::span(pool).first(taken));
        pool.erase(pool.begin(), pool.begin() + static_cast<std::ptrdiff_t>(taken));
    }
}

primitives::Txid id_of(std::uint64_t number) {
    primitives::Txid id;
    store_le(id.bytes.data(), number);
    return id;
}

Payment payment_of(const Payer& payer) { return {.fee = payer.fee, .virtual_size = payer.virtual_size}; }

BlockEstimator experienced(std::uint32_t blocks = 2500) {
    BlockEstimator estimator;
    estimator.connected(200, {});
    live_through(
        blocks,
        [&](const Payer& payer) {
            estimator.entered({.id = id_of(payer.number),
                               .height = payer.entry_height,
                               .payment = payment_of(payer),
                               .telling = true});
        },
        [&](const Payer& payer) { EXPECT_TRUE(estimator.left(id_of(payer.number))); },
        [&](std::uint32_t height, std::span<const Payer> payers) {
            std::vector<Confirmed> confirmed;
            for (const Payer& payer : payers) {
                confirmed.push_back(
                    {.id = id_of(payer.number), .entry_height = payer.entry_height, .payment = payment_of(payer)});
            }
            estimator.connected(height, confirmed);
        });
    return estimator;
}

// What Bitcoin Core's estimator answered to the same history.
struct SmartRow {
    std::uint32_t target;
    bool conservative;
    std::int64_t rate;
    std::uint32_t returned;
};
constexpr SmartRow kSmart[] = {
    {1, false, 81267, 2},    {1, true, 104847, 2},   {2, false, 81267, 2},      {2, true, 104847, 2},
    {3, false, 81267, 3},    {3, true, 85924, 3},    {6, false, 63412, 6},      {6, true, 63412, 6},
    {12, false, 48438, 12},  {12, true, 48438, 12},  {13, false, 48438, 13},    {13, true, 48438, 13},
    {24, false, 48438, 24},  {24, true, 48438, 24},  {48, false, 19000, 48},    {48, true, 19000, 48},
    {49, false, 19000, 49},  {49, true, 19000, 49},  {144, false, 8000, 144},   {144, true, 8000, 144},
    {500, false, 4000, 500}, {500, true, 4000, 500}, {1008, false, 4000, 1008}, {1008, true, 4000, 1008},
};

struct RawRow {
    std::uint32_t target;
    Span span;
    std::int64_t rate;
    double pass_start;
    double pass_end;
    double pass_confirmed;
    double fail_left;
};
constexpr RawRow kRaw[] = {
    {1, Span::hours, 139925, 130264.76588299738, 1e99, 18.126748217869185, 0.041659201740925432},
    {1, Span::days, 110261, 107169.14527012705, 112527.6025336334, 35.978658831125578, 0.207099600756287},
    {1, Span::weeks, 29502, 26036.349577592544, 30140.329179760574, 146.53648550899095, 0.9485059906490596},
    {6, Span::hours, 63412, 56834.085867155532, 72536.295913792448, 14.435488035532371, 0.041799210624282365},
    {6, Span::days, 67752, 65792.558651965926, 72536.295913792448, 55.039243289951344, 1.1817145852250568},
    {6, Span::weeks, 29502, 26036.349577592544, 30140.329179760574, 146.53648550899095, 0.9485059906490596},
    {12, Span::hours, 63412, 56834.085867155532, 72536.295913792448, 14.435488035532371, 0.04172111519411708},
    {12, Span::days, 47998, 46757.543095443172, 51550.191262726104, 36.662251767226138, 0.68369339821347364},
    {12, Span::weeks, 29502, 26036.349577592544, 30140.329179760574, 146.53648550899095, 0.9485059906490596},
    {24, Span::days, 37456, 34891.198566720333, 42410.469927839615, 48.523753080575901, 0.87264763048914229},
    {24, Span::weeks, 29502, 26036.349577592544, 30140.329179760574, 146.53648550899095, 0.9485059906490596},
    {48, Span::days, 22000, 20400.161173363762, 23615.736578315231, 27.223903598017259, 0.02894038773783595},
    {48, Span::weeks, 20000, 18503.547549536292, 22491.177693633552, 174.01990348784409, 1.7992665710067848},
    {500, Span::weeks, 4000, 1961.3145188829146, 6973.792467260706, 164.33465868865818, 0},
};

}  // namespace

TEST(BlockEstimator, SmartAnswersAreThoseOfBitcoinCore) {
    const BlockEstimator estimator = experienced();
    for (const SmartRow& row : kSmart) {
        const SmartEstimate got = estimator.smart(row.target, row.conservative);
        EXPECT_EQ(got.rate, row.rate) << row.target;
        EXPECT_EQ(got.target, row.returned) << row.target;
    }
}

TEST(BlockEstimator, RawAnswersAreThoseOfBitcoinCore) {
    const BlockEstimator estimator = experienced();
    for (const RawRow& row : kRaw) {
        const RawEstimate got = estimator.raw(row.target, 0.9, row.span);
        EXPECT_EQ(got.rate, row.rate) << row.target;
        EXPECT_DOUBLE_EQ(got.detail.pass.start, row.pass_start) << row.target;
        EXPECT_DOUBLE_EQ(got.detail.pass.end, row.pass_end) << row.target;
        EXPECT_DOUBLE_EQ(got.detail.pass.total_confirmed, row.pass_confirmed) << row.target;
        EXPECT_DOUBLE_EQ(got.detail.fail.left_mempool, row.fail_left) << row.target;
    }
}

TEST(BlockEstimator, KnowsNothingAtFirst) {
    const BlockEstimator estimator;
    EXPECT_EQ(estimator.smart(6, false).rate, 0);
    EXPECT_EQ(estimator.smart(6, false).target, 0U);
    EXPECT_EQ(estimator.smart(1009, false).rate, 0);
    EXPECT_EQ(estimator.raw(6, 0.5, Span::days).rate, 0);
    EXPECT_EQ(estimator.blocks_tracked(Span::hours), 12U);
    EXPECT_EQ(estimator.blocks_tracked(Span::days), 48U);
    EXPECT_EQ(estimator.blocks_tracked(Span::weeks), 1008U);
}

TEST(BlockEstimator, TargetsReachHalfAsFarAsHistory) { EXPECT_EQ(experienced(41).smart(1008, false).target, 20U); }

TEST(BlockEstimator, WhatSaysNothingAboutItsRateIsNotFollowed) {
    BlockEstimator estimator;
    estimator.connected(10, {});
    Entered tx{.id = id_of(1), .height = 10, .payment = {.fee = 1000, .virtual_size = 100}, .telling = false};
    estimator.entered(tx);
    EXPECT_FALSE(estimator.left(tx.id));
    tx.telling = true;
    tx.height = 9;
    estimator.entered(tx);
    EXPECT_FALSE(estimator.left(tx.id));
    tx.height = 10;
    estimator.entered(tx);
    EXPECT_TRUE(estimator.left(tx.id));
    EXPECT_FALSE(estimator.left(tx.id));
}

TEST(EstimatesFile, KeepsWhatWasLearnt) {
    BlockEstimator before = experienced();
    before.give_up_waiting();
    const Bytes file = before.encode();
    const auto after = BlockEstimator::decode(file);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->best_height(), before.best_height());
    for (const std::uint32_t target : {2U, 6U, 144U, 1008U}) {
        EXPECT_EQ(after->smart(target, true).rate, before.smart(target, true).rate);
    }
    EXPECT_EQ(after->encode(), file);
}

TEST(EstimatesFile, IsThatOfBitcoinCore) {
    // Version 309900, heights, 237 buckets from 100 satoshi upward.
    const Bytes file = experienced().encode();
    EXPECT_EQ(file.size(), 309'269U);
    primitives::Reader in(file);
    EXPECT_EQ(in.read<std::uint32_t>(), 309'900U);
    EXPECT_EQ(in.read<std::uint32_t>(), 2700U);
    EXPECT_EQ(in.read<std::uint32_t>(), 201U);
    EXPECT_EQ(in.read<std::uint32_t>(), 2700U);
    EXPECT_EQ(in.read_compact_size(), 237U);
    EXPECT_EQ(in.read<std::uint64_t>(), 0x4059'0000'0000'0000U);
}

TEST(EstimatesFile, OtherVersionsAndDamageAreTold) {
    Bytes file = experienced(50).encode();
    const auto problem_with = [](const Bytes& bytes) { return BlockEstimator::decode(bytes).error(); };
    Bytes newer = file;
    newer[0] ^= std::byte{0x80};
    newer[1] ^= std::byte{0x80};
    EXPECT_NE(problem_with(newer), FileProblem::corrupt);
    Bytes older = file;
    older[1] = std::byte{0};
    EXPECT_EQ(problem_with(older), FileProblem::version_too_old);
    EXPECT_EQ(problem_with(Bytes(file.begin(), file.end() - 1)), FileProblem::corrupt);
    EXPECT_EQ(problem_with({}), FileProblem::corrupt);
    // The first average of the first horizon becomes an infinity.
    const std::size_t average = 16 + 1 + 237 * 8 + 8 + 4 + 1;
    store_le(file.data() + average, std::uint64_t{0x7FF0'0000'0000'0000});
    EXPECT_EQ(problem_with(file), FileProblem::corrupt);
}

}  // namespace keel::fees
