// One signature against one key, by the rules of each script dialect. Internal to this room.
#pragma once

#include "rules/script/machine.hpp"

namespace keel::script {

// CHECKSIG and its kin: whether the signature is valid, or why the script fails at once.
Result<bool, ScriptError> check_signature(Machine& machine, ByteSpan signature, ByteSpan key);

// A legacy or witness v0 signature (with its hash type) over `code`; false for whatever cannot verify.
bool verify_ecdsa_signature(Machine& machine, ByteSpan signature, ByteSpan key, const SighashCache::ScriptCode& code);

// BIP341 and BIP342 signatures, which must be valid.
Status verify_schnorr_signature(const InputCheck& check, ByteSpan signature, ByteSpan xonly_key, TaprootSpend& spend);

}  // namespace keel::script
