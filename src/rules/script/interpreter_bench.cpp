// What script verification costs on top of the signature itself, and the worst legacy block.
//
// "signature" measures the bare verification of the same kind; the difference to the row of a spend is the overhead of
// hashing and interpretation. "hashing" rows use a verifier that accepts at once.
#include <benchmark/benchmark.h>

#include "rules/primitives/tx.hpp"
#include "rules/script/interpreter.hpp"
#include "rules/script/script_builder.hpp"
#include "rules/script/sighash.hpp"
#include "rules/script/taproot.hpp"
#include "testing/scripts.hpp"

namespace keel::script {
namespace {

using primitives::Amount;
using primitives::CoinView;
using primitives::MutableTx;
using primitives::TxPtr;

constexpr Amount kValue{100'000};

// Accepts everything: leaves the cost of everything but cryptography.
class AcceptAll final : public SignatureVerifier {
public:
    [[nodiscard]] bool verify_ecdsa(ByteSpan, ByteSpan, const RawHash&) const override { return true; }
    [[nodiscard]] bool verify_schnorr(ByteSpan, ByteSpan, const RawHash&) const override { return true; }
};

// Keeps the arguments of the last verification, to repeat it alone.
class Recorder final : public SignatureVerifier {
public:
    struct Call {
        bool schnorr = false;
        Bytes key;
        Bytes signature;
        RawHash digest;
    };

    [[nodiscard]] bool verify_ecdsa(ByteSpan key, ByteSpan der, const RawHash& digest) const override {
        last_ = {false, to_bytes(key), to_bytes(der), digest};
        return CryptoVerifier().verify_ecdsa(key, der, digest);
    }
    [[nodiscard]] bool verify_schnorr(ByteSpan key, ByteSpan signature, const RawHash& digest) const override {
        last_ = {true, to_bytes(key), to_bytes(signature), digest};
        return CryptoVerifier().verify_schnorr(key, signature, digest);
    }
    [[nodiscard]] const Call& last() const { return last_; }

private:
    mutable Call last_;
};

Bytes ecdsa_signature(const crypto::SecretKey& key, const RawHash& digest) {
    Bytes signature = key.sign_ecdsa(digest);
    signature.push_back(static_cast<std::byte>(kSighashAll));
    return signature;
}

enum class Kind { p2pkh, p2wpkh, p2sh_p2wpkh, p2tr, multisig_2_of_3 };

// One input of the kind and two outputs.
struct Spend {
    Bytes script;
    MutableTx tx;

    explicit Spend(Kind kind) {
        tx.inputs.resize(1);
        tx.inputs[0].prevout.index = 1;
        tx.outputs = {{kValue, testing::p2wpkh_script(key_)}, {kValue, testing::p2pkh_script(key_)}};
        sign(kind);
    }

    [[nodiscard]] CoinView coin() const { return {kValue, primitives::Height(1), false, script}; }

private:
    crypto::SecretKey key_ = testing::test_key(1);

    RawHash digest_v0(ByteSpan code) const {
        const TxPtr frozen = tx.freeze();
        const CoinView spent = coin();
        const TxContext context(frozen->view(), {&spent, 1}, TxContext::Precompute::all);
        return witness_v0_sighash(context, 0, code, HashType{kSighashAll});
    }
    RawHash digest_legacy(ByteSpan code) const {
        const TxPtr frozen = tx.freeze();
        const CoinView spent = coin();
        return legacy_sighash(TxContext(frozen->view(), {&spent, 1}), 0, code, HashType{kSighashAll});
    }

    void sign(Kind kind) {
        primitives::TxInput& input = tx.inputs[0];
        switch (kind) {
            case Kind::p2pkh:
                script = testing::p2pkh_script(key_);
                input.script_sig =
                    ScriptBuilder().push(ecdsa_signature(key_, digest_legacy(script))).push(key_.public_key()).bytes();
                break;
            case Kind::p2wpkh:
                script = testing::p2wpkh_script(key_);
                sign_key_hash();
                break;
            case Kind::p2sh_p2wpkh:
                script = testing::p2sh_script(testing::p2wpkh_script(key_));
                input.script_sig = ScriptBuilder().push(testing::p2wpkh_script(key_)).bytes();
                sign_key_hash();
                break;
            case Kind::p2tr:
                script = testing::p2tr_script(key_);
                sign_taproot();
                break;
            case Kind::multisig_2_of_3: sign_multisig(); break;
        }
    }
    void sign_key_hash() {
        tx.inputs[0].witness = {ecdsa_signature(key_, digest_v0(testing::p2pkh_script(key_))), key_.public_key()};
    }
    void sign_taproot() {
        const TxPtr frozen = tx.freeze();
        const CoinView spent = coin();
        const TxContext context(frozen->view(), {&spent, 1}, TxContext::Precompute::all);
        TaprootSpend spend;
        const RawHash digest = *taproot_sighash(context, 0, kSighashDefault, spend);
        const auto signature = key_.taproot_tweaked(std::nullopt).sign_schnorr(digest.bytes, {});
        tx.inputs[0].witness = {to_bytes(signature)};
    }
    void sign_multisig() {
        ScriptBuilder code;
        code.op(Opcode::op_2);
        for (std::uint64_t i = 1; i <= 3; ++i) {
            code.push(testing::test_key(i).public_key());
        }
        code.op(Opcode::op_3).op(Opcode::op_checkmultisig);
        script = testing::p2wsh_script(code.bytes());
        const RawHash digest = digest_v0(code.bytes());
        tx.inputs[0].witness = {{},
                                ecdsa_signature(testing::test_key(1), digest),
                                ecdsa_signature(testing::test_key(2), digest),
                                code.bytes()};
    }
};

void verify_spend(benchmark::State& state, Kind kind, const SignatureVerifier& verifier) {
    const Spend spend(kind);
    const TxPtr tx = spend.tx.freeze();
    const CoinView coin = spend.coin();
    for (auto _ : state) {
        const TxContext context(tx->view(), {&coin, 1});
        if (!verify_input(context, 0, kMandatoryFlags, verifier)) {
            state.SkipWithError("does not verify");
        }
    }
}

void verify_all_of(benchmark::State& state, Kind kind) { verify_spend(state, kind, CryptoVerifier()); }
void hashing_of(benchmark::State& state, Kind kind) { verify_spend(state, kind, AcceptAll()); }

void signature_of(benchmark::State& state, Kind kind) {
    const Spend spend(kind);
    const TxPtr tx = spend.tx.freeze();
    const CoinView coin = spend.coin();
    const TxContext context(tx->view(), {&coin, 1});
    const Recorder recorder;
    if (!verify_input(context, 0, kMandatoryFlags, recorder)) {
        state.SkipWithError("does not verify");
        return;
    }
    const Recorder::Call& call = recorder.last();
    const CryptoVerifier verifier;
    for (auto _ : state) {
        benchmark::DoNotOptimize(call.schnorr ? verifier.verify_schnorr(call.key, call.signature, call.digest)
                                              : verifier.verify_ecdsa(call.key, call.signature, call.digest));
    }
}

BENCHMARK_CAPTURE(signature_of, ecdsa, Kind::p2wpkh);
BENCHMARK_CAPTURE(signature_of, schnorr, Kind::p2tr);
BENCHMARK_CAPTURE(verify_all_of, p2pkh, Kind::p2pkh);
BENCHMARK_CAPTURE(verify_all_of, p2wpkh, Kind::p2wpkh);
BENCHMARK_CAPTURE(verify_all_of, p2sh_p2wpkh, Kind::p2sh_p2wpkh);
BENCHMARK_CAPTURE(verify_all_of, p2tr, Kind::p2tr);
BENCHMARK_CAPTURE(verify_all_of, multisig_2_of_3, Kind::multisig_2_of_3);
BENCHMARK_CAPTURE(hashing_of, p2pkh, Kind::p2pkh);
BENCHMARK_CAPTURE(hashing_of, p2wpkh, Kind::p2wpkh);
BENCHMARK_CAPTURE(hashing_of, p2sh_p2wpkh, Kind::p2sh_p2wpkh);
BENCHMARK_CAPTURE(hashing_of, p2tr, Kind::p2tr);
BENCHMARK_CAPTURE(hashing_of, multisig_2_of_3, Kind::multisig_2_of_3);

// The transaction of main block 364292 in kind: so many P2PKH inputs in one transaction, each of whose signatures
// covers all of it. Without signature verification; the argument is the hash type.
void many_legacy_inputs(benchmark::State& state) {
    constexpr std::size_t kInputs = 5'569;
    const crypto::SecretKey key = testing::test_key(1);
    const Bytes script = testing::p2pkh_script(key);
    MutableTx tx;
    Bytes signature = key.sign_ecdsa(RawHash{});
    signature.push_back(static_cast<std::byte>(state.range(0)));
    for (std::uint32_t i = 0; i < kInputs; ++i) {
        tx.inputs.push_back({{{}, i}, ScriptBuilder().push(signature).push(key.public_key()).bytes(), i, {}});
    }
    tx.outputs = {{kValue, script}};
    const TxPtr frozen = tx.freeze();
    const std::vector<CoinView> coins(kInputs, CoinView{kValue, primitives::Height(1), false, script});
    for (auto _ : state) {
        const TxContext context(frozen->view(), coins);
        for (std::size_t i = 0; i < kInputs; ++i) {
            if (!verify_input(context, i, kMandatoryFlags, AcceptAll())) {
                state.SkipWithError("does not verify");
            }
        }
    }
}
BENCHMARK(many_legacy_inputs)->Arg(kSighashAll)->Arg(kSighashNone)->Unit(benchmark::kMillisecond)->Iterations(1);

// The dearest operations per byte of tapscript, which has no limit on their number: a block full of them, 4 million
// bytes, must not take longer than a block full of signatures (80,000 of them).
Bytes repeat(const ScriptBuilder& pattern, std::size_t size) {
    Bytes out;
    while (out.size() + pattern.bytes().size() <= size) {
        append(out, pattern.bytes());
    }
    return out;
}

void full_tapscript(benchmark::State& state, const ScriptBuilder& pattern, std::size_t arguments) {
    constexpr std::size_t kSize = 3'900'000;
    const Bytes leaf = repeat(pattern, kSize);
    const crypto::XOnlyKey internal = testing::test_key(1).xonly_public_key();
    const auto output = crypto::taproot_output(internal, tapleaf_hash(kTapscriptLeafVersion, leaf));
    Bytes control{static_cast<std::byte>(kTapscriptLeafVersion | (output->odd_y ? 1U : 0U))};
    append(control, internal);
    const Bytes script = ScriptBuilder().op(Opcode::op_1).push(output->key).bytes();
    MutableTx tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout.index = 1;
    tx.inputs[0].witness.assign(arguments, Bytes(520, std::byte{1}));
    tx.inputs[0].witness.push_back(leaf);
    tx.inputs[0].witness.push_back(control);
    tx.outputs = {{kValue, script}};
    const TxPtr frozen = tx.freeze();
    const CoinView coin{kValue, primitives::Height(1), false, script};
    for (auto _ : state) {
        const TxContext context(frozen->view(), {&coin, 1});
        // All of it runs before the stack turns out not to be clean.
        if (verify_input(context, 0, kMandatoryFlags) != fail(ScriptError::clean_stack)) {
            state.SkipWithError("did not run to the end");
        }
    }
}
BENCHMARK_CAPTURE(full_tapscript, roll, ScriptBuilder().number(997).op(Opcode::op_roll), 998)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(full_tapscript, hash160,
                  ScriptBuilder().op(Opcode::op_dup).op(Opcode::op_hash160).op(Opcode::op_drop), 2)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(full_tapscript, ripemd160,
                  ScriptBuilder().op(Opcode::op_dup).op(Opcode::op_ripemd160).op(Opcode::op_drop), 2)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(full_tapscript, dup_drop, ScriptBuilder().op(Opcode::op_dup).op(Opcode::op_drop), 2)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

}  // namespace
}  // namespace keel::script
