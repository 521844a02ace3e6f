// Why a script is not satisfied.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace keel::script {

enum class ScriptError : std::uint8_t {
    eval_false,
    op_return,
    script_number,

    // Sizes and counts
    script_size,
    push_size,
    op_count,
    stack_size,
    sig_count,
    pubkey_count,

    // An operation that must leave true left false
    verify,
    equal_verify,
    check_multisig_verify,
    check_sig_verify,
    num_equal_verify,

    // Form of the script
    bad_opcode,
    disabled_opcode,
    invalid_stack_operation,
    invalid_altstack_operation,
    unbalanced_conditional,

    // BIP65, BIP112
    negative_locktime,
    unsatisfied_locktime,

    // Encodings and malleability
    sig_hashtype,
    sig_der,
    minimal_data,
    sig_push_only,
    sig_high_s,
    sig_null_dummy,
    pubkey_type,
    clean_stack,
    minimal_if,
    null_fail,

    // Reserved for later soft forks
    discourage_upgradable_nops,
    discourage_upgradable_witness_program,
    discourage_upgradable_taproot_version,
    discourage_op_success,
    discourage_upgradable_pubkey_type,

    // BIP141
    witness_program_wrong_length,
    witness_program_witness_empty,
    witness_program_mismatch,
    witness_malleated,
    witness_malleated_p2sh,
    witness_unexpected,
    witness_pubkey_type,

    // BIP341, BIP342
    schnorr_sig_size,
    schnorr_sig_hashtype,
    schnorr_sig,
    taproot_wrong_control_size,
    tapscript_validation_weight,
    tapscript_check_multisig,
    tapscript_minimal_if,
    tapscript_empty_pubkey,

    // Policy on legacy scripts
    op_codeseparator,
    sig_find_and_delete,
};
inline constexpr std::size_t kScriptErrorCount = 53;

using Status = Result<void, ScriptError>;

inline Failure<ScriptError> fail(ScriptError error) { return Failure<ScriptError>(error); }

// The word for an error in test vectors, such as "EVAL_FALSE".
std::string_view name(ScriptError error);
std::optional<ScriptError> error_from_name(std::string_view name);

// The sentence that reject messages carry in parentheses; the same in all node software, because tools
// compare it.
std::string_view describe(ScriptError error);

}  // namespace keel::script
