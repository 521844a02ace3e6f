// Standard forms: for each rule something that keeps it and something that breaks it.
#include <map>

#include <gtest/gtest.h>

#include "engine/policy/rules.hpp"
#include "engine/policy/standard_spend.hpp"
#include "rules/script/script_builder.hpp"
#include "testing/scripts.hpp"

namespace keel::policy {
namespace {

using primitives::Coin;
using primitives::Height;
using primitives::MutableTx;
using script::Opcode;
using script::ScriptBuilder;

Bytes p2wpkh() { return testing::p2wpkh_script(testing::test_key(1)); }
Bytes anchor() { return {std::byte{0x51}, std::byte{2}, std::byte{0x4e}, std::byte{0x73}}; }
Bytes multisig(unsigned keys) {
    ScriptBuilder script;
    script.number(1);
    for (unsigned i = 0; i < keys; ++i) {
        Bytes key(33, std::byte{7});
        key[0] = std::byte{2};
        script.push(key);
    }
    return script.number(keys).op(Opcode::op_checkmultisig).bytes();
}

MutableTx plain() {
    MutableTx tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout.txid.bytes[0] = std::byte{1};
    tx.outputs = {{Amount(10'000), p2wpkh()}};
    return tx;
}

// The reject reason, or "".
std::string why(const MutableTx& tx, const Policy& policy = {}) {
    const auto verdict = check_standard_tx(tx.freeze()->view(), policy);
    return verdict ? std::string() : verdict.error().reason();
}
std::string with_output(const Bytes& script, std::int64_t value = 10'000, const Policy& policy = {}) {
    MutableTx tx = plain();
    tx.outputs = {{Amount(value), script}};
    return why(tx, policy);
}

TEST(StandardTx, VersionsOneToThree) {
    MutableTx tx = plain();
    const std::map<std::uint32_t, std::string> rows = {{0, "version"}, {1, ""},        {2, ""},
                                                       {3, ""},        {4, "version"}, {0xFFFFFFFF, "version"}};
    for (const auto& [version, reason] : rows) {
        tx.version = version;
        EXPECT_EQ(why(tx), reason) << version;
    }
}

TEST(StandardTx, WeightAndInputScripts) {
    MutableTx tx = plain();
    tx.inputs[0].witness = {Bytes(399'000)};
    EXPECT_EQ(why(tx), "");
    tx.inputs[0].witness = {Bytes(400'000)};
    EXPECT_EQ(why(tx), "tx-size");
    tx = plain();
    tx.inputs[0].script_sig = Bytes(1650);
    EXPECT_EQ(why(tx), "");
    tx.inputs[0].script_sig = Bytes(1651);
    EXPECT_EQ(why(tx), "scriptsig-size");
    tx.inputs[0].script_sig = {std::byte{0x61}};
    EXPECT_EQ(why(tx), "scriptsig-not-pushonly");
}

TEST(StandardTx, OutputForms) {
    EXPECT_EQ(with_output(p2wpkh()), "");
    EXPECT_EQ(with_output(anchor()), "");
    EXPECT_EQ(with_output(multisig(3)), "");
    EXPECT_EQ(with_output(multisig(4)), "scriptpubkey");
    EXPECT_EQ(with_output({std::byte{0x51}}), "scriptpubkey");
    Policy strict;
    strict.permit_bare_multisig = false;
    EXPECT_EQ(with_output(multisig(2), 10'000, strict), "bare-multisig");
}

TEST(StandardTx, DataOutputsShareABudget) {
    Policy policy;
    policy.datacarrier_bytes = 90;
    MutableTx tx = plain();
    const Bytes data = testing::data_carrier(Bytes(40));  // 42 bytes
    tx.outputs = {{Amount(), data}, {Amount(), data}};
    EXPECT_EQ(why(tx, policy), "");
    tx.outputs.push_back({Amount(), data});
    EXPECT_EQ(why(tx, policy), "datacarrier");
    policy.datacarrier_bytes.reset();
    EXPECT_EQ(with_output(data, 0, policy), "datacarrier");
}

TEST(StandardTx, DustThresholds) {
    const FeeRate dust = Policy{}.dust;
    EXPECT_EQ(dust_threshold(testing::p2pkh_script(testing::test_key(1)), dust), Amount(546));
    EXPECT_EQ(dust_threshold(p2wpkh(), dust), Amount(294));
    EXPECT_EQ(dust_threshold(testing::p2tr_script(testing::test_key(1)), dust), Amount(330));
    EXPECT_EQ(dust_threshold(anchor(), dust), Amount(240));
    EXPECT_EQ(dust_threshold(testing::data_carrier(Bytes(10)), dust), Amount(0));
}

TEST(StandardTx, OneDustOutputAtMostAndNoFeeThen) {
    MutableTx tx = plain();
    tx.outputs = {{Amount(293), p2wpkh()}, {Amount(294), p2wpkh()}};
    EXPECT_EQ(why(tx), "");
    const auto view = tx.freeze();
    EXPECT_TRUE(check_dust_fee(view->view(), {}, Amount(0), Amount(0)));
    EXPECT_FALSE(check_dust_fee(view->view(), {}, Amount(1), Amount(0)));
    EXPECT_FALSE(check_dust_fee(view->view(), {}, Amount(0), Amount(5)));
    tx.outputs[1].value = Amount(293);
    EXPECT_EQ(why(tx), "dust");
}

TEST(LooseTx, TinyTransactionsAndCoinbases) {
    MutableTx tx = plain();
    tx.outputs = {{Amount(1), Bytes(4)}};  // 64 bytes
    EXPECT_FALSE(check_loose_size(tx.freeze()->view()));
    tx.outputs[0].script.resize(5);
    EXPECT_TRUE(check_loose_size(tx.freeze()->view()));
    tx.inputs[0].prevout = {primitives::Txid{}, primitives::OutPoint::kNullIndex};
    EXPECT_EQ(check_loose_tx(tx.freeze()->view()).error().reason(), "coinbase");
}

// ---- spends ----

struct SpendCase {
    Bytes coin_script;
    Bytes script_sig{};
    std::vector<Bytes> witness{};
};

std::string spend_why(const SpendCase& it) {
    MutableTx tx = plain();
    tx.inputs[0].script_sig = it.script_sig;
    tx.inputs[0].witness = it.witness;
    const Coin coin{Amount(1), Height(1), false, it.coin_script};
    const primitives::CoinView view = coin.view();
    const auto frozen = tx.freeze();
    if (const auto spend = check_standard_spend(frozen->view(), {&view, 1}); !spend) {
        return spend.error().debug();
    }
    const auto witness = check_standard_witness(frozen->view(), {&view, 1});
    return witness ? std::string() : witness.error().reason();
}

Bytes p2sh_of(const Bytes& redeem) { return testing::p2sh_script(redeem); }
Bytes push(const Bytes& data) { return ScriptBuilder().push(data).bytes(); }

TEST(StandardSpend, KnownFormsOnly) {
    EXPECT_EQ(spend_why({p2wpkh()}), "");
    EXPECT_EQ(spend_why({anchor()}), "");
    EXPECT_EQ(spend_why({{std::byte{0x51}}}), "input 0 script unknown");
    const Bytes future = ScriptBuilder().op(Opcode::op_2).push(Bytes(32)).bytes();
    EXPECT_EQ(spend_why({future}), "input 0 witness program is undefined");
}

TEST(StandardSpend, PayToScriptHash) {
    const Bytes fifteen(15, std::byte{0xAC});
    const Bytes sixteen(16, std::byte{0xAC});
    EXPECT_EQ(spend_why({p2sh_of(fifteen), push(fifteen)}), "");
    EXPECT_EQ(spend_why({p2sh_of(sixteen), push(sixteen)}), "p2sh redeemscript sigops exceed limit (input 0: 16 > 15)");
    EXPECT_EQ(spend_why({p2sh_of(fifteen)}), "input 0 P2SH redeemscript missing");
    EXPECT_EQ(spend_why({p2sh_of(fifteen), push(Bytes(521))}),
              "p2sh scriptsig malformed (input 0: Push value size limit exceeded)");
    EXPECT_EQ(spend_why({p2sh_of(fifteen), Bytes(1001)}),
              "p2sh scriptsig malformed (input 0: Stack size limit exceeded)");
}

TEST(StandardSpend, ManySignatureChecksInLegacyScripts) {
    const Bytes many(2501, std::byte{0xAC});
    EXPECT_EQ(spend_why({many}), "non-witness sigops exceed bip54 limit");
    EXPECT_TRUE(check_sigop_cost(16'000));
    EXPECT_EQ(check_sigop_cost(16'001).error().text(), "bad-txns-too-many-sigops, 16001");
}

TEST(StandardWitness, OnlyForWitnessProgramsAndWithinLimits) {
    constexpr auto kBad = "bad-witness-nonstandard";
    const Bytes key = testing::p2pkh_script(testing::test_key(1));
    EXPECT_EQ(spend_why({key, {}, {Bytes(1)}}), kBad);
    EXPECT_EQ(spend_why({anchor(), {}, {Bytes(1)}}), kBad);
    const Bytes program = testing::p2wsh_script(Bytes(3600));
    EXPECT_EQ(spend_why({program, {}, {Bytes(80), Bytes(3600)}}), "");
    EXPECT_EQ(spend_why({program, {}, {Bytes(81), Bytes(3600)}}), kBad);
    EXPECT_EQ(spend_why({program, {}, {Bytes(3601)}}), kBad);
    std::vector<Bytes> items(101, Bytes(1));
    EXPECT_EQ(spend_why({program, {}, items}), "");
    items.emplace_back(1);
    EXPECT_EQ(spend_why({program, {}, items}), kBad);
    EXPECT_EQ(spend_why({p2sh_of(program), push(program), {Bytes(81), Bytes(1)}}), kBad) << "nested";
}

TEST(StandardWitness, Taproot) {
    constexpr auto kBad = "bad-witness-nonstandard";
    const Bytes output = testing::p2tr_script(testing::test_key(1));
    const Bytes annex(3, std::byte{0x50});
    Bytes control(33, std::byte{0});
    control[0] = std::byte{0xC1};
    EXPECT_EQ(spend_why({output, {}, {Bytes(64)}}), "");
    EXPECT_EQ(spend_why({output, {}, {Bytes(64), annex}}), kBad);
    EXPECT_EQ(spend_why({output, {}, {Bytes(80), Bytes(500), control}}), "");
    EXPECT_EQ(spend_why({output, {}, {Bytes(81), Bytes(500), control}}), kBad);
    control[0] = std::byte{0xC2};  // another leaf version
    EXPECT_EQ(spend_why({output, {}, {Bytes(81), Bytes(500), control}}), "");
    EXPECT_EQ(spend_why({output, {}, {Bytes(1), Bytes()}}), kBad) << "an empty control block";
}

TEST(StandardWitness, AMissingWitnessIsNoticed) {
    const auto wants = [](const Bytes& coin_script, const Bytes& script_sig) {
        MutableTx tx = plain();
        tx.inputs[0].script_sig = script_sig;
        const Coin coin{Amount(1), Height(1), false, coin_script};
        const primitives::CoinView view = coin.view();
        const auto frozen = tx.freeze();
        return wants_witness(frozen->view(), {&view, 1});
    };
    EXPECT_TRUE(wants(p2wpkh(), {}));
    EXPECT_FALSE(wants(anchor(), {}));
    EXPECT_TRUE(wants(p2sh_of(p2wpkh()), push(p2wpkh())));
    EXPECT_FALSE(wants(p2sh_of(Bytes(3)), push(Bytes(3))));
}

TEST(PolicyRules, HaveUniqueNamesOneSentenceAndBlameNobody) {
    std::map<std::string_view, int> ids;
    for (const consensus::Phase& phase : all_phases()) {
        for (const consensus::RuleInfo* rule : phase.rules) {
            EXPECT_EQ(++ids[rule->id], 1) << rule->id;
            EXPECT_NE(rule->sentence.find("MUST"), std::string_view::npos) << rule->id;
            EXPECT_TRUE(rule->sentence.ends_with('.')) << rule->id;
            EXPECT_FALSE(rule->blame) << rule->id;
        }
    }
    EXPECT_EQ(ids.size(), 65U) << "a rule was added or removed: is docs/policy-rules.md up to date?";
}

}  // namespace
}  // namespace keel::policy
