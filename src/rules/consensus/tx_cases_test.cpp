#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/rule_cases.hpp"
#include "rules/consensus/tx_rules.hpp"
#include "testing/block_builder.hpp"

namespace keel::consensus {

namespace {

using primitives::kMaxMoney;
using primitives::MutableTx;
using primitives::OutPoint;
using testing::make_coinbase;
using testing::make_spend;
using testing::some_outpoint;

MutableTx good_tx() { return make_spend({some_outpoint(0), some_outpoint(1)}, Amount(1)); }

std::function<Verdict()> check(const MutableTx& tx) {
    return [tx] { return check_tx(tx.freeze()->view()); };
}

MutableTx paying(std::initializer_list<std::int64_t> values) {
    MutableTx tx = good_tx();
    tx.outputs.clear();
    for (const std::int64_t value : values) {
        tx.outputs.push_back({.value = Amount(value), .script = {}});
    }
    return tx;
}

MutableTx spending(std::vector<OutPoint> prevouts) { return make_spend(prevouts, Amount(1)); }

// Serializes to this many bytes without witness.
MutableTx of_size(std::size_t bytes) {
    MutableTx tx = good_tx();
    tx.outputs[0].script.resize(100'000);  // a length of five bytes from here on
    const std::size_t rest = tx.freeze()->view().stripped_size() - 100'000;
    tx.outputs[0].script.resize(bytes - rest);
    return tx;
}

MutableTx coinbase_with(std::size_t script_bytes) {
    MutableTx tx = make_coinbase(Height(1), Amount(1));
    tx.inputs[0].script_sig.assign(script_bytes, std::byte{0});
    return tx;
}

}  // namespace

RuleCases tx_cases() {
    RuleCases cases;
    MutableTx no_inputs = good_tx();
    no_inputs.inputs.clear();
    no_inputs.outputs.clear();  // as an extended transaction its output count would be a flag
    cases["tx-has-inputs"] = {check(good_tx()), check(no_inputs), {}};
    MutableTx no_outputs = good_tx();
    no_outputs.outputs.clear();
    cases["tx-has-outputs"] = {check(good_tx()), check(no_outputs), {}};
    cases["tx-size"] = {check(of_size(1'000'000)), check(of_size(1'000'001)), {}};
    const std::int64_t most = kMaxMoney.satoshi();
    cases["tx-output-not-negative"] = {check(paying({0})), check(paying({5, -1})), {}};
    cases["tx-output-not-too-large"] = {check(paying({most})), check(paying({most + 1})), {}};
    cases["tx-output-sum"] = {check(paying({most - 5, 2, 3})), check(paying({most - 5, 2, 4})), {}};
    const OutPoint a = some_outpoint(1);
    const OutPoint b = some_outpoint(2);
    cases["tx-inputs-different"] = {check(spending({a, b})), check(spending({a, b, a})), {}};
    cases["tx-coinbase-script-length"] = {check(coinbase_with(100)), check(coinbase_with(101)), {}};
    OutPoint null;
    null.index = OutPoint::kNullIndex;
    cases["tx-prevouts-not-null"] = {check(spending({a, b})), check(spending({a, null})), {}};
    return cases;
}

namespace {

TEST(TxRules, CoinbaseScriptsHaveTwoTo100Bytes) {
    EXPECT_FALSE(check(coinbase_with(1))().has_value());
    EXPECT_TRUE(check(coinbase_with(2))().has_value());
    EXPECT_TRUE(check(coinbase_with(100))().has_value());
}

TEST(TxRules, ErrorsComeInOrderOfOutputs) {
    const std::int64_t most = kMaxMoney.satoshi();
    EXPECT_EQ(check(paying({most, 1, -1}))().error().reason(), "bad-txns-txouttotal-toolarge");
    EXPECT_EQ(check(paying({-1, most, 1}))().error().reason(), "bad-txns-vout-negative");
    EXPECT_EQ(check(paying({std::numeric_limits<std::int64_t>::max()}))().error().reason(), "bad-txns-vout-toolarge");
    EXPECT_EQ(check(paying({std::numeric_limits<std::int64_t>::min()}))().error().reason(), "bad-txns-vout-negative");
}

// Both ways of looking for duplicates, at every place and around the number of inputs where they change over.
TEST(TxRules, ADuplicateInputIsFoundWhereverItIs) {
    Rng rng(1);
    for (std::size_t count = 2; count < 40; ++count) {
        std::vector<OutPoint> prevouts;
        for (std::size_t i = 0; i < count; ++i) {
            OutPoint prevout;
            prevout.txid.bytes[31] = static_cast<std::byte>(rng.below(2));
            prevout.index = static_cast<std::uint32_t>(i);
            prevouts.push_back(prevout);
        }
        EXPECT_TRUE(check(spending(prevouts))().has_value());
        const std::size_t from = static_cast<std::size_t>(rng.below(count));
        const std::size_t to = (from + 1 + static_cast<std::size_t>(rng.below(count - 1))) % count;
        prevouts[to] = prevouts[from];
        const Verdict verdict = check(spending(prevouts))();
        ASSERT_FALSE(verdict.has_value()) << count;
        EXPECT_EQ(verdict.error().reason(), "bad-txns-inputs-duplicate");
    }
}

}  // namespace
}  // namespace keel::consensus
