// The hashes of Bitcoin script other than SHA-256, SHA-512, and HMAC and HKDF over them. Pure and thread-safe.
#pragma once

#include <array>

#include "base/bytes.hpp"
#include "base/hash256.hpp"

namespace keel::crypto {

using Hash160 = std::array<std::byte, 20>;
using Hash512 = std::array<std::byte, 64>;

// SHA-1 (FIPS 180-4), for OP_SHA1 only: not collision resistant.
Hash160 sha1(ByteSpan data);
Hash160 ripemd160(ByteSpan data);
// RIPEMD-160 of SHA-256: public key and script hashes.
Hash160 hash160(ByteSpan data);
Hash512 sha512(ByteSpan data);

// RFC 2104.
RawHash hmac_sha256(ByteSpan key, ByteSpan data);
Hash512 hmac_sha512(ByteSpan key, ByteSpan data);

// RFC 5869, extract and expand. `out` takes at most 255 * 32 bytes.
void hkdf_sha256(ByteSpan input_key, ByteSpan salt, ByteSpan info, MutableByteSpan out);

}  // namespace keel::crypto
