#include "crypto/secp.hpp"

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_recovery.h>
#include <secp256k1_schnorrsig.h>

#include "base/assert.hpp"
#include "base/endian.hpp"
#include "crypto/der.hpp"
#include "crypto/recent_keys.hpp"
#include "crypto/sha256.hpp"

namespace keel::crypto {
namespace {

const unsigned char* raw(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }
unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

// Created at first use, constant afterwards. Not blinded: entropy does not belong in this room, and signing here serves
// block signatures and RPC calls on the operator's own machine.
const secp256k1_context* signing_context() {
    static const secp256k1_context* const kContext = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    return kContext;
}

std::optional<secp256k1_pubkey> parse_key(ByteSpan key) {
    thread_local RecentKeys<33, secp256k1_pubkey> recent;
    const bool compressed = key.size() == 33;
    if (const auto* known = compressed ? recent.find(key.first<33>()) : nullptr) {
        return *known;
    }
    secp256k1_pubkey out;
    if (secp256k1_ec_pubkey_parse(secp256k1_context_static, &out, raw(key.data()), key.size()) != 1) {
        return std::nullopt;
    }
    if (compressed) {
        recent.keep(key.first<33>(), out);
    }
    return out;
}

std::optional<secp256k1_xonly_pubkey> parse_xonly(ByteSpan key) {
    thread_local RecentKeys<32, secp256k1_xonly_pubkey> recent;
    if (key.size() != 32) {
        return std::nullopt;
    }
    if (const auto* known = recent.find(key.first<32>())) {
        return *known;
    }
    secp256k1_xonly_pubkey out;
    if (secp256k1_xonly_pubkey_parse(secp256k1_context_static, &out, raw(key.data())) != 1) {
        return std::nullopt;
    }
    recent.keep(key.first<32>(), out);
    return out;
}

std::optional<secp256k1_ecdsa_signature> parse_signature(ByteSpan der) {
    const auto compact = parse_der_lax(der);
    if (!compact) {
        return std::nullopt;
    }
    secp256k1_ecdsa_signature out;
    if (secp256k1_ecdsa_signature_parse_compact(secp256k1_context_static, &out, raw(compact->data())) != 1) {
        // R or S is not below the group order: the same as a number that is too long.
        constexpr CompactSignature kZero{};
        KEEL_ASSERT(secp256k1_ecdsa_signature_parse_compact(secp256k1_context_static, &out, raw(kZero.data())) == 1);
    }
    return out;
}

Bytes serialize_key(const secp256k1_pubkey& key, bool compressed) {
    Bytes out(compressed ? 33 : 65);
    std::size_t size = out.size();
    secp256k1_ec_pubkey_serialize(secp256k1_context_static, raw(out.data()), &size, &key,
                                  compressed ? SECP256K1_EC_COMPRESSED : SECP256K1_EC_UNCOMPRESSED);
    return out;
}

XOnlyKey serialize_xonly(const secp256k1_xonly_pubkey& key) {
    XOnlyKey out;
    secp256k1_xonly_pubkey_serialize(secp256k1_context_static, raw(out.data()), &key);
    return out;
}

secp256k1_keypair keypair_of(const std::array<std::byte, 32>& secret) {
    secp256k1_keypair out;
    KEEL_ASSERT(secp256k1_keypair_create(signing_context(), &out, raw(secret.data())) == 1);
    return out;
}

RawHash tap_tweak(ByteSpan internal_key, const std::optional<RawHash>& merkle_root) {
    static const Sha256 kHasher = tagged_hasher("TapTweak");
    Sha256 hasher = kHasher;
    hasher.write(internal_key);
    if (merkle_root) {
        hasher.write(merkle_root->bytes);
    }
    return hasher.finish();
}

}  // namespace

bool verify_ecdsa(ByteSpan public_key, ByteSpan der, const RawHash& digest) {
    const auto key = parse_key(public_key);
    if (!key) {
        return false;
    }
    auto signature = parse_signature(der);
    if (!signature) {
        return false;
    }
    // libsecp256k1 verifies low S only; consensus never required it.
    secp256k1_ecdsa_signature_normalize(secp256k1_context_static, &*signature, &*signature);
    return secp256k1_ecdsa_verify(secp256k1_context_static, &*signature, raw(digest.bytes.data()), &*key) == 1;
}

bool is_low_s(ByteSpan der) {
    const auto signature = parse_signature(der);
    return signature && secp256k1_ecdsa_signature_normalize(secp256k1_context_static, nullptr, &*signature) == 0;
}

bool verify_schnorr(ByteSpan xonly_key, ByteSpan signature, ByteSpan message) {
    const auto key = parse_xonly(xonly_key);
    return key && signature.size() == 64 &&
           secp256k1_schnorrsig_verify(secp256k1_context_static, raw(signature.data()), raw(message.data()),
                                       message.size(), &*key) == 1;
}

bool is_valid_public_key(ByteSpan public_key) { return parse_key(public_key).has_value(); }

bool is_valid_xonly_key(ByteSpan xonly_key) { return parse_xonly(xonly_key).has_value(); }

std::optional<Bytes> compress_public_key(ByteSpan public_key) {
    const auto key = parse_key(public_key);
    if (!key) {
        return std::nullopt;
    }
    return serialize_key(*key, true);
}

std::optional<std::array<std::byte, 65>> decompress_public_key(ByteSpan public_key) {
    const auto key = parse_key(public_key);
    if (!key) {
        return std::nullopt;
    }
    std::array<std::byte, 65> out;
    std::ranges::copy(serialize_key(*key, false), out.begin());
    return out;
}

std::optional<Bytes> tweak_public_key(ByteSpan public_key, ByteSpan tweak) {
    auto key = parse_key(public_key);
    if (!key || tweak.size() != 32 ||
        secp256k1_ec_pubkey_tweak_add(secp256k1_context_static, &*key, raw(tweak.data())) != 1) {
        return std::nullopt;
    }
    return serialize_key(*key, true);
}

RawHash taproot_tweak(const XOnlyKey& internal_key, const std::optional<RawHash>& merkle_root) {
    return tap_tweak(internal_key, merkle_root);
}

std::optional<TaprootOutput> taproot_output(const XOnlyKey& internal_key, const std::optional<RawHash>& merkle_root) {
    const auto internal = parse_xonly(internal_key);
    if (!internal) {
        return std::nullopt;
    }
    const RawHash tweak = tap_tweak(internal_key, merkle_root);
    secp256k1_pubkey tweaked;
    secp256k1_xonly_pubkey output;
    int odd = 0;
    if (secp256k1_xonly_pubkey_tweak_add(secp256k1_context_static, &tweaked, &*internal, raw(tweak.bytes.data())) !=
            1 ||
        secp256k1_xonly_pubkey_from_pubkey(secp256k1_context_static, &output, &odd, &tweaked) != 1) {
        return std::nullopt;
    }
    return TaprootOutput{serialize_xonly(output), odd != 0};
}

bool verify_taproot_commitment(ByteSpan output_key, bool odd_y, ByteSpan internal_key, const RawHash& merkle_root) {
    const auto internal = parse_xonly(internal_key);
    if (!internal || output_key.size() != 32) {
        return false;
    }
    const RawHash tweak = tap_tweak(internal_key, merkle_root);
    return secp256k1_xonly_pubkey_tweak_add_check(secp256k1_context_static, raw(output_key.data()), odd_y ? 1 : 0,
                                                  &*internal, raw(tweak.bytes.data())) == 1;
}

SecretKey::SecretKey(ByteSpan bytes) { std::ranges::copy(bytes, bytes_.begin()); }

SecretKey::~SecretKey() {
    bytes_.fill(std::byte{0});
    // The compiler must assume that somebody reads the zeroes.
    __asm__ __volatile__("" : : "r"(bytes_.data()) : "memory");
}

std::optional<SecretKey> SecretKey::from_bytes(ByteSpan bytes) {
    if (bytes.size() != 32 || secp256k1_ec_seckey_verify(secp256k1_context_static, raw(bytes.data())) != 1) {
        return std::nullopt;
    }
    return SecretKey(bytes);
}

Bytes SecretKey::public_key(bool compressed) const {
    secp256k1_pubkey key;
    KEEL_ASSERT(secp256k1_ec_pubkey_create(signing_context(), &key, raw(bytes_.data())) == 1);
    return serialize_key(key, compressed);
}

XOnlyKey SecretKey::xonly_public_key() const {
    XOnlyKey out;
    const Bytes key = public_key();
    std::copy(key.begin() + 1, key.end(), out.begin());
    return out;
}

Bytes SecretKey::sign_ecdsa(const RawHash& digest) const {
    // One signature in two has a low R; the others are tried again with a counter as extra entropy for RFC 6979.
    secp256k1_ecdsa_signature signature;
    CompactSignature compact;
    std::array<std::byte, 32> extra{};
    for (std::uint32_t counter = 0;; ++counter) {
        store_le(extra.data(), counter);
        const void* entropy = counter == 0 ? nullptr : extra.data();
        KEEL_ASSERT(secp256k1_ecdsa_sign(signing_context(), &signature, raw(digest.bytes.data()), raw(bytes_.data()),
                                         secp256k1_nonce_function_rfc6979, entropy) == 1);
        secp256k1_ecdsa_signature_serialize_compact(secp256k1_context_static, raw(compact.data()), &signature);
        if (compact[0] < std::byte{0x80}) {
            break;
        }
    }
    Bytes out(72);
    std::size_t size = out.size();
    KEEL_ASSERT(secp256k1_ecdsa_signature_serialize_der(secp256k1_context_static, raw(out.data()), &size, &signature) ==
                1);
    out.resize(size);
    return out;
}

RecoverableSignature SecretKey::sign_recoverable(const RawHash& digest, bool compressed) const {
    secp256k1_ecdsa_recoverable_signature signature;
    KEEL_ASSERT(secp256k1_ecdsa_sign_recoverable(signing_context(), &signature, raw(digest.bytes.data()),
                                                 raw(bytes_.data()), secp256k1_nonce_function_rfc6979, nullptr) == 1);
    RecoverableSignature out;
    int id = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(secp256k1_context_static, raw(out.data() + 1), &id,
                                                            &signature);
    out[0] = static_cast<std::byte>(27 + id + (compressed ? 4 : 0));
    return out;
}

SchnorrSignature SecretKey::sign_schnorr(ByteSpan message, const std::array<std::byte, 32>& aux) const {
    const secp256k1_keypair pair = keypair_of(bytes_);
    std::array<std::byte, 32> aux_copy = aux;
    secp256k1_schnorrsig_extraparams params = SECP256K1_SCHNORRSIG_EXTRAPARAMS_INIT;
    params.ndata = aux_copy.data();
    SchnorrSignature out;
    KEEL_ASSERT(secp256k1_schnorrsig_sign_custom(signing_context(), raw(out.data()), raw(message.data()),
                                                 message.size(), &pair, &params) == 1);
    return out;
}

std::optional<SecretKey> SecretKey::tweaked(ByteSpan tweak) const {
    SecretKey out = *this;
    if (tweak.size() != 32 ||
        secp256k1_ec_seckey_tweak_add(secp256k1_context_static, raw(out.bytes_.data()), raw(tweak.data())) != 1) {
        return std::nullopt;
    }
    return out;
}

SecretKey SecretKey::taproot_tweaked(const std::optional<RawHash>& merkle_root) const {
    const RawHash tweak = tap_tweak(xonly_public_key(), merkle_root);
    secp256k1_keypair pair = keypair_of(bytes_);
    KEEL_ASSERT(secp256k1_keypair_xonly_tweak_add(signing_context(), &pair, raw(tweak.bytes.data())) == 1);
    std::array<std::byte, 32> bytes;
    KEEL_ASSERT(secp256k1_keypair_sec(signing_context(), raw(bytes.data()), &pair) == 1);
    return SecretKey(bytes);
}

std::optional<Bytes> recover_public_key(const RecoverableSignature& signature, const RawHash& digest) {
    const int header = std::to_integer<int>(signature[0]);
    if (header < 27 || header > 34) {
        return std::nullopt;
    }
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey key;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(secp256k1_context_static, &parsed,
                                                            raw(signature.data() + 1), (header - 27) & 3) != 1 ||
        secp256k1_ecdsa_recover(secp256k1_context_static, &key, &parsed, raw(digest.bytes.data())) != 1) {
        return std::nullopt;
    }
    return serialize_key(key, header >= 31);
}

}  // namespace keel::crypto
