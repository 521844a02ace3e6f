#include "rules/signing/tx_signer.hpp"

#include <gtest/gtest.h>

#include "rules/address/descriptor.hpp"
#include "rules/script/sighash.hpp"

namespace keel::signing {
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
const std::string kC = secret(13);

struct Output {
    Bytes script;
    KeyStore keys;
};

Output output_of(const std::string& descriptor) {
    const auto parsed = address::Descriptor::parse(descriptor, primitives::regtest_params().prefixes);
    EXPECT_TRUE(parsed) << descriptor << ": " << (parsed ? "" : parsed.error().text);
    Output out;
    out.script = parsed->front().expand(0, out.keys)->front();
    return out;
}

// A transaction with two inputs and two outputs; all inputs spend the script.
TxSigner signer_for(const Bytes& script) {
    primitives::MutableTx tx;
    tx.inputs.resize(2);
    tx.inputs[0].prevout.index = 1;
    tx.inputs[1].prevout.index = 2;
    tx.outputs = {{primitives::Amount(1'000), script}, {primitives::Amount(2'000), script}};
    const primitives::Coin coin{primitives::Amount(5'000), primitives::Height(1), false, script};
    return {std::move(tx), {coin, coin}};
}

const std::string kDescriptors[] = {
    "pk(" + kA + ")",
    "pkh(" + kA + ")",
    "wpkh(" + kA + ")",
    "sh(wpkh(" + kA + "))",
    "multi(2," + kA + "," + kB + "," + kC + ")",
    "sh(multi(2," + kA + "," + kB + "," + kC + "))",
    "wsh(multi(2," + kA + "," + kB + "," + kC + "))",
    "sh(wsh(sortedmulti(1," + kA + "," + kB + ")))",
    "wsh(pkh(" + kA + "))",
    "tr(" + kA + ")",
    "rawtr(" + kA + ")",
    "tr(" + kA + ",pk(" + kB + "))",
    "tr(79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,pk(" + kB + "))",
    "tr(79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,{pk(" + kA + "),multi_a(2," + kA + "," + kB +
        "," + kC + ")})",
    "tr(79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,multi_a(2," + kA + "," + kB + "," + kC + "))",
};

TEST(TxSigner, SpendsEveryFormOfOutput) {
    for (const std::string& descriptor : kDescriptors) {
        const Output output = output_of(descriptor);
        const TxSigner signer = signer_for(output.script);
        for (const std::uint32_t type :
             {script::kSighashDefault, script::kSighashAll, script::kSighashSingle | script::kSighashAnyoneCanPay}) {
            SpendData data;
            signer.sign(1, output.keys, static_cast<std::uint8_t>(type), data);
            EXPECT_TRUE(data.complete) << descriptor << " " << type;
            EXPECT_TRUE(signer.verify(1, data.script_sig, data.witness)) << descriptor;
            EXPECT_FALSE(signer.verify(1, {}, {})) << descriptor;
        }
    }
}

TEST(TxSigner, WithoutKeysNothingIsComplete) {
    for (const std::string& descriptor : kDescriptors) {
        Output output = output_of(descriptor);
        output.keys.secrets.clear();
        SpendData data;
        signer_for(output.script).sign(0, output.keys, 0, data);
        EXPECT_FALSE(data.complete) << descriptor;
    }
}

TEST(TxSigner, FillersHaveTheSizeOfSignatures) {
    for (const std::string& descriptor : kDescriptors) {
        Output output = output_of(descriptor);
        const TxSigner signer = signer_for(output.script);
        if (descriptor.starts_with("tr(79be")) {
            continue;  // nobody has that key
        }
        SpendData real;
        signer.sign(0, output.keys, 0, real);
        output.keys.secrets.clear();
        SpendData filler;
        signer.pretend(0, output.keys, filler);
        EXPECT_TRUE(filler.complete) << descriptor;
        EXPECT_EQ(filler.witness.size(), real.witness.size()) << descriptor;
        EXPECT_NEAR(static_cast<double>(filler.script_sig.size()), static_cast<double>(real.script_sig.size()), 6.0)
            << descriptor;
    }
}

TEST(TxSigner, SignaturesOfSeveralMeetInOneInput) {
    for (const std::string form : {"sh(multi(2,", "wsh(multi(2,", "multi(2,"}) {
        const std::string end = form.starts_with("multi") ? ")" : "))";
        const Output output = output_of(form + kA + "," + kB + "," + kC + end);
        const TxSigner signer = signer_for(output.script);
        std::vector<SpendData> parts(2);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            KeyStore one = output.keys;
            one.secrets.clear();
            const auto key = address::decode_secret_key(i == 0 ? kC : kA, primitives::regtest_params().prefixes);
            one.add_secret(*key);
            signer.sign(0, one, 0, parts[i]);
            EXPECT_FALSE(parts[i].complete);
        }
        // What each wrote into a transaction is found there again.
        SpendData merged;
        for (const SpendData& part : parts) {
            primitives::MutableTx tx = signer.tx();
            tx.inputs[0].script_sig = part.script_sig;
            tx.inputs[0].witness = part.witness;
            merged.merge(TxSigner(tx, {signer.coin(0), signer.coin(1)}).existing(0));
        }
        EXPECT_EQ(merged.signatures.size(), 2U) << form;
        signer.sign(0, {}, 0, merged);
        EXPECT_TRUE(merged.complete) << form;
    }
}

TEST(TxSigner, TaprootNeedsAllCoins) {
    const Output output = output_of("tr(" + kA + ")");
    const TxSigner whole = signer_for(output.script);
    const TxSigner signer(whole.tx(), {whole.coin(0), std::nullopt});
    SpendData data;
    signer.sign(0, output.keys, 0, data);
    EXPECT_FALSE(data.complete);
}

TEST(TxSigner, FinishedInputsAreRecognised) {
    const Output output = output_of("wpkh(" + kA + ")");
    const TxSigner signer = signer_for(output.script);
    SpendData data;
    signer.sign(0, output.keys, 0, data);
    primitives::MutableTx tx = signer.tx();
    tx.inputs[0].witness = data.witness;
    EXPECT_TRUE(TxSigner(tx, {signer.coin(0), signer.coin(1)}).existing(0).complete);
    EXPECT_FALSE(TxSigner(tx, {signer.coin(0), signer.coin(1)}).existing(1).complete);
}

}  // namespace
}  // namespace keel::signing
