// Extended keys (BIP32): a key with a chain code, from which child keys follow.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/secp.hpp"
#include "rules/address/key_store.hpp"
#include "rules/primitives/params.hpp"

namespace keel::address {

// What both forms have besides the key.
struct ExtendedPart {
    std::uint8_t depth = 0;
    std::array<std::byte, 4> parent{};  // fingerprint
    std::uint32_t child = 0;
    RawHash chain_code;

    bool operator==(const ExtendedPart&) const = default;
};

struct ExtendedPublicKey {
    ExtendedPart part;
    Bytes key;  // 33 bytes

    bool operator==(const ExtendedPublicKey&) const = default;
    // The first four bytes of the key's HASH160.
    [[nodiscard]] std::array<std::byte, 4> fingerprint() const;
    // Nothing for hardened steps, below depth 255, or (with probability 2^-127) when there is no such key.
    [[nodiscard]] std::optional<ExtendedPublicKey> derive(std::uint32_t child) const;
};

struct ExtendedSecretKey {
    ExtendedPart part;
    crypto::SecretKey key;

    [[nodiscard]] ExtendedPublicKey neuter() const;
    [[nodiscard]] std::optional<ExtendedSecretKey> derive(std::uint32_t child) const;
};

std::string encode_extended_key(const ExtendedPublicKey& key, const primitives::AddressPrefixes& prefixes);
std::string encode_extended_key(const ExtendedSecretKey& key, const primitives::AddressPrefixes& prefixes);
// BIP32 "Serialization format". Nothing for other networks, wrong checksums, invalid keys, or a master key that claims
// to have a parent.
[[nodiscard]] std::optional<ExtendedPublicKey> decode_extended_public_key(std::string_view text,
                                                                          const primitives::AddressPrefixes& prefixes);
[[nodiscard]] std::optional<ExtendedSecretKey> decode_extended_secret_key(std::string_view text,
                                                                          const primitives::AddressPrefixes& prefixes);
// The 78 bytes below the Base58Check form, with the version in front, as PSBTs hold them.
inline constexpr std::size_t kExtendedKeySize = 78;
[[nodiscard]] Bytes serialize_extended_key(const ExtendedPublicKey& key, const primitives::AddressPrefixes& prefixes);
[[nodiscard]] std::optional<ExtendedPublicKey> parse_extended_public_key(ByteSpan bytes,
                                                                         const primitives::AddressPrefixes& prefixes);

}  // namespace keel::address
