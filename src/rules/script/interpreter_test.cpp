// Behaviour beyond the published vectors (tests/conformance): operations against plain models, limits at their edges,
// and the signature seam.
#include "rules/script/interpreter.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "rules/primitives/tx.hpp"
#include "rules/script/machine.hpp"
#include "rules/script/script_builder.hpp"
#include "testing/scripts.hpp"
#include "testing/spends.hpp"

namespace keel::script {
namespace {

using enum Opcode;
using primitives::Amount;
using primitives::CoinView;
using primitives::Height;
using primitives::MutableTx;

Bytes filled(std::size_t size, unsigned char value = 7) { return Bytes(size, std::byte{value}); }

// A transaction with one input, and the coin it spends.
class OneInput {
public:
    OneInput(const Bytes& script_sig, Bytes script, std::vector<Bytes> witness = {}) : script_(std::move(script)) {
        MutableTx tx;
        tx.inputs.resize(1);
        tx.inputs[0].prevout.index = 1;
        tx.inputs[0].script_sig = script_sig;
        tx.inputs[0].witness = std::move(witness);
        tx.inputs[0].sequence = 10;
        tx.outputs.push_back({Amount(1), {}});
        tx_ = tx.freeze();
        coin_ = {Amount(1), Height(1), false, script_};
    }

