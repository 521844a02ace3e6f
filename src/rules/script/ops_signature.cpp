// CODESEPARATOR, CHECKSIG, CHECKSIGADD and CHECKMULTISIG.
#include "rules/script/checksig.hpp"
#include "rules/script/find_and_delete.hpp"
#include "rules/script/machine.hpp"
#include "rules/script/signature_encoding.hpp"

namespace keel::script {

namespace {

using enum Opcode;

Status on_codeseparator(Machine& machine, Opcode) {
    machine.code_begin = machine.reader.position();
    if (machine.tapscript != nullptr) {
        machine.tapscript->spend.leaf->code_separator = machine.op_position;
    }
    return {};
}

// (signature, key -- valid)
Status on_checksig(Machine& machine, Opcode code) {
    KEEL_CHECK(machine.need(2));
    KEEL_TRY(const bool valid, check_signature(machine, machine.stack.peek(1), machine.stack.peek(0)));
    machine.stack.pop(2);
    machine.stack.push_bool(valid);
    return code == op_checksigverify ? demand_true(machine, ScriptError::check_sig_verify) : Status();
}

// BIP342. (signature, number, key -- number + valid)
Status on_checksigadd(Machine& machine, Opcode) {
    if (machine.version != SigVersion::tapscript) {
        return fail(ScriptError::bad_opcode);
    }
    KEEL_CHECK(machine.need(3));
    KEEL_TRY(const std::int64_t number, machine.number(1));
    KEEL_TRY(const bool valid, check_signature(machine, machine.stack.peek(2), machine.stack.peek(0)));
    machine.stack.pop(3);
    machine.stack.push_number(number + (valid ? 1 : 0));
    return {};
}

// Where the arguments of CHECKMULTISIG are, as depths below the top:
// (dummy, signatures, signature count, keys, key count -- valid)
struct Multisig {
    std::size_t keys;
    std::size_t signatures;

    [[nodiscard]] std::size_t first_key() const { return 1; }
    [[nodiscard]] std::size_t signature_count() const { return 1 + keys; }
    [[nodiscard]] std::size_t first_signature() const { return 2 + keys; }
    [[nodiscard]] std::size_t dummy() const { return 2 + keys + signatures; }
};

Result<Multisig, ScriptError> read_multisig(Machine& machine) {
    Multisig args{};
    KEEL_CHECK(machine.need(1));
    KEEL_TRY(const std::int64_t keys, machine.number(0));
    if (keys < 0 || static_cast<std::uint64_t>(keys) > kMultisigKeysMax) {
        return fail(ScriptError::pubkey_count);
    }
    args.keys = static_cast<std::size_t>(keys);
    KEEL_CHECK(machine.count_ops(args.keys));
    KEEL_CHECK(machine.need(args.signature_count() + 1));
    KEEL_TRY(const std::int64_t signatures, machine.number(args.signature_count()));
    if (signatures < 0 || signatures > keys) {
        return fail(ScriptError::sig_count);
    }
    args.signatures = static_cast<std::size_t>(signatures);
    KEEL_CHECK(machine.need(args.dummy() + 1));
    return args;
}

Status delete_signatures(Machine& machine, const Multisig& args, ScriptCodeEditor& code) {
    if (machine.version != SigVersion::legacy) {
        return {};
    }
    for (std::size_t i = 0; i < args.signatures; ++i) {
        if (code.remove_push_of(machine.stack.peek(args.first_signature() + i)) &&
            machine.has(Flag::const_scriptcode)) {
            return fail(ScriptError::sig_find_and_delete);
        }
    }
    return {};
}

// Signatures must stand in the order of their keys: each key is tried once, from the top, against the next signature.
// Encodings are checked only of the pairs that are tried.
Result<bool, ScriptError> match_signatures(Machine& machine, const Multisig& args, const ScriptCodeEditor& code) {
    std::size_t matched = 0;
    for (std::size_t tried = 0; matched < args.signatures; ++tried) {
        if (args.signatures - matched > args.keys - tried) {
            return false;
        }
        const ByteSpan signature = machine.stack.peek(args.first_signature() + matched);
        const ByteSpan key = machine.stack.peek(args.first_key() + tried);
        KEEL_CHECK(check_signature_encoding(signature, machine.check.flags));
        KEEL_CHECK(check_key_encoding(key, machine.check.flags, machine.version));
        if (verify_ecdsa_signature(machine, signature, key, {code.bytes(), !code.changed()})) {
            ++matched;
        }
    }
    return true;
}

bool any_signature(const Machine& machine, const Multisig& args) {
    for (std::size_t i = 0; i < args.signatures; ++i) {
        if (!machine.stack.peek(args.first_signature() + i).empty()) {
            return true;
        }
    }
    return false;
}

Status on_checkmultisig(Machine& machine, Opcode code) {
    if (machine.version == SigVersion::tapscript) {
        return fail(ScriptError::tapscript_check_multisig);
    }
    KEEL_TRY(const Multisig args, read_multisig(machine));
    ScriptCodeEditor script_code(machine.script_code());
    KEEL_CHECK(delete_signatures(machine, args, script_code));
    KEEL_TRY(const bool valid, match_signatures(machine, args, script_code));
    if (!valid && machine.has(Flag::nullfail) && any_signature(machine, args)) {
        return fail(ScriptError::null_fail);
    }
    if (machine.has(Flag::nulldummy) && !machine.stack.peek(args.dummy()).empty()) {
        return fail(ScriptError::sig_null_dummy);
    }
    machine.stack.pop(args.dummy() + 1);
    machine.stack.push_bool(valid);
    return code == op_checkmultisigverify ? demand_true(machine, ScriptError::check_multisig_verify) : Status();
}

constexpr auto kOperations = std::to_array<Entry>({
    {op_codeseparator, on_codeseparator},
    {op_checksig, on_checksig},
    {op_checksigverify, on_checksig},
    {op_checksigadd, on_checksigadd},
    {op_checkmultisig, on_checkmultisig},
    {op_checkmultisigverify, on_checkmultisig},
});

}  // namespace

std::span<const Entry> signature_operations() { return kOperations; }

}  // namespace keel::script
