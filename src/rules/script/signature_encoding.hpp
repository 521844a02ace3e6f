// Which byte strings are acceptable as signatures and public keys, before any cryptography.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "rules/script/error.hpp"
#include "rules/script/flags.hpp"
#include "rules/script/sig_version.hpp"

namespace keel::script {

// BIP66: strict DER followed by one byte of hash type. Looks at form only: R and S may be any positive numbers.
bool is_strict_der_signature(ByteSpan signature);

// Whether the last byte is ALL, NONE or SINGLE, with or without ANYONECANPAY.
bool is_defined_hash_type(ByteSpan signature);

// Public keys by their first byte and size; whether they are on the curve is not looked at.
bool is_compressed_key(ByteSpan key);                  // 33 bytes, 02 or 03
bool is_compressed_or_uncompressed_key(ByteSpan key);  // or 65 bytes, 04
bool has_key_size(ByteSpan key);                       // or 65 bytes, 06 or 07

// What CHECKSIG and CHECKMULTISIG demand before they verify. An empty signature is always well-formed.
Status check_signature_encoding(ByteSpan signature, Flags flags);
Status check_key_encoding(ByteSpan key, Flags flags, SigVersion version);

}  // namespace keel::script
