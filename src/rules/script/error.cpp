#include "rules/script/error.hpp"

#include <algorithm>
#include <array>

namespace keel::script {

namespace {

struct Row {
    std::string_view name;
    std::string_view text;
};

// In the order of ScriptError.
constexpr std::array kRows{
    Row{"EVAL_FALSE", "Script evaluated without error but finished with a false/empty top stack element"},
    Row{"OP_RETURN", "OP_RETURN was encountered"},
    Row{"SCRIPTNUM", "Script number overflowed or is non-minimally encoded"},
    Row{"SCRIPT_SIZE", "Script is too big"},
    Row{"PUSH_SIZE", "Push value size limit exceeded"},
    Row{"OP_COUNT", "Operation limit exceeded"},
    Row{"STACK_SIZE", "Stack size limit exceeded"},
    Row{"SIG_COUNT", "Signature count negative or greater than pubkey count"},
    Row{"PUBKEY_COUNT", "Pubkey count negative or limit exceeded"},
    Row{"VERIFY", "Script failed an OP_VERIFY operation"},
    Row{"EQUALVERIFY", "Script failed an OP_EQUALVERIFY operation"},
    Row{"CHECKMULTISIGVERIFY", "Script failed an OP_CHECKMULTISIGVERIFY operation"},
    Row{"CHECKSIGVERIFY", "Script failed an OP_CHECKSIGVERIFY operation"},
    Row{"NUMEQUALVERIFY", "Script failed an OP_NUMEQUALVERIFY operation"},
    Row{"BAD_OPCODE", "Opcode missing or not understood"},
    Row{"DISABLED_OPCODE", "Attempted to use a disabled opcode"},
    Row{"INVALID_STACK_OPERATION", "Operation not valid with the current stack size"},
    Row{"INVALID_ALTSTACK_OPERATION", "Operation not valid with the current altstack size"},
    Row{"UNBALANCED_CONDITIONAL", "Invalid OP_IF construction"},
    Row{"NEGATIVE_LOCKTIME", "Negative locktime"},
    Row{"UNSATISFIED_LOCKTIME", "Locktime requirement not satisfied"},
    Row{"SIG_HASHTYPE", "Signature hash type missing or not understood"},
    Row{"SIG_DER", "Non-canonical DER signature"},
    Row{"MINIMALDATA", "Data push larger than necessary"},
    Row{"SIG_PUSHONLY", "Only push operators allowed in signatures"},
    Row{"SIG_HIGH_S", "Non-canonical signature: S value is unnecessarily high"},
    Row{"SIG_NULLDUMMY", "Dummy CHECKMULTISIG argument must be zero"},
    Row{"PUBKEYTYPE", "Public key is neither compressed or uncompressed"},
    Row{"CLEANSTACK", "Stack size must be exactly one after execution"},
    Row{"MINIMALIF", "OP_IF/NOTIF argument must be minimal"},
    Row{"NULLFAIL", "Signature must be zero for failed CHECK(MULTI)SIG operation"},
    Row{"DISCOURAGE_UPGRADABLE_NOPS", "NOPx reserved for soft-fork upgrades"},
    Row{"DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM", "Witness version reserved for soft-fork upgrades"},
    Row{"DISCOURAGE_UPGRADABLE_TAPROOT_VERSION", "Taproot version reserved for soft-fork upgrades"},
    Row{"DISCOURAGE_OP_SUCCESS", "OP_SUCCESSx reserved for soft-fork upgrades"},
    Row{"DISCOURAGE_UPGRADABLE_PUBKEYTYPE", "Public key version reserved for soft-fork upgrades"},
    Row{"WITNESS_PROGRAM_WRONG_LENGTH", "Witness program has incorrect length"},
    Row{"WITNESS_PROGRAM_WITNESS_EMPTY", "Witness program was passed an empty witness"},
    Row{"WITNESS_PROGRAM_MISMATCH", "Witness program hash mismatch"},
    Row{"WITNESS_MALLEATED", "Witness requires empty scriptSig"},
    Row{"WITNESS_MALLEATED_P2SH", "Witness requires only-redeemscript scriptSig"},
    Row{"WITNESS_UNEXPECTED", "Witness provided for non-witness script"},
    Row{"WITNESS_PUBKEYTYPE", "Using non-compressed keys in segwit"},
    Row{"SCHNORR_SIG_SIZE", "Invalid Schnorr signature size"},
    Row{"SCHNORR_SIG_HASHTYPE", "Invalid Schnorr signature hash type"},
    Row{"SCHNORR_SIG", "Invalid Schnorr signature"},
    Row{"TAPROOT_WRONG_CONTROL_SIZE", "Invalid Taproot control block size"},
    Row{"TAPSCRIPT_VALIDATION_WEIGHT", "Too much signature validation relative to witness weight"},
    Row{"TAPSCRIPT_CHECKMULTISIG", "OP_CHECKMULTISIG(VERIFY) is not available in tapscript"},
    Row{"TAPSCRIPT_MINIMALIF", "OP_IF/NOTIF argument must be minimal in tapscript"},
    Row{"TAPSCRIPT_EMPTY_PUBKEY", "Empty public key in tapscript"},
    Row{"OP_CODESEPARATOR", "Using OP_CODESEPARATOR in non-witness script"},
    Row{"SIG_FINDANDDELETE", "Signature is found in scriptCode"},
};
static_assert(kRows.size() == kScriptErrorCount);
static_assert(static_cast<std::size_t>(ScriptError::sig_find_and_delete) + 1 == kScriptErrorCount);

}  // namespace

std::string_view name(ScriptError error) { return kRows[static_cast<std::size_t>(error)].name; }

std::optional<ScriptError> error_from_name(std::string_view name) {
    const auto* const found = std::ranges::find(kRows, name, &Row::name);
    return found == kRows.end() ? std::nullopt : std::optional(static_cast<ScriptError>(found - kRows.begin()));
}

std::string_view describe(ScriptError error) { return kRows[static_cast<std::size_t>(error)].text; }

}  // namespace keel::script