    [[nodiscard]] Status verify(Flags flags = {}) const { return verify_input(context(), 0, flags); }
    [[nodiscard]] TxContext context() const { return {tx_->view(), {&coin_, 1}}; }

private:
    Bytes script_;
    primitives::TxPtr tx_;
    CoinView coin_;
};

std::string_view outcome(const Status& status) { return status ? "OK" : name(status.error()); }

std::string_view outcome_of(const ScriptBuilder& script, Flags flags = {}) {
    return outcome(OneInput({}, script.bytes()).verify(flags));
}

// Runs one script on a stack and returns what is left, bottom first; nothing on failure.
std::optional<std::vector<Bytes>> left_by(const Bytes& script, SigVersion version = SigVersion::legacy) {
    const OneInput input({}, {});
    const TxContext context = input.context();
    const CryptoVerifier verifier;
    const InputCheck check{context, 0, Flags(), verifier};
    Stack stack;
    Machine machine(check, version, script, stack);
    if (!run(machine)) {
        return std::nullopt;
    }
    std::vector<Bytes> out;
    for (std::size_t i = stack.size(); i-- > 0;) {
        out.push_back(to_bytes(stack.peek(i)));
    }
    return out;
}

using Number = std::int64_t;
using Reference = Number (*)(Number, Number, Number);

struct NumericCase {
    Opcode code;
    int operands;
    Reference reference;  // operands in the order they were pushed
};

constexpr NumericCase kNumericCases[] = {
    {op_1add, 1, [](Number a, Number, Number) { return a + 1; }},
    {op_1sub, 1, [](Number a, Number, Number) { return a - 1; }},
    {op_negate, 1, [](Number a, Number, Number) { return -a; }},
    {op_abs, 1, [](Number a, Number, Number) { return std::max(a, -a); }},
    {op_not, 1, [](Number a, Number, Number) -> Number { return a == 0 ? 1 : 0; }},
    {op_0notequal, 1, [](Number a, Number, Number) -> Number { return a == 0 ? 0 : 1; }},
    {op_add, 2, [](Number a, Number b, Number) { return a + b; }},
    {op_sub, 2, [](Number a, Number b, Number) { return a - b; }},
    {op_booland, 2, [](Number a, Number b, Number) -> Number { return a * b == 0 ? 0 : 1; }},
    {op_boolor, 2, [](Number a, Number b, Number) -> Number { return a == 0 && b == 0 ? 0 : 1; }},
    {op_numequal, 2, [](Number a, Number b, Number) -> Number { return a - b == 0 ? 1 : 0; }},
    {op_numnotequal, 2, [](Number a, Number b, Number) -> Number { return a - b == 0 ? 0 : 1; }},
    {op_lessthan, 2, [](Number a, Number b, Number) -> Number { return a - b < 0 ? 1 : 0; }},
    {op_greaterthan, 2, [](Number a, Number b, Number) -> Number { return a - b > 0 ? 1 : 0; }},
    {op_lessthanorequal, 2, [](Number a, Number b, Number) -> Number { return a - b > 0 ? 0 : 1; }},
    {op_greaterthanorequal, 2, [](Number a, Number b, Number) -> Number { return a - b < 0 ? 0 : 1; }},
    {op_min, 2, [](Number a, Number b, Number) { return std::min(a, b); }},
    {op_max, 2, [](Number a, Number b, Number) { return std::max(a, b); }},
    {op_within, 3, [](Number x, Number low, Number high) -> Number { return x >= low && x < high ? 1 : 0; }},
};

// A four-byte number, often small and sometimes at the edge.
Number operand(Rng& rng) {
    static constexpr Number kEdge = 0x7FFFFFFF;
    const Number sign = rng.chance(1, 2) ? 1 : -1;
    switch (rng.below(4)) {
        case 0: return sign * kEdge;
        case 1: return sign * static_cast<Number>(rng.below(1U << 31U));
        default: return sign * static_cast<Number>(rng.below(3));
    }
}

TEST(Interpreter, ArithmeticEqualsAPlainReference) {
    Rng rng(1);
    for (const NumericCase& c : kNumericCases) {
        for (int round = 0; round < 300; ++round) {
            std::array<Number, 3> arguments{};
            ScriptBuilder script;
            for (int i = 0; i < c.operands; ++i) {
                arguments[static_cast<std::size_t>(i)] = operand(rng);
                script.number(arguments[static_cast<std::size_t>(i)]);
            }
            const Number expected = c.reference(arguments[0], arguments[1], arguments[2]);
            const std::vector<Bytes> stack{to_bytes(EncodedNumber(expected).span())};
            EXPECT_EQ(left_by(script.op(c.code).bytes()), stack)
                << name(c.code) << " " << arguments[0] << " " << arguments[1] << " " << arguments[2];
        }
    }
}

TEST(Interpreter, ResultsAboveFourBytesAreBytesButNotOperands) {
    const ScriptBuilder sum = ScriptBuilder().number(0x7FFFFFFF).number(1).op(op_add);
    EXPECT_EQ(outcome_of(ScriptBuilder(sum).op(op_size).number(5).op(op_equalverify)), "OK");
    EXPECT_EQ(outcome_of(ScriptBuilder(sum).op(op_1sub)), "SCRIPTNUM");
}

// The stack operations on a plain vector, top last. False where they must fail.
using Model = std::vector<Bytes>;

bool apply(Opcode code, Model& m) {
    const auto has = [&](std::size_t n) { return m.size() >= n; };
    const auto top = [&](std::size_t depth) { return m[m.size() - 1 - depth]; };
    const auto copy = [&](std::size_t depth) { m.push_back(top(depth)); };
    const auto move = [&](std::size_t depth) {
        const Bytes value = top(depth);
        m.erase(m.end() - 1 - static_cast<std::ptrdiff_t>(depth));
        m.push_back(value);
    };
    switch (code) {
        case op_2drop: return has(2) && (m.resize(m.size() - 2), true);
        case op_2dup: return has(2) && (copy(1), copy(1), true);
        case op_3dup: return has(3) && (copy(2), copy(2), copy(2), true);
        case op_2over: return has(4) && (copy(3), copy(3), true);
        case op_2rot: return has(6) && (move(5), move(5), true);
        case op_2swap: return has(4) && (move(3), move(3), true);
        case op_ifdup: return has(1) && (!cast_to_bool(top(0)) || (copy(0), true));
        case op_depth: m.push_back(to_bytes(EncodedNumber(static_cast<Number>(m.size())).span())); return true;
        case op_drop: return has(1) && (m.pop_back(), true);
        case op_dup: return has(1) && (copy(0), true);
        case op_nip: return has(2) && (m.erase(m.end() - 2), true);
        case op_over: return has(2) && (copy(1), true);
        case op_rot: return has(3) && (move(2), true);
        case op_swap: return has(2) && (move(1), true);
        case op_tuck: return has(2) && (m.insert(m.end() - 2, top(0)), true);
        case op_size:
            return has(1) && (m.push_back(to_bytes(EncodedNumber(static_cast<Number>(top(0).size())).span())), true);
        default: return false;
    }
}

TEST(Interpreter, StackOperationsEqualAPlainModel) {
    constexpr std::array kCodes{op_2drop, op_2dup, op_3dup, op_2over, op_2rot, op_2swap, op_ifdup, op_depth,
                                op_drop,  op_dup,  op_nip,  op_over,  op_rot,  op_swap,  op_tuck,  op_size};
    Rng rng(2);
    for (int round = 0; round < 3'000; ++round) {
        ScriptBuilder script;
        Model model;
        bool valid = true;
        for (std::uint64_t n = rng.between(1, 30); n > 0 && valid; --n) {
            if (rng.chance(1, 2)) {
                Bytes data(rng.below(4));
                rng.fill(data);
                script.push(data);
                model.push_back(data);
            } else {
                const Opcode code = kCodes[rng.below(kCodes.size())];
                script.op(code);
                valid = apply(code, model);
            }
        }
        EXPECT_EQ(left_by(script.bytes()), valid ? std::optional(model) : std::nullopt) << to_hex(script.bytes());
    }
}

TEST(Interpreter, PickAndRollReachEveryDepthAndNoFurther) {
    for (Number depth = 0; depth < 5; ++depth) {
        ScriptBuilder script;
        for (Number i = 0; i < 5; ++i) {
            script.number(10 + i);
        }
        Model picked{{std::byte{10}}, {std::byte{11}}, {std::byte{12}}, {std::byte{13}}, {std::byte{14}}};
        Model rolled = picked;
        const auto from_top = static_cast<std::ptrdiff_t>(depth) + 1;
        picked.push_back(*(picked.end() - from_top));
        std::rotate(rolled.end() - from_top, rolled.end() - from_top + 1, rolled.end());
        EXPECT_EQ(left_by(ScriptBuilder(script).number(depth).op(op_pick).bytes()), picked);
        EXPECT_EQ(left_by(ScriptBuilder(script).number(depth).op(op_roll).bytes()), rolled);
    }
    for (const Number depth : {-1, 1, 0x7FFFFFFF}) {
        EXPECT_EQ(outcome_of(ScriptBuilder().number(1).number(depth).op(op_pick)), "INVALID_STACK_OPERATION");
    }
}

// Branches as a stack of booleans, and what is pushed where all of them are taken.
struct BranchModel {
    std::vector<bool> nest;
    Model pushed;

