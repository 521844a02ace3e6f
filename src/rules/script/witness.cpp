#include "rules/script/witness.hpp"

#include "crypto/secp.hpp"
#include "rules/primitives/codec.hpp"
#include "rules/script/checksig.hpp"
#include "rules/script/taproot.hpp"

namespace keel::script {

namespace {

using enum Opcode;
using Items = std::span<const ByteSpan>;

// BIP342 "Resource limits": every witness starts with this much validation weight besides its size.
constexpr std::int64_t kWeightOffset = 50;

// BIP141: the script that a version 0 program of 20 bytes stands for.
std::array<std::byte, 25> key_hash_script(ByteSpan hash) {
    std::array<std::byte, 25> script{std::byte{to_byte(op_dup)}, std::byte{to_byte(op_hash160)}, std::byte{20}};
    std::ranges::copy(hash, script.begin() + 3);
    script[23] = std::byte{to_byte(op_equalverify)};
    script[24] = std::byte{to_byte(op_checksig)};
    return script;
}

// Witness scripts, unlike legacy ones, must leave exactly one element.
Status execute(Machine& machine, Items arguments) {
    for (const ByteSpan argument : arguments) {
        if (argument.size() > kElementSizeMax) {
            return fail(ScriptError::push_size);
        }
        machine.stack.push_view(argument);
    }
    KEEL_CHECK(run(machine));
    if (machine.stack.size() != 1) {
        return fail(ScriptError::clean_stack);
    }
    return cast_to_bool(machine.stack.peek()) ? Status() : fail(ScriptError::eval_false);
}

Status verify_version_0(const InputCheck& check, const WitnessProgram& program, Items witness) {
    Stack stack;
    if (program.is_key_hash()) {
        if (witness.size() != 2) {
            return fail(ScriptError::witness_program_mismatch);
        }
        const auto script = key_hash_script(program.program);
        Machine machine(check, SigVersion::witness_v0, script, stack);
        return execute(machine, witness);
    }
    if (!program.is_script_hash()) {
        return fail(ScriptError::witness_program_wrong_length);
    }
    if (witness.empty()) {
        return fail(ScriptError::witness_program_witness_empty);
    }
    const ByteSpan script = witness.back();
    if (!equal(crypto::sha256(script).bytes, program.program)) {
        return fail(ScriptError::witness_program_mismatch);
    }
    Machine machine(check, SigVersion::witness_v0, script, stack);
    return execute(machine, witness.first(witness.size() - 1));
}

enum class Success : bool { no, yes };

// BIP342: an OP_SUCCESSx anywhere, executed or not, makes the script succeed before any limit is looked at; but what
// stands before it must parse.
Result<Success, ScriptError> find_op_success(ByteSpan script, Flags flags) {
    ScriptReader reader(script);
    for (Op op{}; !reader.at_end();) {
        if (!reader.next(op)) {
            return fail(ScriptError::bad_opcode);
        }
        if (is_op_success(op.code)) {
            if (flags.has(Flag::discourage_op_success)) {
                return fail(ScriptError::discourage_op_success);
            }
            return Success::yes;
        }
    }
    return Success::no;
}

Status run_tapscript(const InputCheck& check, ByteSpan script, Items arguments, Tapscript& tapscript) {
    KEEL_TRY(const Success success, find_op_success(script, check.flags));
    if (success == Success::yes) {
        return {};
    }
    if (arguments.size() > kStackSizeMax) {
        return fail(ScriptError::stack_size);
    }
    Stack stack;
    Machine machine(check, SigVersion::tapscript, script, stack);
    machine.tapscript = &tapscript;
    return execute(machine, arguments);
}

std::int64_t witness_size(const primitives::WitnessView& witness) {
    return static_cast<std::int64_t>(primitives::compact_size_length(witness.size()) + witness.encoded().size());
}

// BIP341 "Script validation rules", script path: `path` ends with the script and the control block.
Status verify_script_path(const InputCheck& check, ByteSpan output_key, Items path, TaprootSpend spend) {
    const ByteSpan control = path.back();
    const ByteSpan script = path[path.size() - 2];
    if (!is_control_block_size(control.size())) {
        return fail(ScriptError::taproot_wrong_control_size);
    }
    const auto first = std::to_integer<std::uint8_t>(control[0]);
    const auto version = static_cast<std::uint8_t>(first & 0xFEU);
    const RawHash leaf = tapleaf_hash(version, script);
    if (!crypto::verify_taproot_commitment(output_key, (first & 1U) != 0, control.subspan(1, 32),
                                           taproot_merkle_root(control, leaf))) {
        return fail(ScriptError::witness_program_mismatch);
    }
    if (version != kTapscriptLeafVersion) {
        const bool discouraged = check.flags.has(Flag::discourage_upgradable_taproot_version);
        return discouraged ? fail(ScriptError::discourage_upgradable_taproot_version) : Status();
    }
    spend.leaf = {leaf, TaprootSpend::kNoCodeSeparator};
    const auto witness = check.context.tx().input(check.input).witness();
    Tapscript tapscript{spend, witness_size(witness) + kWeightOffset};
    return run_tapscript(check, script, path.first(path.size() - 2), tapscript);
}

Status verify_taproot(const InputCheck& check, ByteSpan output_key, Items witness) {
    if (witness.empty()) {
        return fail(ScriptError::witness_program_witness_empty);
    }
    TaprootSpend spend;
    const ByteSpan last = witness.back();
    if (witness.size() >= 2 && !last.empty() && last[0] == kAnnexTag) {
        spend.annex_hash = annex_hash(last);
        witness = witness.first(witness.size() - 1);
    }
    if (witness.size() == 1) {
        return verify_schnorr_signature(check, witness[0], output_key, spend);
    }
    return verify_script_path(check, output_key, witness, spend);
}

}  // namespace

Status verify_witness_program(const InputCheck& check, const WitnessProgram& program, Nesting nesting) {
    const bool taproot = program.is_taproot() && nesting == Nesting::bare;
    if (program.version != 0 && !taproot) {
        // Left to later soft forks, except that P2A is what it is.
        const bool anchor = program.is_anchor() && nesting == Nesting::bare;
        const bool discouraged = check.flags.has(Flag::discourage_upgradable_witness_program) && !anchor;
        return discouraged ? fail(ScriptError::discourage_upgradable_witness_program) : Status();
    }
    if (taproot && !check.flags.has(Flag::taproot)) {
        return {};
    }
    const std::vector<ByteSpan> witness = check.context.tx().input(check.input).witness().items();
    return taproot ? verify_taproot(check, program.program, witness) : verify_version_0(check, program, witness);
}

}  // namespace keel::script
