// What is known about how one input is spent: from nothing to complete.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "rules/address/key_store.hpp"

namespace keel::signing {

struct EcdsaSignature {
    Bytes key;
    Bytes signature;  // DER with its hash type

    bool operator==(const EcdsaSignature&) const = default;
};

// A key in a leaf of a script tree.
struct LeafKey {
    crypto::XOnlyKey key{};
    RawHash leaf;

    auto operator<=>(const LeafKey&) const = default;
};

struct SpendData {
    // The final form; as far as it goes until `complete`.
    Bytes script_sig;
    std::vector<Bytes> witness;
    bool complete = false;     // verified
    bool has_witness = false;  // the output is spent with a witness

    // The pieces.
    Bytes redeem_script;
    Bytes witness_script;
    std::map<crypto::Hash160, EcdsaSignature> signatures;  // by the key's hash
    Bytes taproot_key_signature;
    std::map<LeafKey, Bytes> taproot_leaf_signatures;
    std::optional<address::TaprootSpends> taproot;

    // What the last attempt lacked.
    std::set<crypto::Hash160> missing_keys;        // public keys of these hashes
    std::set<crypto::Hash160> missing_signatures;  // of keys with these hashes
    std::optional<crypto::Hash160> missing_redeem_script;
    std::optional<RawHash> missing_witness_script;

    // Takes over pieces of another attempt at the same input; a complete one replaces everything.
    void merge(const SpendData& other);
};

}  // namespace keel::signing