    [[nodiscard]] bool taken() const {
        return std::ranges::all_of(nest, [](bool branch) { return branch; });
    }
    void enter(bool condition) { nest.push_back(taken() && condition); }
    bool invert() {
        if (nest.empty()) {
            return false;
        }
        nest.back() = !nest.back();
        return true;
    }
    bool leave() {
        if (nest.empty()) {
            return false;
        }
        nest.pop_back();
        return true;
    }
    void push(Number value) {
        if (taken()) {
            pushed.push_back(to_bytes(EncodedNumber(value).span()));
        }
    }
};

// Adds one random step to both; false when the script must fail there.
bool add_branch_step(Rng& rng, ScriptBuilder& script, BranchModel& model) {
    const auto value = static_cast<Number>(rng.below(3));
    const bool negated = rng.chance(1, 2);
    switch (rng.below(5)) {
        case 0: script.op(op_else); return model.invert();
        case 1: script.op(op_endif); return model.leave();
        case 2:
            script.number(value);
            model.push(value);
            return true;
        default:
            // The argument is consumed only where the branch around it is taken.
            script.number(value).op(negated ? op_notif : op_if);
            model.enter((value != 0) != negated);
            return true;
    }
}

TEST(Interpreter, BranchesEqualAStackOfBooleans) {
    Rng rng(3);
    for (int round = 0; round < 2'000; ++round) {
        ScriptBuilder script;
        BranchModel model;
        bool valid = true;
        for (std::uint64_t n = rng.between(1, 40); n > 0 && valid; --n) {
            valid = add_branch_step(rng, script, model);
        }
        if (valid && rng.chance(3, 4)) {
            while (model.leave()) {
                script.op(op_endif);
            }
        }
        valid = valid && model.nest.empty();
        EXPECT_EQ(left_by(script.bytes()), valid ? std::optional(model.pushed) : std::nullopt)
            << to_hex(script.bytes());
    }
}

TEST(Interpreter, StackHoldsAThousandElementsOnBothStacksTogether) {
    ScriptBuilder script;
    for (int i = 0; i < 999; ++i) {
        script.number(1);
    }
    script.op(op_toaltstack);
    EXPECT_EQ(outcome_of(ScriptBuilder(script).number(1)), "OK");
    EXPECT_EQ(outcome_of(ScriptBuilder(script).number(1).number(1)), "STACK_SIZE");
    EXPECT_EQ(outcome_of(ScriptBuilder(script).op(op_2dup)), "STACK_SIZE");
}

TEST(Interpreter, OperationsAreCountedUpTo201KeysIncluded) {
    ScriptBuilder script;
    script.number(1);
    for (int i = 0; i < 200; ++i) {
        script.op(op_nop);
    }
    EXPECT_EQ(outcome_of(ScriptBuilder(script).op(op_nop)), "OK");
    EXPECT_EQ(outcome_of(ScriptBuilder(script).op(op_nop).op(op_nop)), "OP_COUNT");
    EXPECT_EQ(outcome_of(ScriptBuilder(script).op(op_reserved)), "BAD_OPCODE");
    EXPECT_EQ(outcome_of(ScriptBuilder(script).number(0).number(0).number(0).op(op_checkmultisig)), "OK");
    EXPECT_EQ(outcome_of(ScriptBuilder(script).number(0).number(0).number(1).number(1).op(op_checkmultisig)),
              "OP_COUNT");
}

TEST(Interpreter, ElementsAndScriptsHaveTheirSizes) {
    EXPECT_EQ(outcome_of(ScriptBuilder().push(filled(520))), "OK");
    EXPECT_EQ(outcome_of(ScriptBuilder().push(filled(521))), "PUSH_SIZE");
    EXPECT_EQ(outcome_of(ScriptBuilder().number(1).number(0).op(op_if).push(filled(521)).op(op_endif)), "PUSH_SIZE");
    ScriptBuilder script;
    while (script.bytes().size() + 504 <= 10'000) {
        script.push(filled(500)).op(op_drop);
    }
    while (script.bytes().size() < 10'000) {
        script.number(1);
    }
    EXPECT_EQ(outcome_of(script), "OK");
    EXPECT_EQ(outcome_of(ScriptBuilder(script).number(1)), "SCRIPT_SIZE");
}

TEST(Interpreter, DisabledAndUnknownOperations) {
    const auto skipped = [](Opcode code) {
        return ScriptBuilder().number(1).number(0).op(op_if).op(code).op(op_endif);
    };
    for (unsigned code = to_byte(op_nop); code < 256; ++code) {
        const auto opcode = static_cast<Opcode>(code);
        if (is_disabled(opcode)) {
            EXPECT_EQ(outcome_of(skipped(opcode)), "DISABLED_OPCODE");
        } else if (opcode == op_verif || opcode == op_vernotif) {
            EXPECT_EQ(outcome_of(skipped(opcode)), "BAD_OPCODE");
        } else if (code >= to_byte(op_checksigadd)) {
            EXPECT_EQ(outcome_of(skipped(opcode)), "OK");
            EXPECT_EQ(outcome_of(ScriptBuilder().number(1).op(opcode)), "BAD_OPCODE");
        }
    }
}

TEST(Interpreter, MultisigWantsItsDummyBeforeItLooksAtSignatures) {
    const ScriptBuilder script =
        ScriptBuilder().push(filled(9)).number(1).push(filled(33)).number(1).op(op_checkmultisig);
    EXPECT_EQ(outcome_of(script, kMandatoryFlags), "INVALID_STACK_OPERATION");
    ScriptBuilder with_dummy = ScriptBuilder().number(0);
    EXPECT_EQ(outcome_of(with_dummy.raw(script.bytes()), kMandatoryFlags), "SIG_DER");
}

TEST(Interpreter, RedeemScriptsMayBeMadeOfANumber) {
    // scriptSig pushes 1 by OP_1: the redeem script is the single byte 0x01, a push cut short.
    const Bytes script = testing::p2sh_script(filled(1, 1));
    const Bytes script_sig = ScriptBuilder().number(1).bytes();
    EXPECT_EQ(outcome(OneInput(script_sig, script).verify(Flag::p2sh)), "BAD_OPCODE");
    EXPECT_EQ(outcome(OneInput(script_sig, script).verify()), "OK");
}

TEST(Interpreter, AllZeroWitnessProgramsAreFalse) {
    const Bytes zero = ScriptBuilder().op(op_1).push(filled(32, 0)).bytes();
    EXPECT_EQ(outcome(OneInput({}, zero).verify(Flag::p2sh | Flag::witness)), "EVAL_FALSE");
    EXPECT_EQ(outcome(OneInput({}, zero).verify()), "EVAL_FALSE");
    const Bytes v2 = ScriptBuilder().op(op_2).push(filled(32, 1)).bytes();
    EXPECT_EQ(outcome(OneInput({}, v2).verify(kMandatoryFlags)), "OK");
    EXPECT_EQ(outcome(OneInput({}, v2).verify(kStandardFlags)), "DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM");
}

TEST(Interpreter, AnchorsAreSpentWithoutWitnessAndNotNested) {
    const Bytes anchor = *from_hex("51024e73");
    EXPECT_EQ(outcome(OneInput({}, anchor).verify(kStandardFlags)), "OK");
    EXPECT_EQ(outcome(OneInput({}, anchor, {filled(1)}).verify(kStandardFlags)), "OK");
    EXPECT_EQ(outcome(OneInput(ScriptBuilder().number(1).bytes(), anchor).verify(kStandardFlags)), "WITNESS_MALLEATED");
    const OneInput nested(ScriptBuilder().push(anchor).bytes(), testing::p2sh_script(anchor));
    EXPECT_EQ(outcome(nested.verify(kMandatoryFlags)), "OK");
    EXPECT_EQ(outcome(nested.verify(kStandardFlags)), "DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM");
}

TEST(Interpreter, WitnessStacksMayStartAboveTheLimit) {
    // BIP141 limits the stack after each operation only.
    const Bytes code = ScriptBuilder().op(op_2drop).bytes();
    const auto result = [&](std::size_t arguments) {
        std::vector<Bytes> witness(arguments, filled(1));
        witness.push_back(code);
        return std::string(outcome(OneInput({}, testing::p2wsh_script(code), witness).verify(kMandatoryFlags)));
    };
    EXPECT_EQ(result(1003), "STACK_SIZE");
    EXPECT_EQ(result(1002), "CLEANSTACK");
}

// Answers as told and keeps what it was asked.
class Oracle final : public SignatureVerifier {
public:
    explicit Oracle(bool answer) : answer_(answer) {}
    [[nodiscard]] bool verify_ecdsa(ByteSpan key, ByteSpan der, const RawHash& digest) const override {
        asked_.push_back(to_hex(key) + to_hex(der) + to_hex(digest));
        return answer_;
    }
    [[nodiscard]] bool verify_schnorr(ByteSpan key, ByteSpan signature, const RawHash& digest) const override {
        return verify_ecdsa(key, signature, digest);
    }
    [[nodiscard]] std::size_t asked() const { return asked_.size(); }

private:
    bool answer_;
    mutable std::vector<std::string> asked_;
};

TEST(SignatureSeam, VerifierDecidesForEveryKindOfSpend) {
    const crypto::SecretKey key = testing::test_key(1);
    for (const Bytes& script : {testing::p2pk_script(key), testing::p2pkh_script(key), testing::p2wpkh_script(key),
                                testing::p2tr_script(key)}) {
        const testing::OwnedCoin owned{{{}, 1}, {Amount(5), Height(1), false, script}, key};
        const auto tx = testing::make_spend({&owned, 1}, {{Amount(1), script}}).freeze();
        const CoinView coin = owned.coin.view();
        const TxContext context(tx->view(), {&coin, 1});
        EXPECT_TRUE(verify_input(context, 0, kStandardFlags).has_value());
        const Oracle no(false);
        EXPECT_FALSE(verify_input(context, 0, kStandardFlags, no).has_value());
        EXPECT_EQ(no.asked(), 1U);
        const Oracle yes(true);
        EXPECT_TRUE(verify_input(context, 0, kStandardFlags, yes).has_value());
        EXPECT_EQ(yes.asked(), 1U);
    }
}

TEST(SignatureSeam, NothingIsAskedForSignaturesOfAWrongForm) {
    const Bytes script = testing::p2pk_script(testing::test_key(1));
    const Oracle yes(true);
    for (const Bytes& signature : {Bytes(), filled(9)}) {
        const OneInput input(ScriptBuilder().push(signature).bytes(), script);
        EXPECT_FALSE(verify_input(input.context(), 0, kMandatoryFlags, yes).has_value());
    }
    EXPECT_EQ(yes.asked(), 0U);
}

// A lone witness element is the signature, whatever byte it starts with.
TEST(Interpreter, ALoneElementIsNoAnnex) {
    const crypto::SecretKey key = testing::test_key(1);
    const testing::OwnedCoin owned{{{}, 1}, {Amount(5), Height(1), false, testing::p2tr_script(key)}, key};
    MutableTx tx = testing::make_spend({&owned, 1}, {{Amount(1), {}}});
    const CoinView coin = owned.coin.view();
    const auto unsigned_tx = tx.freeze();
    const TxContext context(unsigned_tx->view(), {&coin, 1});
    TaprootSpend spend;
    const RawHash digest = *taproot_sighash(context, 0, kSighashDefault, spend);
    const crypto::SecretKey tweaked = key.taproot_tweaked(std::nullopt);
    std::array<std::byte, 32> aux{};
    crypto::SchnorrSignature signature{};
    for (std::uint32_t i = 0; signature[0] != std::byte{0x50}; ++i) {
        store_le(aux.data(), i);
        signature = tweaked.sign_schnorr(digest.bytes, aux);
    }
    tx.inputs[0].witness = {to_bytes(signature)};
    const auto signed_tx = tx.freeze();
    EXPECT_EQ(outcome(verify_input(TxContext(signed_tx->view(), {&coin, 1}), 0, kStandardFlags)), "OK");
}

}  // namespace
}  // namespace keel::script
