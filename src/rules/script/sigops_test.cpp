#include "rules/script/sigops.hpp"

#include <gtest/gtest.h>

#include "rules/primitives/tx.hpp"
#include "rules/script/script_builder.hpp"
#include "testing/scripts.hpp"

namespace keel::script {
namespace {

using enum Opcode;
using primitives::Amount;
using primitives::CoinView;
using primitives::Height;
using primitives::MutableTx;

std::int64_t legacy(const ScriptBuilder& script) { return count_sigops(script.bytes(), MultisigCount::always_most); }
std::int64_t announced(const ScriptBuilder& script) { return count_sigops(script.bytes(), MultisigCount::announced); }

TEST(Sigops, EachChecksigIsOne) {
    EXPECT_EQ(legacy(ScriptBuilder().op(op_checksig).op(op_dup).op(op_checksigverify)), 2);
    EXPECT_EQ(legacy(ScriptBuilder().op(op_checksigadd)), 0);
}

TEST(Sigops, MultisigIs20OrWhatStandsBeforeIt) {
    const ScriptBuilder three = ScriptBuilder().op(op_3).op(op_checkmultisig);
    EXPECT_EQ(legacy(three), 20);
    EXPECT_EQ(announced(three), 3);
    EXPECT_EQ(announced(ScriptBuilder().op(op_16).op(op_checkmultisigverify)), 16);
    EXPECT_EQ(announced(ScriptBuilder().op(op_0).op(op_checkmultisig)), 20);
    EXPECT_EQ(announced(ScriptBuilder().number(17).op(op_checkmultisig)), 20);
    EXPECT_EQ(announced(ScriptBuilder().op(op_checkmultisig)), 20);
}

TEST(Sigops, CountingStopsWhereTheScriptDoesNotParse) {
    EXPECT_EQ(legacy(ScriptBuilder().op(op_checksig).raw(as_bytes("\x05")).op(op_checksig)), 1);
    EXPECT_EQ(legacy(ScriptBuilder().push(Bytes(3, std::byte{to_byte(op_checksig)}))), 0);
}

// A transaction with one input.
MutableTx spend(Bytes script_sig, std::vector<Bytes> witness = {}) {
    MutableTx tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout.index = 1;
    tx.inputs[0].script_sig = std::move(script_sig);
    tx.inputs[0].witness = std::move(witness);
    tx.outputs.push_back({Amount(1), testing::p2pkh_script(testing::test_key(1))});
    return tx;
}

// BIP141 cost without that of the output.
std::int64_t cost_of(const MutableTx& tx, const Bytes& script, Flags flags = kMandatoryFlags) {
    const auto frozen = tx.freeze();
    const CoinView coin{Amount(1), Height(1), false, script};
    return sigop_cost(frozen->view(), {&coin, 1}, flags) - kLegacySigopCost;
}

Bytes two_keys() { return ScriptBuilder().op(op_2).op(op_checkmultisig).op(op_checksig).bytes(); }

TEST(SigopCost, RedeemScriptsCountFourTimesAndOnlyUnderP2sh) {
    const MutableTx tx = spend(ScriptBuilder().number(0).push(two_keys()).bytes());
    const Bytes script = testing::p2sh_script(two_keys());
    EXPECT_EQ(cost_of(tx, script), 3 * 4);
    EXPECT_EQ(cost_of(tx, script, Flags()), 0);
    EXPECT_EQ(cost_of(spend(ScriptBuilder().op(op_nop).push(two_keys()).bytes()), script), 0);
}

TEST(SigopCost, WitnessScriptsCountOnce) {
    const Bytes script = testing::p2wsh_script(two_keys());
    EXPECT_EQ(cost_of(spend({}, {{}, two_keys()}), script), 3);
    EXPECT_EQ(cost_of(spend({}), script), 0);
    EXPECT_EQ(cost_of(spend({}, {{}, two_keys()}), script, Flag::p2sh), 0);
    EXPECT_EQ(cost_of(spend({}), testing::p2wpkh_script(testing::test_key(1))), 1);
    EXPECT_EQ(cost_of(spend({}, {two_keys()}), testing::p2tr_script(testing::test_key(1))), 0);
}

TEST(SigopCost, NestedWitnessScriptsCountOnce) {
    const Bytes inner = testing::p2wsh_script(two_keys());
    const MutableTx tx = spend(ScriptBuilder().push(inner).bytes(), {{}, two_keys()});
    EXPECT_EQ(cost_of(tx, testing::p2sh_script(inner)), 3);
}

TEST(SigopCost, CoinbasesCountTheirOwnScriptsOnly) {
    MutableTx tx = spend(ScriptBuilder().op(op_checksig).bytes());
    tx.inputs[0].prevout = {{}, primitives::OutPoint::kNullIndex};
    EXPECT_EQ(sigop_cost(tx.freeze()->view(), {}, kMandatoryFlags), 2 * kLegacySigopCost);
    EXPECT_EQ(legacy_sigops(tx.freeze()->view()), 2);
}

}  // namespace
}  // namespace keel::script
