// secp256k1 signatures: ECDSA as the consensus rules need it, BIP340 Schnorr, BIP341 key tweaks, and signing.
//
// All functions are pure and thread-safe. Verification functions return false for inputs of a wrong size or form.
// Cost on one core: about 40 microseconds for a verification or signature.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.hpp"
#include "base/hash256.hpp"

namespace keel::crypto {

using XOnlyKey = std::array<std::byte, 32>;
using SchnorrSignature = std::array<std::byte, 64>;
using RecoverableSignature = std::array<std::byte, 65>;

// ECDSA over a 32-byte digest. `der` is the signature without its hash type byte, parsed as laxly as consensus has
// always parsed it (der.hpp); high S values are accepted. `public_key`: 33 bytes compressed, 65 uncompressed or hybrid.
[[nodiscard]] bool verify_ecdsa(ByteSpan public_key, ByteSpan der, const RawHash& digest);

// BIP62 rule 5, BIP146: whether S is at most half the group order. False when `der` does not parse.
[[nodiscard]] bool is_low_s(ByteSpan der);

// BIP340 verification; the message is 32 bytes in every consensus use.
[[nodiscard]] bool verify_schnorr(ByteSpan xonly_key, ByteSpan signature, ByteSpan message);

// Whether the bytes encode a point on the curve, in any of the forms that ECDSA verification takes.
[[nodiscard]] bool is_valid_public_key(ByteSpan public_key);
// Whether the bytes are the x coordinate of a point (BIP340 "lift_x").
[[nodiscard]] bool is_valid_xonly_key(ByteSpan xonly_key);
// The 33-byte form of any valid public key.
[[nodiscard]] std::optional<Bytes> compress_public_key(ByteSpan public_key);
// The 65-byte uncompressed form of any valid public key.
[[nodiscard]] std::optional<std::array<std::byte, 65>> decompress_public_key(ByteSpan public_key);

// The 33-byte form of key + tweak * G, as BIP32 derives public keys; nothing for an invalid key, a tweak that is not
// below the group order, or a sum without a key.
[[nodiscard]] std::optional<Bytes> tweak_public_key(ByteSpan public_key, ByteSpan tweak);

// BIP341 "Constructing and spending Taproot outputs": hash_TapTweak(internal key || merkle root), without the root
// for outputs that have no script path.
RawHash taproot_tweak(const XOnlyKey& internal_key, const std::optional<RawHash>& merkle_root);

struct TaprootOutput {
    XOnlyKey key;
    bool odd_y;
    bool operator==(const TaprootOutput&) const = default;
};
// The output key for an internal key; nothing when that is not a valid key.
[[nodiscard]] std::optional<TaprootOutput> taproot_output(const XOnlyKey& internal_key,
                                                          const std::optional<RawHash>& merkle_root);
// BIP341 "Script validation rules": whether the control block's internal key and tree lead to this output key.
// Both keys are 32 bytes.
[[nodiscard]] bool verify_taproot_commitment(ByteSpan output_key, bool odd_y, ByteSpan internal_key,
                                             const RawHash& merkle_root);

// A valid private key. Wiped from memory when destroyed.
class SecretKey {
public:
    // Nothing unless 32 bytes, not zero and below the group order.
    static std::optional<SecretKey> from_bytes(ByteSpan bytes);

    SecretKey(const SecretKey&) = default;
    SecretKey& operator=(const SecretKey&) = default;
    ~SecretKey();

    [[nodiscard]] ByteSpan bytes() const { return bytes_; }
    // 33 bytes, or 65 when not compressed.
    [[nodiscard]] Bytes public_key(bool compressed = true) const;
    [[nodiscard]] XOnlyKey xonly_public_key() const;

    // DER without a hash type byte. Deterministic (RFC 6979), low S, and R below 2^255 so that it never exceeds 70
    // bytes.
    [[nodiscard]] Bytes sign_ecdsa(const RawHash& digest) const;
    // A header byte (27 + recovery id, + 4 for a compressed key), then R and S: as signed text messages use.
    [[nodiscard]] RecoverableSignature sign_recoverable(const RawHash& digest, bool compressed = true) const;
    [[nodiscard]] SchnorrSignature sign_schnorr(ByteSpan message, const std::array<std::byte, 32>& aux) const;
    // key + tweak modulo the group order (BIP32); nothing when that is zero or the 32-byte tweak too large.
    [[nodiscard]] std::optional<SecretKey> tweaked(ByteSpan tweak) const;
    // The key that signs for the taproot output of this internal key.
    [[nodiscard]] SecretKey taproot_tweaked(const std::optional<RawHash>& merkle_root) const;

private:
    explicit SecretKey(ByteSpan bytes);
    std::array<std::byte, 32> bytes_;
};

// The public key, compressed or not as the signature's header says, or nothing.
[[nodiscard]] std::optional<Bytes> recover_public_key(const RecoverableSignature& signature, const RawHash& digest);

}  // namespace keel::crypto
