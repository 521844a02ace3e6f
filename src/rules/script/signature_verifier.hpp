// Where the interpreter asks whether a signature is valid: the seam for signature caches, batch verification and tests.
#pragma once

#include "base/bytes.hpp"
#include "base/hash256.hpp"

namespace keel::script {

// Implementations must be pure functions of the arguments as far as callers can see, and callable from several threads.
class SignatureVerifier {
public:
    virtual ~SignatureVerifier() = default;
    // `der` is the signature without hash type, not necessarily DER at all; `public_key` has a size and first byte that
    // fit together but need not be on the curve.
    [[nodiscard]] virtual bool verify_ecdsa(ByteSpan public_key, ByteSpan der, const RawHash& digest) const = 0;
    // `xonly_key` has 32 bytes, `signature` 64.
    [[nodiscard]] virtual bool verify_schnorr(ByteSpan xonly_key, ByteSpan signature, const RawHash& digest) const = 0;
};

// Verifies with crypto, every time.
class CryptoVerifier final : public SignatureVerifier {
public:
    [[nodiscard]] bool verify_ecdsa(ByteSpan public_key, ByteSpan der, const RawHash& digest) const override;
    [[nodiscard]] bool verify_schnorr(ByteSpan xonly_key, ByteSpan signature, const RawHash& digest) const override;
};

}  // namespace keel::script
