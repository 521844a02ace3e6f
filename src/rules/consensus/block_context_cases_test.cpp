#include <gtest/gtest.h>

#include "base/assert.hpp"
#include "rules/consensus/block_rules.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/rule_cases.hpp"
#include "testing/block_builder.hpp"
#include "testing/header_list.hpp"

namespace keel::consensus {

namespace {

using primitives::Amount;
using primitives::Header;
using primitives::MutableTx;
using primitives::regtest_params;
using testing::HeaderList;
using testing::make_coinbase;
using testing::make_spend;
using testing::some_outpoint;

constexpr std::uint32_t kStart = 1'700'000'000;
constexpr std::uint32_t kMedian = kStart + 5 * 600;
constexpr std::int32_t kHeight = 10;

HeaderList parents() {
    HeaderList past;
    for (std::uint32_t i = 0; i < kHeight; ++i) {
        Header header;
        header.time = kStart + i * 600;
        past.push(header, BlockHash{});
    }
    return past;
}

Header header_now() {
    Header header;
    header.version = 4;
    header.time = kStart + 6000;
    header.bits = CompactTarget(0x207FFFFF);
    return header;
}

Verdict check_on(const Params& params, const std::vector<MutableTx>& txs) {
    const auto checked = check_block(testing::mine(header_now(), txs), params);
    KEEL_ASSERT(checked.has_value());
    return check_block_context(*checked, parents(), params);
}

std::function<Verdict()> check(const std::vector<MutableTx>& txs) {
    return [txs] { return check_on(regtest_params(), txs); };
}

MutableTx coinbase(std::int32_t height = kHeight) { return make_coinbase(Height(height), Amount(0)); }

std::vector<MutableTx> with_lock_time(std::uint32_t lock_time) {
    MutableTx tx = make_spend({some_outpoint(0)}, Amount(0));
    tx.inputs[0].sequence = 0;
    tx.lock_time = lock_time;
    return {coinbase(), tx};
}

std::vector<MutableTx> with_witness(std::size_t bytes) {
    MutableTx tx = make_spend({some_outpoint(0)}, Amount(0));
    tx.inputs[0].witness = {Bytes(bytes)};
    return {coinbase(), tx};
}

std::vector<MutableTx> committed(std::vector<MutableTx> txs) {
    testing::commit_to_witnesses(txs);
    return txs;
}

std::vector<MutableTx> with_reserved(std::vector<Bytes> items) {
    std::vector<MutableTx> txs = committed(with_witness(1));
    txs[0].inputs[0].witness = std::move(items);
    return txs;
}

std::vector<MutableTx> with_changed_witness() {
    std::vector<MutableTx> txs = committed(with_witness(1));
    txs[1].inputs[0].witness[0][0] = std::byte{1};
    return txs;
}

std::vector<MutableTx> of_weight(std::int64_t weight) {
    constexpr std::size_t kGuess = 3'900'000;
    const std::int64_t guessed =
        primitives::Block::assemble(header_now(), committed(with_witness(kGuess)))->weight().value();
    return committed(with_witness(kGuess + static_cast<std::size_t>(weight - guessed)));
}

}  // namespace

RuleCases block_context_cases() {
    RuleCases cases;
    cases["block-txs-final"] = {check(with_lock_time(kHeight - 1)), check(with_lock_time(kHeight)), {}};
    cases["block-height-in-coinbase"] = {check({coinbase(kHeight)}), check({coinbase(kHeight + 1)}), {}};
    const auto good = check(committed(with_witness(1)));
    cases["block-witness-reserved-value"] = {good, check(with_reserved({Bytes(31)})), {}};
    cases["block-witness-commitment"] = {good, check(with_changed_witness()), {}};
    cases["block-witness-committed"] = {good, check(with_witness(1)), {}};
    cases["block-weight"] = {check(of_weight(kMaxBlockWeight)), check(of_weight(kMaxBlockWeight + 1)), {}};
    return cases;
}

namespace {

TEST(BlockContext, LockTimesAreComparedWithTheMedianSinceBip113AndWithTheBlockBefore) {
    EXPECT_TRUE(check(with_lock_time(kMedian - 1))().has_value());
    EXPECT_EQ(check(with_lock_time(kMedian))().error().text(), "bad-txns-nonfinal, non-final transaction");
    Params before = regtest_params();
    before.buried.csv = Height(kHeight + 1);
    EXPECT_TRUE(check_on(before, with_lock_time(kMedian)).has_value());
    EXPECT_TRUE(check_on(before, with_lock_time(header_now().time - 1)).has_value());
    EXPECT_FALSE(check_on(before, with_lock_time(header_now().time)).has_value());
}

TEST(BlockContext, CoinbaseHeightsArePushesOfScriptNumbers) {
    // Heights up to 16 have operations of their own; a number that ends in a set bit gets a byte for its sign.
    EXPECT_TRUE(check({coinbase()})().has_value());
    MutableTx direct = coinbase();
    direct.inputs[0].script_sig = {std::byte{1}, std::byte{kHeight}, std::byte{0}};
    EXPECT_EQ(check({direct})().error().reason(), "bad-cb-height");
    Params before = regtest_params();
    before.buried.bip34 = Height(kHeight + 1);
    EXPECT_TRUE(check_on(before, {direct}).has_value());
}

TEST(BlockContext, ReservedValuesAreOneItemOf32Bytes) {
    const std::vector<std::vector<Bytes>> bad = {{}, {Bytes(33)}, {Bytes(32), Bytes(32)}, {Bytes(32), Bytes()}};
    for (const auto& items : bad) {
        const Verdict verdict = check(with_reserved(items))();
        ASSERT_FALSE(verdict.has_value());
        EXPECT_EQ(verdict.error().text(),
                  "bad-witness-nonce-size, CheckWitnessMalleation : invalid witness reserved value size");
        EXPECT_EQ(verdict.error().kind(), RejectKind::mutated);
    }
}

TEST(BlockContext, TheLastOutputThatLooksLikeACommitmentCounts) {
    std::vector<MutableTx> txs = committed(with_witness(1));
    MutableTx other = txs[0];
    // A wrong one before the right one is ignored; behind it, it counts.
    other.outputs[1].script[10] ^= std::byte{1};
    txs[0].outputs.insert(txs[0].outputs.begin(), other.outputs[1]);
    EXPECT_TRUE(check(txs)().has_value());
    txs[0].outputs.push_back(other.outputs[1]);
    EXPECT_EQ(check(txs)().error().reason(), "bad-witness-merkle-match");
    // Longer than needed is fine, shorter is none.
    txs[0].outputs.back() = txs[0].outputs[2];
    txs[0].outputs.back().script.resize(60);
    EXPECT_TRUE(check(txs)().has_value());
    txs[0].outputs.back().script.resize(37);
    txs[0].outputs.back().script[10] ^= std::byte{1};
    EXPECT_TRUE(check(txs)().has_value());
}

TEST(BlockContext, WitnessesBeforeSegwitAreUnexpectedEvenWhenCommittedTo) {
    Params before = regtest_params();
    before.buried.segwit = Height(kHeight + 1);
    EXPECT_EQ(check_on(before, committed(with_witness(1))).error().reason(), "unexpected-witness");
    std::vector<MutableTx> plain = committed({coinbase()});
    EXPECT_EQ(check_on(before, plain).error().reason(), "unexpected-witness");  // the reserved value
    plain[0].inputs[0].witness.clear();
    EXPECT_TRUE(check_on(before, plain).has_value());
    EXPECT_EQ(check(plain)().error().reason(), "bad-witness-nonce-size");
}

}  // namespace
}  // namespace keel::consensus
