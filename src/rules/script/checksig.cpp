#include "rules/script/checksig.hpp"

#include "rules/script/find_and_delete.hpp"
#include "rules/script/signature_encoding.hpp"

namespace keel::script {

namespace {

constexpr std::size_t kSchnorrSize = 64;
constexpr std::size_t kXOnlySize = 32;

Result<bool, ScriptError> check_ecdsa(Machine& machine, ByteSpan signature, ByteSpan key) {
    ScriptCodeEditor code(machine.script_code());
    if (machine.version == SigVersion::legacy && code.remove_push_of(signature) &&
        machine.has(Flag::const_scriptcode)) {
        return fail(ScriptError::sig_find_and_delete);
    }
    KEEL_CHECK(check_signature_encoding(signature, machine.check.flags));
    KEEL_CHECK(check_key_encoding(key, machine.check.flags, machine.version));
    const bool valid = verify_ecdsa_signature(machine, signature, key, {code.bytes(), !code.changed()});
    if (!valid && !signature.empty() && machine.has(Flag::nullfail)) {
        return fail(ScriptError::null_fail);
    }
    return valid;
}

// BIP342 "Rules for signature opcodes". An empty signature is false and costs nothing; any other must be valid.
Result<bool, ScriptError> check_tapscript(Machine& machine, ByteSpan signature, ByteSpan key) {
    Tapscript& tapscript = *machine.tapscript;
    const bool present = !signature.empty();
    if (present) {
        tapscript.weight_left -= kSignatureWeight;
        if (tapscript.weight_left < 0) {
            return fail(ScriptError::tapscript_validation_weight);
        }
    }
    if (key.empty()) {
        return fail(ScriptError::tapscript_empty_pubkey);
    }
    if (key.size() != kXOnlySize) {
        // Left to later soft forks: any signature passes.
        if (machine.has(Flag::discourage_upgradable_pubkeytype)) {
            return fail(ScriptError::discourage_upgradable_pubkey_type);
        }
        return present;
    }
    if (present) {
        KEEL_CHECK(verify_schnorr_signature(machine.check, signature, key, tapscript.spend));
    }
    return present;
}

}  // namespace

Result<bool, ScriptError> check_signature(Machine& machine, ByteSpan signature, ByteSpan key) {
    return machine.version == SigVersion::tapscript ? check_tapscript(machine, signature, key)
                                                    : check_ecdsa(machine, signature, key);
}

bool verify_ecdsa_signature(Machine& machine, ByteSpan signature, ByteSpan key, const SighashCache::ScriptCode& code) {
    if (signature.empty() || !has_key_size(key)) {
        return false;
    }
    const HashType type{std::to_integer<std::uint32_t>(signature.back())};
    const RawHash digest = machine.sighashes.sighash(code, type);
    return machine.check.verifier.verify_ecdsa(key, signature.first(signature.size() - 1), digest);
}

Status verify_schnorr_signature(const InputCheck& check, ByteSpan signature, ByteSpan xonly_key, TaprootSpend& spend) {
    if (signature.size() != kSchnorrSize && signature.size() != kSchnorrSize + 1) {
        return fail(ScriptError::schnorr_sig_size);
    }
    std::uint8_t type = kSighashDefault;
    if (signature.size() > kSchnorrSize) {
        type = std::to_integer<std::uint8_t>(signature.back());
        // BIP341: DEFAULT is what the short form means; spelling it out would be a second form of the same.
        if (type == kSighashDefault) {
            return fail(ScriptError::schnorr_sig_hashtype);
        }
    }
    const auto digest = taproot_sighash(check.context, check.input, type, spend);
    if (!digest) {
        return fail(ScriptError::schnorr_sig_hashtype);
    }
    const bool valid = check.verifier.verify_schnorr(xonly_key, signature.first(kSchnorrSize), *digest);
    return valid ? Status() : fail(ScriptError::schnorr_sig);
}

}  // namespace keel::script
