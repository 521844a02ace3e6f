#include <gtest/gtest.h>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "rules/consensus/connect.hpp"
#include "rules/consensus/rule_cases.hpp"
#include "rules/consensus/script_checks.hpp"
#include "rules/consensus/subsidy.hpp"
#include "testing/block_builder.hpp"
#include "testing/header_list.hpp"

namespace keel::consensus {

namespace {

using primitives::Header;
using primitives::kMaxMoney;
using primitives::MutableTx;
using primitives::regtest_params;
using testing::HeaderList;
using testing::make_coinbase;
using testing::make_spend;
using testing::some_outpoint;

constexpr std::int32_t kHeight = 200;
constexpr std::int64_t kSubsidy = 2'500'000'000;  // second era of regtest

const HeaderList& parents() {
    static const HeaderList past = [] {
        HeaderList list;
        for (std::uint32_t i = 0; i < kHeight; ++i) {
            Header header;
            header.time = 1'700'000'000 + i * 600;
            list.push(header, BlockHash{});
        }
        return list;
    }();
    return past;
}

MutableTx coinbase(std::int64_t value = 0) { return make_coinbase(Height(kHeight), Amount(value)); }
CoinView coin(std::int64_t value, ByteSpan script = {}) { return {Amount(value), Height(kHeight - 10), false, script}; }

CheckedBlock make_block(const std::vector<MutableTx>& txs) {
    Header header;
    header.version = 4;
    header.bits = CompactTarget(0x207FFFFF);
    auto checked = check_block(testing::mine(header, txs), regtest_params());
    KEEL_ASSERT(checked.has_value());
    return *checked;
}

Result<ConnectSummary, Reject> connect_block(const std::vector<MutableTx>& txs, const std::vector<CoinView>& coins,
                                             bool overwrites = false) {
    const CheckedBlock block = make_block(txs);
    return connect({block, parents(), regtest_params(), coins, overwrites});
}

std::function<Verdict()> check(std::vector<MutableTx> txs, std::vector<CoinView> coins, bool overwrites = false) {
    return [=]() -> Verdict {
        if (const auto summary = connect_block(txs, coins, overwrites); !summary) {
            return Failure<Reject>(summary.error());
        }
        return {};
    };
}

MutableTx spend(std::uint32_t index, std::int64_t value, std::uint32_t sequence = 0xFFFFFFFF) {
    MutableTx tx = make_spend({some_outpoint(index)}, Amount(value));
    tx.inputs[0].sequence = sequence;
    return tx;
}

// The coinbase's own scripts use up the limit; a key hash program adds a cost of one when it is spent.
std::vector<MutableTx> full_of_sigops() {
    constexpr std::byte kCheckSig{0xAC};
    std::vector<MutableTx> txs{coinbase(), spend(1, 0)};
    txs[0].outputs[0].script.assign(20'000, kCheckSig);
    return txs;
}

const Bytes& key_hash_program() {
    static const Bytes script = [] {
        Bytes bytes(22);
        bytes[1] = std::byte{20};
        return bytes;
    }();
    return script;
}

}  // namespace

RuleCases connect_cases() {
    RuleCases cases;
    cases["connect-no-overwrite"] = {check({coinbase()}, {}), check({coinbase()}, {}, true), {}};
    const std::int64_t most = kMaxMoney.satoshi();
    cases["connect-fees-in-range"] = {check({coinbase(), spend(1, 1), spend(2, 0)}, {coin(most), coin(1)}),
                                      check({coinbase(), spend(1, 0), spend(2, 0)}, {coin(most), coin(1)}),
                                      {}};
    cases["connect-sequence-locks"] = {
        check({coinbase(), spend(1, 0, 10)}, {coin(0)}), check({coinbase(), spend(1, 0, 11)}, {coin(0)}), {}};
    cases["connect-sigop-cost"] = {
        check(full_of_sigops(), {coin(0)}), check(full_of_sigops(), {coin(0, key_hash_program())}), {}};
    cases["connect-coinbase-amount"] = {check({coinbase(kSubsidy + 3), spend(1, 4)}, {coin(7)}),
                                        check({coinbase(kSubsidy + 4), spend(1, 4)}, {coin(7)}),
                                        {}};
    return cases;
}

namespace {

TEST(Connect, SumsUpFeesSubsidyAndSigops) {
    const auto summary = connect_block({coinbase(), spend(1, 4), spend(2, 5)}, {coin(7), coin(9, key_hash_program())});
    ASSERT_TRUE(summary.has_value());
    EXPECT_EQ(summary->fees, Amount(7));
    EXPECT_EQ(summary->subsidy, Amount(kSubsidy));
    EXPECT_EQ(summary->sigop_cost, 1);
    EXPECT_EQ(summary->flags, script::kMandatoryFlags);
}

TEST(Connect, RefusalsExplainThemselvesAsBitcoinCoreDoes) {
    const std::vector<MutableTx> locked{coinbase(), spend(1, 0, 11)};
    EXPECT_EQ(connect_block(locked, {coin(0)}).error().text(),
              "bad-txns-nonfinal, contains a non-BIP68-final transaction " + to_hex(locked[1].freeze()->txid()));
    EXPECT_EQ(connect_block({coinbase(kSubsidy + 1)}, {}).error().text(),
              "bad-cb-amount, coinbase pays too much (actual=2500000001 vs limit=2500000000)");
    EXPECT_EQ(connect_block(locked, {kMissingCoin}).error().text(),
              "bad-txns-inputs-missingorspent, CheckTxInputs: inputs missing/spent in transaction " +
                  to_hex(locked[1].freeze()->txid()));
}

TEST(Connect, WhatIsTooEarlyForATransactionBrandsTheBlock) {
    const auto immature = connect_block({coinbase(), spend(1, 0)}, {{Amount(1), Height(kHeight - 99), true, {}}});
    EXPECT_EQ(immature.error().reason(), "bad-txns-premature-spend-of-coinbase");
    EXPECT_TRUE(immature.error().permanent());
    EXPECT_TRUE(connect_block({coinbase(), spend(1, 0)}, {kMissingCoin}).error().permanent());
}

TEST(Connect, SequenceLocksBindOnlyFromTheirHeightOn) {
    const CheckedBlock block = make_block({coinbase(), spend(1, 0, 11)});
    Params params = regtest_params();
    params.buried.csv = Height(kHeight + 1);
    EXPECT_TRUE(connect({block, parents(), params, std::array{coin(0)}}).has_value());
}

TEST(Connect, GenesisPassesAndCreatesNothing) {
    const auto checked = check_block(regtest_params().genesis, regtest_params());
    ASSERT_TRUE(checked.has_value());
    const HeaderList none;
    const auto summary = connect({*checked, none, regtest_params(), {}});
    ASSERT_TRUE(summary.has_value());
    EXPECT_EQ(summary->subsidy, Amount(0));
    EXPECT_FALSE(must_not_overwrite(checked->hash(), none, regtest_params()));
}

TEST(Bip30, IsCheckedUnlessTheChainHasBip34OrTheBlockIsListed) {
    const Params& params = primitives::main_params();
    const BlockHash other{};
    HeaderList below(Height(91'000));
    for (std::int32_t h = 91'000; h < 91'842; ++h) {
        below.push({}, other);
    }
    EXPECT_TRUE(must_not_overwrite(other, below, params));
    EXPECT_FALSE(must_not_overwrite(params.bip30_exceptions[0].second, below, params));
    below.pop();
    EXPECT_TRUE(must_not_overwrite(params.bip30_exceptions[0].second, below, params)) << "at another height";

    HeaderList known(params.buried.bip34);
    known.push({}, params.bip34_hash);
    EXPECT_FALSE(must_not_overwrite(other, known, params));
    HeaderList fork(params.buried.bip34);
    fork.push({}, other);
    EXPECT_TRUE(must_not_overwrite(other, fork, params));
    EXPECT_TRUE(must_not_overwrite(other, parents(), regtest_params())) << "regtest has no such block";
}

TEST(ScriptPlan, RangesCoverEveryInputOnceAndRespectTheLimit) {
    std::vector<MutableTx> txs{coinbase()};
    std::uint32_t next = 0;
    for (const std::size_t inputs : {1U, 3U, 25U, 2U, 10U, 1U}) {
        std::vector<primitives::OutPoint> prevouts;
        for (std::size_t i = 0; i < inputs; ++i) {
            prevouts.push_back(some_outpoint(next++));
        }
        txs.push_back(make_spend(prevouts, Amount(0)));
    }
    const CheckedBlock block = make_block(txs);
    for (const std::size_t most : {1U, 2U, 7U, 10U, 100U}) {
        std::size_t covered = 0;
        for (const InputRange& range : plan_script_checks(block.block(), most)) {
            EXPECT_EQ(range.first, covered);
            EXPECT_GT(range.count, 0U);
            EXPECT_LE(range.count, most);
            covered += range.count;
        }
        EXPECT_EQ(covered, 42U);
    }
    EXPECT_TRUE(plan_script_checks(make_block({coinbase()}).block(), 5).empty());
}

// Runs all ranges of a plan; the debug texts of those that fail.
std::vector<std::string> failures(const Block& block, std::span<const CoinView> coins, std::size_t inputs_max) {
    std::vector<std::string> out;
    for (const InputRange& range : plan_script_checks(block, inputs_max)) {
        if (const Verdict verdict = check_scripts(block, range, coins, script::kMandatoryFlags); !verdict) {
            out.push_back(verdict.error().debug());
        }
    }
    return out;
}

TEST(ScriptChecks, TheFailingInputIsFoundInWhicheverRangeItIs) {
    const std::vector<MutableTx> txs{coinbase(),
                                     make_spend({some_outpoint(0), some_outpoint(1), some_outpoint(2)}, Amount(0)),
                                     make_spend({some_outpoint(3), some_outpoint(4)}, Amount(0))};
    const CheckedBlock block = make_block(txs);
    const Bytes yes = testing::anyone_script();
    const Bytes no{std::byte{0}};
    for (std::size_t bad = 0; bad < 5; ++bad) {
        std::vector<CoinView> coins(5, coin(0, yes));
        coins[bad].script = no;
        const std::string expected =
            "input " + std::to_string(bad < 3 ? bad : bad - 3) + " of " + to_hex(txs[bad < 3 ? 1 : 2].freeze()->txid());
        for (std::size_t most = 1; most <= 6; ++most) {
            const auto failed = failures(block.block(), coins, most);
            ASSERT_EQ(failed.size(), 1U);
            EXPECT_TRUE(failed[0].starts_with(expected)) << failed[0];
        }
    }
}

}  // namespace
}  // namespace keel::consensus
