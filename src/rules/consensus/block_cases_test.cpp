#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "rules/consensus/block_rules.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/rule_cases.hpp"
#include "testing/block_builder.hpp"

namespace keel::consensus {

namespace {

using primitives::Amount;
using primitives::Header;
using primitives::MutableTx;
using primitives::regtest_params;
using testing::make_coinbase;
using testing::make_spend;
using testing::mine;
using testing::mine_as_is;
using testing::some_outpoint;

constexpr CompactTarget kEasiest(0x207FFFFF);

Header easy_header() {
    Header header;
    header.version = 4;
    header.bits = kEasiest;
    return header;
}

MutableTx coinbase() { return make_coinbase(Height(10), Amount(0)); }
MutableTx spend(std::uint32_t index) { return make_spend({some_outpoint(index)}, Amount(0)); }

Verdict verdict_of(const BlockPtr& block, const Params& params) {
    if (const auto checked = check_block(block, params); !checked) {
        return Failure<Reject>(checked.error());
    }
    return {};
}

std::function<Verdict()> check(const std::vector<MutableTx>& txs) {
    return [txs] { return verdict_of(mine(easy_header(), txs), regtest_params()); };
}

// A signet at the difficulty of regtest.
Params easy_signet(Bytes challenge) {
    Params params = primitives::signet_params_with(std::move(challenge));
    params.pow = regtest_params().pow;
    return params;
}

std::function<Verdict()> on_signet(bool with_commitment) {
    return [with_commitment] {
        std::vector<MutableTx> txs{coinbase()};
        if (with_commitment) {
            testing::commit_to_witnesses(txs);
        }
        return verdict_of(mine(easy_header(), txs), easy_signet(testing::anyone_script()));
    };
}

MutableTx coinbase_with_script(std::size_t bytes, std::uint8_t opcode) {
    MutableTx tx = coinbase();
    tx.outputs[0].script.assign(bytes, static_cast<std::byte>(opcode));
    return tx;
}

// A block with one transaction that serializes to this many bytes.
std::vector<MutableTx> of_size(std::size_t bytes) {
    constexpr std::size_t kStart = 500'000;  // a length of five bytes from here on
    const std::size_t rest = mine_as_is(easy_header(), {coinbase_with_script(kStart, 0)})->stripped_size() - kStart;
    return {coinbase_with_script(bytes - rest, 0)};
}

}  // namespace

RuleCases block_cases() {
    constexpr std::uint8_t kCheckSig = 0xAC;
    RuleCases cases;
    const auto good = check({coinbase(), spend(1), spend(2)});
    cases["block-signet-solution"] = {on_signet(true), on_signet(false), {}};
    cases["block-merkle-root"] = {
        good, [] { return verdict_of(mine_as_is(easy_header(), {coinbase()}), regtest_params()); }, {}};
    cases["block-merkle-unambiguous"] = {good, check({coinbase(), spend(1), spend(2), spend(2)}), {}};
    cases["block-size"] = {check(of_size(1'000'000)), check(of_size(1'000'001)), {}};
    cases["block-coinbase-first"] = {good, check({spend(1), coinbase()}), {}};
    cases["block-coinbase-only-first"] = {good, check({coinbase(), spend(1), coinbase()}), {}};
    cases["block-legacy-sigops"] = {
        check({coinbase_with_script(20'000, kCheckSig)}), check({coinbase_with_script(20'001, kCheckSig)}), {}};
    return cases;
}

namespace {

TEST(CheckBlock, ABlockWithoutTransactionsIsRefused) {
    const Verdict verdict = check({})();
    ASSERT_FALSE(verdict.has_value());
    EXPECT_EQ(verdict.error().text(), "bad-blk-length, size limits failed");
}

TEST(CheckBlock, ProofOfWorkComesFirst) {
    Header header = easy_header();
    header.bits = CompactTarget(0x1D00FFFF);
    const auto checked = check_block(primitives::Block::assemble(header, std::vector<MutableTx>{}), regtest_params());
    ASSERT_FALSE(checked.has_value());
    EXPECT_EQ(checked.error().text(), "high-hash, proof of work failed");
    EXPECT_EQ(checked.error().kind(), RejectKind::invalid_header);
}

TEST(CheckBlock, ABodyThatDoesNotFitTheHeaderDoesNotBrandIt) {
    const auto wrong_root = verdict_of(mine_as_is(easy_header(), {coinbase()}), regtest_params());
    EXPECT_EQ(wrong_root.error().kind(), RejectKind::mutated);
    EXPECT_FALSE(wrong_root.error().permanent());
    const auto repeated = check({coinbase(), spend(1), spend(2), spend(2)})();
    EXPECT_EQ(repeated.error().kind(), RejectKind::mutated);
    EXPECT_EQ(repeated.error().text(), "bad-txns-duplicate, duplicate transaction");
}

TEST(CheckBlock, TransactionErrorsNameTheTransactionAndAreFinal) {
    MutableTx bad = spend(1);
    bad.outputs[0].value = Amount(-1);
    const auto verdict = check({coinbase(), bad})();
    ASSERT_FALSE(verdict.has_value());
    EXPECT_EQ(verdict.error().reason(), "bad-txns-vout-negative");
    EXPECT_EQ(verdict.error().debug(), "Transaction check failed (tx hash " + to_hex(bad.freeze()->txid()) + ") ");
    EXPECT_TRUE(verdict.error().permanent());
}

TEST(CheckBlock, ProposalsNeedNoWorkAndAreMarked) {
    Header header;  // no target, no merkle root
    const BlockPtr block = primitives::Block::assemble(header, std::vector{coinbase(), spend(1)});
    const auto proposal = check_proposal(block, regtest_params());
    ASSERT_TRUE(proposal.has_value());
    EXPECT_TRUE(proposal->is_proposal());
    EXPECT_EQ(proposal->legacy_sigops().size(), 2U);
    const auto checked = check_block(mine(easy_header(), {coinbase()}), regtest_params());
    ASSERT_TRUE(checked.has_value());
    EXPECT_FALSE(checked->is_proposal());
    EXPECT_FALSE(check_proposal(primitives::Block::assemble(header, std::vector{spend(1)}), regtest_params()));
}

TEST(CheckBlock, BodiesArePairedWithHeaders) {
    std::vector<MutableTx> txs{coinbase(), spend(1)};
    txs[1].inputs[0].witness = {Bytes(5)};
    EXPECT_EQ(check_body_matches_header(*mine(easy_header(), txs), true).error().reason(), "unexpected-witness");
    testing::commit_to_witnesses(txs);
    EXPECT_TRUE(check_body_matches_header(*mine(easy_header(), txs), true).has_value());
    EXPECT_EQ(check_body_matches_header(*mine(easy_header(), txs), false).error().reason(), "unexpected-witness");
    EXPECT_EQ(check_body_matches_header(*mine_as_is(easy_header(), txs), true).error().reason(), "bad-txnmrklroot");
}

}  // namespace
}  // namespace keel::consensus
