// Key expressions of descriptors (BIP380): a key in hex or WIF, or an extended key with a path, with or without origin.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "rules/address/bip32.hpp"
#include "rules/address/key_store.hpp"

namespace keel::address {

// Where a key stands in a descriptor decides which forms it may have.
enum class KeyPlace : std::uint8_t {
    legacy,   // any form
    witness,  // compressed only
    taproot,  // compressed or x-only
};

// The two kinds of keys that an expression holds; for this room only.
struct PlainKey {
    Bytes key;
    bool xonly = false;
    std::optional<WifKey> secret{};
};
struct ExtendedKey {
    ExtendedPublicKey root;
    std::optional<ExtendedSecretKey> secret{};
    std::vector<std::uint32_t> path{};
    // After `path`, where it can be walked: saves the walk for each position.
    std::optional<ExtendedPublicKey> end{};
};

class KeyExpression {
public:
    using Prefixes = primitives::AddressPrefixes;

    // The error is one sentence without a full stop.
    [[nodiscard]] static Result<KeyExpression, std::string> parse(std::string_view text, KeyPlace place,
                                                                  const Prefixes& prefixes);
    // A key without secret, with its origin where the store knows one.
    [[nodiscard]] static KeyExpression known(ByteSpan public_key, KeyPlace place, const KeyStore& store);

    [[nodiscard]] bool is_range() const { return ranged_ != Ranged::no; }
    [[nodiscard]] bool has_secret() const;
    // The size of the keys it gives: 33, or 65 for a key written uncompressed.
    [[nodiscard]] std::size_t key_size() const;
    // Without secrets.
    [[nodiscard]] std::string text(const Prefixes& prefixes) const;
    // The public key at a position of the range, 33 or 65 bytes; it, its origin and its secret, as far as known, go
    // into `store`. Nothing when a hardened step needs a secret that was not given.
    [[nodiscard]] std::optional<Bytes> derive(std::uint32_t index, KeyStore& store) const;

private:
    enum class Ranged : std::uint8_t { no, plain, hardened };
    [[nodiscard]] static Result<KeyExpression, std::string> parse_inner(std::string_view text, KeyPlace place,
                                                                        const Prefixes& prefixes);
    [[nodiscard]] Result<void, std::string> parse_extended(std::string_view text, const Prefixes& prefixes);
    [[nodiscard]] Result<std::vector<std::uint32_t>, std::string> parse_path(std::span<const std::string_view> steps);
    [[nodiscard]] std::optional<Bytes> derive_extended(const ExtendedKey& from, std::uint32_t index,
                                                       KeyStore& store) const;
    void note_origin(ByteSpan key, const std::array<std::byte, 4>& fingerprint, std::vector<std::uint32_t> path,
                     KeyStore& store) const;

    std::optional<KeyOrigin> origin_;
    std::variant<PlainKey, ExtendedKey> key_;
    Ranged ranged_ = Ranged::no;
    bool apostrophe_ = false;  // how hardened steps were written
};

}  // namespace keel::address
