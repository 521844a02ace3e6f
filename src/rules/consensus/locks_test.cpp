#include "rules/consensus/locks.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "testing/header_list.hpp"

namespace keel::consensus {
namespace {

using primitives::Header;
using primitives::MutableTx;
using testing::HeaderList;

primitives::TxPtr make_tx(std::uint32_t version, std::uint32_t lock_time, std::span<const std::uint32_t> sequences) {
    MutableTx tx{.version = version, .inputs = {}, .outputs = {{}}, .lock_time = lock_time};
    for (const std::uint32_t sequence : sequences) {
        tx.inputs.push_back(
            {.prevout = {.txid = {}, .index = 7}, .script_sig = {}, .sequence = sequence, .witness = {}});
    }
    return tx.freeze();
}

TEST(Final, LockTimeIsAHeightBelowTheThresholdAndATimeFromItOn) {
    struct Row {
        std::uint32_t lock_time;
        std::uint32_t sequence;
        std::int32_t height;
        std::int64_t time;
        bool final;
    };
    const Row rows[] = {
        {0, 0, 0, 0, true},
        {100, 0, 100, 0, false},
        {100, 0, 101, 0, true},
        {100, 0xFFFFFFFE, 100, 0, false},
        {100, 0xFFFFFFFF, 100, 0, true},
        {499'999'999, 0, 499'999'999, 2'000'000'000, false},
        {500'000'000, 0, 499'999'999, 500'000'000, false},
        {500'000'000, 0, 1, 500'000'001, true},
        {0xFFFFFFFF, 0, 1, 0xFFFFFFFF, false},
    };
    for (const Row& row : rows) {
        const auto tx = make_tx(1, row.lock_time, std::array{row.sequence});
        EXPECT_EQ(is_final(tx->view(), Height(row.height), row.time), row.final) << row.lock_time;
    }
}

TEST(Final, EveryInputMustBeFinalToSwitchTheLockTimeOff) {
    EXPECT_TRUE(is_final(make_tx(1, 100, std::array{0xFFFFFFFFU, 0xFFFFFFFFU})->view(), Height(5), 0));
    EXPECT_FALSE(is_final(make_tx(1, 100, std::array{0xFFFFFFFFU, 0xFFFFFFFEU})->view(), Height(5), 0));
}

HeaderList random_chain(Rng& rng, int length) {
    HeaderList past;
    std::uint32_t time = 1'300'000'000;
    for (int i = 0; i < length; ++i) {
        time += static_cast<std::uint32_t>(rng.below(1'500));
        Header header;
        header.time = time - static_cast<std::uint32_t>(rng.below(3'000));
        past.push(header, BlockHash{});
    }
    return past;
}

// BIP68 from its own words: an input is blocked until so many blocks, or units of 512 seconds of median time past, are
// between it and its coin.
bool naive_allowed(TxView tx, std::span<const CoinView> coins, const HeaderList& past) {
    if (tx.version() < 2) {
        return true;
    }
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const std::uint32_t sequence = tx.input(i).sequence();
        if (sequence >= 0x80000000) {
            continue;
        }
        const std::int64_t value = sequence % 0x10000;
        if (sequence / 0x400000 % 2 == 1) {
            const Height mined_after = coins[i].height.value() == 0 ? Height(0) : coins[i].height - 1;
            const std::int64_t elapsed = past.median_time_past() - past.median_time_past(mined_after);
            if (elapsed < value * 512) {
                return false;
            }
        } else if (past.next_height() - coins[i].height < value) {
            return false;
        }
    }
    return true;
}

TEST(SequenceLocks, EqualTheWordsOfBip68OnRandomChains) {
    Rng rng(1);
    const HeaderList past = random_chain(rng, 300);
    int allowed = 0;
    constexpr int kRounds = 20'000;
    for (int round = 0; round < kRounds; ++round) {
        std::vector<std::uint32_t> sequences(rng.between(1, 3));
        std::vector<CoinView> coins(sequences.size());
        for (std::size_t i = 0; i < sequences.size(); ++i) {
            coins[i].height = Height(static_cast<std::int32_t>(rng.below(301)));
            const bool by_time = rng.chance(1, 2);
            sequences[i] = static_cast<std::uint32_t>(rng.below(by_time ? 400 : 300)) | (by_time ? 0x400000U : 0U) |
                           (rng.chance(1, 5) ? 0x80000000U : 0U) | (rng.chance(1, 2) ? 0x10000U : 0U);
        }
        const auto tx = make_tx(static_cast<std::uint32_t>(rng.between(1, 3)), 0, sequences);
        const bool expected = naive_allowed(tx->view(), coins, past);
        EXPECT_EQ(locks_passed(sequence_locks(tx->view(), coins, past), past), expected);
        allowed += expected ? 1 : 0;
    }
    EXPECT_GT(allowed, kRounds / 5);
    EXPECT_LT(allowed, kRounds * 4 / 5);
}

TEST(SequenceLocks, VersionsBelowTwoHaveNoneAndNegativeOnesDo) {
    Rng rng(2);
    const HeaderList past = random_chain(rng, 20);
    const std::array coins{CoinView{.value = {}, .height = Height(19), .coinbase = false, .script = {}}};
    for (const std::uint32_t version : {0U, 1U}) {
        EXPECT_EQ(sequence_locks(make_tx(version, 0, std::array{50U})->view(), coins, past), SequenceLocks{});
    }
    for (const std::uint32_t version : {2U, 0x80000000U, 0xFFFFFFFFU}) {
        const SequenceLocks locks = sequence_locks(make_tx(version, 0, std::array{50U})->view(), coins, past);
        EXPECT_EQ(locks.height, Height(68));
        EXPECT_EQ(locks.time, -1);
    }
}

}  // namespace
}  // namespace keel::consensus
