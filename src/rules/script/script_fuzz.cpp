// Arbitrary scripts, witnesses and flags: never a crash; what passes under some consensus flags passes under fewer
// (soft forks only restrict); text and counting never fail on any bytes.
#include "base/assert.hpp"
#include "crypto/secp.hpp"
#include "crypto/sha256.hpp"
#include "rules/primitives/tx.hpp"
#include "rules/script/interpreter.hpp"
#include "rules/script/script_asm.hpp"
#include "rules/script/script_builder.hpp"
#include "rules/script/sigops.hpp"
#include "rules/script/taproot.hpp"
#include "rules/script/templates.hpp"
#include "testing/scripts.hpp"

namespace keel::script {
namespace {

using primitives::Amount;
using primitives::CoinView;
using primitives::MutableTx;
using primitives::Reader;

// Signatures are valid by a coin toss on what they sign, so that both outcomes are reached without keys.
class CoinToss final : public SignatureVerifier {
public:
    [[nodiscard]] bool verify_ecdsa(ByteSpan key, ByteSpan der, const RawHash& digest) const override {
        const auto sum = [](ByteSpan bytes) {
            unsigned total = 0;
            for (const std::byte b : bytes) {
                total += std::to_integer<unsigned>(b);
            }
            return total;
        };
        return (sum(key) + sum(der) + sum(digest.bytes)) % 4 != 0;
    }
    [[nodiscard]] bool verify_schnorr(ByteSpan key, ByteSpan signature, const RawHash& digest) const override {
        return verify_ecdsa(key, signature, digest);
    }
};

Bytes take(Reader& in) { return to_bytes(in.take(std::min<std::size_t>(in.read<std::uint16_t>(), in.remaining()))); }

struct Input {
    Flags flags;
    Flags fewer;
    Bytes script;
    MutableTx tx;
};

Bytes hash_script(Opcode version, ByteSpan program) { return ScriptBuilder().op(version).push(program).bytes(); }

// The output script of a tree with this leaf alone; adds the script and its control block to the witness.
Bytes taproot_leaf(const Bytes& inner, primitives::TxInput& input) {
    static const crypto::XOnlyKey internal = testing::test_key(1).xonly_public_key();
    const auto output = crypto::taproot_output(internal, tapleaf_hash(kTapscriptLeafVersion, inner));
    Bytes control{static_cast<std::byte>(kTapscriptLeafVersion | (output->odd_y ? 1U : 0U))};
    append(control, internal);
    input.witness.push_back(inner);
    input.witness.push_back(control);
    return hash_script(Opcode::op_1, output->key);
}

// Most inputs commit to their script in a form whose hash nobody finds by guessing.
Bytes wrap(std::uint8_t form, const Bytes& inner, primitives::TxInput& input) {
    const Bytes program = hash_script(Opcode::op_0, crypto::sha256(inner).bytes);
    switch (form % 5) {
        case 0: input.witness.push_back(inner); return program;
        case 1: append(input.script_sig, ScriptBuilder().push(inner).bytes()); return testing::p2sh_script(inner);
        case 2:
            input.witness.push_back(inner);
            input.script_sig = ScriptBuilder().push(program).bytes();
            return testing::p2sh_script(program);
        case 3: input.script_sig.clear(); return taproot_leaf(inner, input);
        default: return inner;
    }
}

Input read_input(Reader& in) {
    Input out;
    out.flags = Flags::from_bits(in.read<std::uint32_t>());
    out.fewer = out.flags & Flags::from_bits(in.read<std::uint32_t>());
    const auto form = in.read<std::uint8_t>();
    out.tx.version = in.read<std::uint8_t>();
    out.tx.lock_time = in.read<std::uint32_t>();
    out.tx.inputs.resize(1);
    out.tx.inputs[0].prevout.index = 1;
    out.tx.inputs[0].sequence = in.read<std::uint32_t>();
    out.tx.outputs.resize(in.read<std::uint8_t>() % 3);
    const Bytes inner = take(in);
    out.tx.inputs[0].script_sig = take(in);
    while (in.ok() && in.remaining() > 2) {
        out.tx.inputs[0].witness.push_back(take(in));
    }
    out.script = wrap(form, inner, out.tx.inputs[0]);
    return out;
}

Flags consistent(Flags flags) {
    if (!flags.has(Flag::p2sh)) {
        flags = flags.without(Flag::witness);
    }
    return flags.has(Flag::witness) ? flags : flags.without(Flag::cleanstack);
}

void check_forms(ByteSpan script) {
    KEEL_ASSERT(to_asm(script, ShowHashTypes::yes).size() < 64 * script.size() + 64);
    const std::int64_t most = count_sigops(script, MultisigCount::always_most);
    KEEL_ASSERT(count_sigops(script, MultisigCount::announced) <= most);
    const OutputTemplate found = solve(script);
    KEEL_ASSERT(found.type != OutputType::multisig || (found.number >= 1 && found.number <= found.parts.size()));
}

}  // namespace

void check_one(ByteSpan data) {
    Reader in(data);
    const Input input = read_input(in);
    check_forms(input.script);
    check_forms(input.tx.inputs[0].script_sig);
    const auto tx = input.tx.freeze();
    const CoinView coin{Amount(1), primitives::Height(1), false, input.script};
    const TxContext context(tx->view(), {&coin, 1});
    const CoinToss verifier;
    const Flags flags = consistent(input.flags);
    const Flags fewer = consistent(input.fewer & flags);
    const bool passes = verify_input(context, 0, flags, verifier).has_value();
    const bool passes_fewer = verify_input(context, 0, fewer, verifier).has_value();
    KEEL_ASSERT(passes_fewer || !passes);
    KEEL_ASSERT(sigop_cost(tx->view(), {&coin, 1}, kMandatoryFlags) >= 0);
}

}  // namespace keel::script

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    keel::script::check_one(std::as_bytes(std::span(data, size)));
    return 0;
}
