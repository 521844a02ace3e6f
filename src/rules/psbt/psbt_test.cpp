#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "rules/address/descriptor.hpp"
#include "rules/psbt/codec.hpp"
#include "rules/psbt/roles.hpp"

namespace keel::psbt {
namespace {

using address::KeyStore;

// A secret key in wallet import format.
std::string secret(int number) {
    Bytes bytes(32);
    bytes.back() = static_cast<std::byte>(number);
    return address::encode_secret_key({*crypto::SecretKey::from_bytes(bytes), true},
                                      primitives::regtest_params().prefixes);
}

const std::string kA = secret(11);
const std::string kB = secret(12);

Bytes script_of(const std::string& descriptor, KeyStore& keys) {
    const auto parsed = address::Descriptor::parse(descriptor, primitives::regtest_params().prefixes);
    return parsed->front().expand(0, keys)->front();
}

// Spends the output of a descriptor, as a previous transaction in full.
Psbt psbt_for(const std::string& descriptor, std::uint32_t version, KeyStore& keys) {
    primitives::MutableTx previous;
    previous.inputs.resize(1);
    previous.outputs = {{primitives::Amount(10'000), script_of(descriptor, keys)}};
    primitives::MutableTx tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout = {previous.freeze()->txid(), 0};
    tx.outputs = {{primitives::Amount(9'000), script_of(descriptor, keys)}};
    Psbt out = Psbt::from(std::move(tx), version);
    out.inputs[0].non_witness_utxo = previous.freeze();
    return out;
}

SignResult sign(Psbt& psbt, const KeyStore& keys, bool finish) {
    return sign_input(psbt, 0, *make_signer(psbt), {.keys = keys, .finish = finish});
}

std::string refusal(std::string_view hex) {
    const auto parsed = parse(*from_hex(hex));
    return parsed ? "" : parsed.error();
}

TEST(Psbt, IsWrittenAsItWasRead) {
    for (const std::uint32_t version : {0U, 2U}) {
        KeyStore keys;
        Psbt psbt = psbt_for("wsh(multi(2," + kA + "," + kB + "))", version, keys);
        EXPECT_EQ(sign(psbt, keys, false), SignResult::complete);
        update_output(psbt, 0, keys);
        psbt.unknown[{std::byte{0x77}}] = {std::byte{1}};
        psbt.inputs[0].unknown[{std::byte{0x78}}] = {};
        EXPECT_EQ(psbt.inputs[0].partial_signatures.size(), 2U);
        EXPECT_EQ(psbt.inputs[0].key_paths.size(), 2U);
        EXPECT_FALSE(psbt.outputs[0].witness_script.empty());
        const Bytes bytes = serialize(psbt);
        const auto again = parse(bytes);
        ASSERT_TRUE(again) << again.error();
        EXPECT_EQ(serialize(*again), bytes);
        EXPECT_EQ(again->unsigned_tx(), psbt.unsigned_tx());
        EXPECT_EQ(again->unknown, psbt.unknown);
        EXPECT_EQ(again->inputs[0].witness_script, psbt.inputs[0].witness_script);
    }
}

TEST(Psbt, SignersMeetAndTheResultVerifies) {
    KeyStore keys;
    const Psbt empty = psbt_for("wsh(multi(2," + kA + "," + kB + "))", 2, keys);
    Psbt parts[2] = {empty, empty};
    for (std::size_t i = 0; i < 2; ++i) {
        KeyStore one = keys;
        one.secrets.clear();
        one.add_secret(*address::decode_secret_key(i == 0 ? kA : kB, primitives::regtest_params().prefixes));
        EXPECT_EQ(sign(parts[i], one, true), SignResult::incomplete);
        EXPECT_FALSE(extract(parts[i]));
    }
    ASSERT_TRUE(merge(parts[0], parts[1]));
    EXPECT_TRUE(finish(parts[0]));
    const auto tx = extract(parts[0]);
    ASSERT_TRUE(tx);
    EXPECT_EQ(tx->inputs[0].witness.size(), 4U);
    EXPECT_TRUE(is_signed(parts[0], 0, *make_signer(parts[0])));
    EXPECT_TRUE(parts[0].inputs[0].partial_signatures.empty());
}

TEST(Psbt, TaprootLeavesTravelInTheFields) {
    KeyStore keys;
    Psbt psbt =
        psbt_for("tr(79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,{pk(" + kA + "),pk(" + kB + ")})",
                 2, keys);
    EXPECT_EQ(sign(psbt, keys, false), SignResult::complete);
    EXPECT_EQ(psbt.inputs[0].taproot_leaves.size(), 2U);
    EXPECT_EQ(psbt.inputs[0].taproot_leaf_signatures.size(), 2U);
    drop_previous_transactions(psbt);
    EXPECT_EQ(psbt.inputs[0].non_witness_utxo, nullptr);
    auto again = parse(serialize(psbt));
    ASSERT_TRUE(again) << again.error();
    EXPECT_TRUE(finish(*again));
    EXPECT_EQ(extract(*again)->inputs[0].witness.size(), 3U);
}

TEST(Psbt, LegacyInputsNeedThePreviousTransaction) {
    KeyStore keys;
    Psbt psbt = psbt_for("pkh(" + kA + ")", 0, keys);
    psbt.inputs[0].witness_utxo = psbt.spent_output(0);
    psbt.inputs[0].non_witness_utxo.reset();
    EXPECT_EQ(sign(psbt, keys, true), SignResult::incomplete);
    EXPECT_TRUE(psbt.inputs[0].partial_signatures.empty());
}

TEST(Psbt, DemandsOfHashTypesAreKept) {
    KeyStore keys;
    Psbt psbt = psbt_for("wpkh(" + kA + ")", 0, keys);
    psbt.inputs[0].hash_type = 2;
    EXPECT_EQ(sign_input(psbt, 0, *make_signer(psbt), {.keys = keys, .hash_type = 1}), SignResult::hash_type_mismatch);
    EXPECT_EQ(sign(psbt, keys, false), SignResult::complete);
    EXPECT_EQ(psbt.inputs[0].partial_signatures.begin()->second.signature.back(), std::byte{2});
}

TEST(Psbt, LockTimesFollowBip370) {
    Psbt psbt = Psbt::from({.inputs = std::vector<primitives::TxInput>(3), .outputs = {}, .lock_time = 5}, 2);
    const auto lock_time = [&] { return psbt.unsigned_tx() ? psbt.unsigned_tx()->lock_time : 0xFFFFFFFF; };
    EXPECT_EQ(lock_time(), 5U);
    psbt.inputs[0].height_lock = 100;
    psbt.inputs[1].height_lock = 90;
    EXPECT_EQ(lock_time(), 100U);
    psbt.inputs[1].time_lock = 600'000'000;
    EXPECT_EQ(lock_time(), 100U);
    psbt.inputs[2].time_lock = 700'000'000;
    EXPECT_FALSE(psbt.unsigned_tx());
    psbt.inputs[0].time_lock = 500'000'000;
    EXPECT_EQ(lock_time(), 700'000'000U);
}

TEST(Psbt, OthersTransactionsDoNotMerge) {
    KeyStore keys;
    Psbt a = psbt_for("wpkh(" + kA + ")", 0, keys);
    EXPECT_FALSE(merge(a, psbt_for("wpkh(" + kB + ")", 0, keys)));
}

TEST(Psbt, RefusesWhatIsMalformed) {
    EXPECT_EQ(refusal("00"), "Invalid PSBT magic bytes");
    EXPECT_EQ(refusal("70736274ff00"), "No unsigned transaction was provided");
    EXPECT_EQ(refusal("70736274ff"), "Separator is missing at the end of a map");
    EXPECT_EQ(refusal("70736274ff01fb040100000000"), "There is no PSBT version 1");
    EXPECT_EQ(refusal("70736274ff01fb040300000000"), "Unsupported version number");
    EXPECT_EQ(refusal("70736274ff01fb040200000000"), "PSBT_GLOBAL_TX_VERSION is required in PSBTv2");
    // An empty transaction is a PSBT; a byte behind it, or the same field twice, is not.
    const std::string empty = "01000a0200000000000000000000";
    EXPECT_EQ(refusal("70736274ff" + empty), "");
    EXPECT_EQ(refusal("70736274ff" + empty + "01"), "extra data after PSBT");
    EXPECT_EQ(refusal("70736274ff01000a0200000000000000000001000a0200000000000000000000"),
              "Duplicate Key, a field is given twice");
}

}  // namespace
}  // namespace keel::psbt
