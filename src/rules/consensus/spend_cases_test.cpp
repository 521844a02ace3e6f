#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "rules/consensus/rule_cases.hpp"
#include "rules/consensus/script_checks.hpp"
#include "rules/consensus/spend_rules.hpp"
#include "testing/block_builder.hpp"

namespace keel::consensus {

namespace {

using primitives::kMaxMoney;
using testing::make_spend;
using testing::some_outpoint;

constexpr Height kNow{1'000};

CoinView coin(std::int64_t value, std::int32_t height = 1, bool coinbase = false) {
    return {Amount(value), Height(height), coinbase, {}};
}

std::function<Verdict()> spend(std::vector<CoinView> coins, std::int64_t out = 1) {
    return [=]() -> Verdict {
        std::vector<primitives::OutPoint> prevouts;
        for (std::size_t i = 0; i < coins.size(); ++i) {
            prevouts.push_back(some_outpoint(static_cast<std::uint32_t>(i)));
        }
        const auto fee = check_spends(make_spend(prevouts, Amount(out)).freeze()->view(), coins, kNow);
        if (!fee) {
            return Failure<Reject>(fee.error());
        }
        return {};
    };
}

Verdict run_script(const Bytes& script, ScriptFlags flags) {
    const auto tx = make_spend({some_outpoint(3)}, Amount(1)).freeze();
    return check_tx_scripts(tx->view(), std::array{CoinView{Amount(1), Height(1), false, script}}, flags);
}

const Bytes kFalse{std::byte{0}};
constexpr std::string_view kFalseReason =
    "block-script-verify-flag-failed (Script evaluated without error but finished with a false/empty top stack "
    "element)";

}  // namespace

RuleCases spend_cases() {
    const std::int64_t most = kMaxMoney.satoshi();
    RuleCases cases;
    cases["spend-coins-exist"] = {spend({coin(5), coin(6)}), spend({coin(5), kMissingCoin}), {}};
    cases["spend-coinbase-mature"] = {spend({coin(5, 900, true)}), spend({coin(5, 901, true)}), {}};
    cases["spend-values-in-range"] = {spend({coin(most - 1), coin(1)}), spend({coin(most), coin(1)}), {}};
    cases["spend-not-more-than-inputs"] = {spend({coin(5), coin(6)}, 11), spend({coin(5), coin(6)}, 12), {}};
    cases["script-satisfied"] = {[] { return run_script(testing::anyone_script(), script::kMandatoryFlags); },
                                 [] { return run_script(kFalse, script::kMandatoryFlags); }, std::string(kFalseReason)};
    return cases;
}

namespace {

TEST(Spends, FeesAreWhatIsLeft) {
    const auto tx = make_spend({some_outpoint(0), some_outpoint(1)}, Amount(7)).freeze();
    EXPECT_EQ(check_spends(tx->view(), std::array{coin(5), coin(6)}, kNow), Amount(4));
}

TEST(Spends, ErrorsComeInOrderOfInputs) {
    const std::int64_t most = kMaxMoney.satoshi();
    // Missing coins before anything else; then input by input.
    EXPECT_EQ(spend({coin(-1), kMissingCoin})().error().reason(), "bad-txns-inputs-missingorspent");
    EXPECT_EQ(spend({coin(most + 1), coin(1, 950, true)})().error().reason(), "bad-txns-inputvalues-outofrange");
    EXPECT_EQ(spend({coin(1, 950, true), coin(-1)})().error().reason(), "bad-txns-premature-spend-of-coinbase");
}

TEST(Spends, RefusalsExplainThemselvesAsBitcoinCoreDoes) {
    EXPECT_EQ(spend({coin(1, 950, true)})().error().text(),
              "bad-txns-premature-spend-of-coinbase, tried to spend coinbase at depth 50");
    EXPECT_EQ(spend({coin(5'000'000'000)}, 5'012'300'000)().error().text(),
              "bad-txns-in-belowout, value in (50.00) < value out (50.123)");
    EXPECT_EQ(spend({coin(1)}, 10'010'000)().error().text(),
              "bad-txns-in-belowout, value in (0.00000001) < value out (0.1001)");
}

TEST(Spends, WhatIsTooEarlyForATransactionIsNotForEver) {
    EXPECT_EQ(spend({coin(1, 950, true)})().error().kind(), RejectKind::not_yet);
    EXPECT_EQ(spend({kMissingCoin})().error().kind(), RejectKind::missing_data);
}

TEST(Scripts, FailuresNameInputAndOutput) {
    const auto tx = make_spend({some_outpoint(3)}, Amount(1)).freeze();
    const Verdict verdict = run_script(kFalse, script::kMandatoryFlags);
    EXPECT_EQ(verdict.error().debug(), "input 0 of " + to_hex(tx->txid()) + " (wtxid " + to_hex(tx->wtxid()) +
                                           "), spending " + to_hex(some_outpoint(3).txid) + ":3");
    EXPECT_TRUE(
        run_script(kFalse, script::kStandardFlags).error().reason().starts_with("mempool-script-verify-flag-failed ("));
}

}  // namespace
}  // namespace keel::consensus
