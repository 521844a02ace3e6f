// What is known about how scripts are built: keys and scripts by their hashes. Filled from descriptors, PSBTs and the
// arguments of calls; read by whoever signs or describes an output.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash256.hpp"
#include "crypto/hash.hpp"
#include "rules/address/secret_key.hpp"

namespace keel::address {

// Where a key comes from (BIP32, BIP380 "Key Expressions"): fingerprint of the master key and the steps from there.
struct KeyOrigin {
    std::array<std::byte, 4> fingerprint{};
    std::vector<std::uint32_t> path;

    bool operator==(const KeyOrigin&) const = default;
};

// BIP32: steps with this bit need the secret key.
inline constexpr std::uint32_t kHardened = 0x8000'0000;

// A leaf of a taproot script tree, in the order and with the depths of BIP371's PSBT_OUT_TAP_TREE.
struct TreeLeaf {
    std::uint8_t depth = 0;
    std::uint8_t version = 0;
    Bytes script;

    bool operator==(const TreeLeaf&) const = default;
};

struct SpendableLeaf {
    std::uint8_t version = 0;
    Bytes script;
    Bytes control_block;

    bool operator==(const SpendableLeaf&) const = default;
};

// How a taproot output may be spent.
struct TaprootSpends {
    crypto::XOnlyKey internal_key{};
    crypto::XOnlyKey output_key{};
    std::optional<RawHash> merkle_root;  // none: no script path
    std::vector<SpendableLeaf> leaves;
    std::vector<TreeLeaf> tree;
};

// Nothing when the depths are not those of a binary tree or the key is not valid. No leaves: the key path alone.
[[nodiscard]] std::optional<TaprootSpends> make_taproot(const crypto::XOnlyKey& internal_key,
                                                        std::vector<TreeLeaf> tree);

class KeyStore {
public:
    struct KnownKey {
        Bytes key;
        KeyOrigin origin;
    };

    std::map<crypto::Hash160, WifKey> secrets;          // by the hash of the public key in the form that is meant
    std::map<crypto::Hash160, Bytes> public_keys;       // by hash
    std::map<crypto::Hash160, KnownKey> origins;        // by the public key's hash
    std::map<crypto::Hash160, Bytes> scripts;           // redeem and witness scripts by HASH160
    std::map<crypto::XOnlyKey, TaprootSpends> taproot;  // by output key

    void add_secret(const WifKey& key);
    void add_public_key(ByteSpan key);
    void add_script(ByteSpan script);
    // What `other` has and this has not.
    void merge(const KeyStore& other);

    // Null when unknown, throughout.
    [[nodiscard]] const WifKey* secret(const crypto::Hash160& hash) const;
    [[nodiscard]] const Bytes* public_key(const crypto::Hash160& hash) const;
    [[nodiscard]] const Bytes* script(const crypto::Hash160& hash) const;
    // By the SHA-256 of the script, as P2WSH outputs have it.
    [[nodiscard]] const Bytes* witness_script(ByteSpan sha256) const;
    // Keys of either parity.
    [[nodiscard]] const WifKey* secret(const crypto::XOnlyKey& key) const;
    [[nodiscard]] const KnownKey* origin(const crypto::XOnlyKey& key) const;
    [[nodiscard]] const KnownKey* origin_of(ByteSpan public_key) const;
    [[nodiscard]] const TaprootSpends* taproot_spends(ByteSpan output_key) const;
};

}  // namespace keel::address
