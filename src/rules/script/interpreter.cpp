#include "rules/script/interpreter.hpp"

#include "rules/script/machine.hpp"
#include "rules/script/witness.hpp"

namespace keel::script {

namespace {

using primitives::InputView;

Status run_legacy(const InputCheck& check, ByteSpan script, Stack& stack) {
    Machine machine(check, SigVersion::legacy, script, stack);
    return run(machine);
}

Status demand_true_top(const Stack& stack) {
    return !stack.empty() && cast_to_bool(stack.peek()) ? Status() : fail(ScriptError::eval_false);
}

// Whether the script is the plain push of these bytes (a witness program: 4 to 42 of them) and nothing else.
bool is_push_of(ByteSpan script, ByteSpan program) {
    return script.size() == program.size() + 1 && std::to_integer<std::size_t>(script[0]) == program.size() &&
           equal(script.subspan(1), program);
}

// A spent witness program with an empty scriptSig: the common case. Equals verify_scripts(), without running a script
// that only pushes the version and the program.
Status verify_bare_program(const InputCheck& check, const WitnessProgram& program) {
    if (!cast_to_bool(program.program)) {
        return fail(ScriptError::eval_false);
    }
    return verify_witness_program(check, program, Nesting::bare);
}

enum class Witness : bool { unused, used };

// BIP16: runs the last element of what scriptSig pushed as a script on the rest.
Result<Witness, ScriptError> verify_redeem_script(const InputCheck& check, ByteSpan script_sig, Stack& stack) {
    if (!is_push_only(script_sig)) {
        return fail(ScriptError::sig_push_only);
    }
    const Element redeem = stack.take();
    KEEL_CHECK(run_legacy(check, redeem.bytes(), stack));
    KEEL_CHECK(demand_true_top(stack));
    const auto program = check.flags.has(Flag::witness) ? witness_program(redeem.bytes()) : std::nullopt;
    if (!program) {
        if (check.flags.has(Flag::cleanstack) && stack.size() != 1) {
            return fail(ScriptError::clean_stack);
        }
        return Witness::unused;
    }
    if (!is_push_of(script_sig, redeem.bytes())) {
        return fail(ScriptError::witness_malleated_p2sh);
    }
    KEEL_CHECK(verify_witness_program(check, *program, Nesting::p2sh));
    return Witness::used;
}

Result<Witness, ScriptError> verify_scripts(const InputCheck& check, ByteSpan script_sig, ByteSpan script_pubkey) {
    // One stack for both, but two executions: what a scriptSig leaves open cannot change how the spent script is read
    // (CVE-2010-5141).
    Stack stack;
    KEEL_CHECK(run_legacy(check, script_sig, stack));
    const bool is_p2sh = check.flags.has(Flag::p2sh) && is_pay_to_script_hash(script_pubkey);
    std::optional<Stack> before;
    if (is_p2sh) {
        before = stack;
    }
    KEEL_CHECK(run_legacy(check, script_pubkey, stack));
    KEEL_CHECK(demand_true_top(stack));
    if (is_p2sh) {
        return verify_redeem_script(check, script_sig, *before);
    }
    if (check.flags.has(Flag::witness) && witness_program(script_pubkey)) {
        // With an empty scriptSig verify_bare_program() would have been asked.
        return fail(ScriptError::witness_malleated);
    }
    if (check.flags.has(Flag::cleanstack) && stack.size() != 1) {
        return fail(ScriptError::clean_stack);
    }
    return Witness::unused;
}

}  // namespace

Status verify_input(const TxContext& context, std::size_t input, Flags flags, const SignatureVerifier& verifier) {
    KEEL_ASSERT(flags.is_consistent() && input < context.tx().input_count());
    const InputCheck check{context, input, flags, verifier};
    const InputView view = context.tx().input(input);
    const ByteSpan script_sig = view.script_sig();
    const ByteSpan script_pubkey = context.spent(input).script;
    if (flags.has(Flag::witness) && script_sig.empty()) {
        if (const auto program = witness_program(script_pubkey)) {
            return verify_bare_program(check, *program);
        }
    }
    if (flags.has(Flag::sigpushonly) && !is_push_only(script_sig)) {
        return fail(ScriptError::sig_push_only);
    }
    KEEL_TRY(const Witness witness, verify_scripts(check, script_sig, script_pubkey));
    if (flags.has(Flag::witness) && witness == Witness::unused && !view.witness().empty()) {
        return fail(ScriptError::witness_unexpected);
    }
    return {};
}

Status verify_input(const TxContext& context, std::size_t input, Flags flags) {
    return verify_input(context, input, flags, CryptoVerifier());
}

}  // namespace keel::script
