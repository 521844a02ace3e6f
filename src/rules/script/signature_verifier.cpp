#include "rules/script/signature_verifier.hpp"

#include "crypto/secp.hpp"

namespace keel::script {

bool CryptoVerifier::verify_ecdsa(ByteSpan public_key, ByteSpan der, const RawHash& digest) const {
    return crypto::verify_ecdsa(public_key, der, digest);
}

bool CryptoVerifier::verify_schnorr(ByteSpan xonly_key, ByteSpan signature, const RawHash& digest) const {
    return crypto::verify_schnorr(xonly_key, signature, digest.bytes);
}

}  // namespace keel::script
