// A partially signed transaction. Field names are those of BIP174, BIP370 and BIP371.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "rules/address/key_store.hpp"
#include "rules/primitives/coin.hpp"
#include "rules/primitives/tx.hpp"
#include "rules/signing/spend_data.hpp"

namespace keel::psbt {

using address::KeyOrigin;

// Where a key in a script tree comes from, and in which leaves it is.
struct TaprootOrigin {
    std::set<RawHash> leaves;
    KeyOrigin origin;

    bool operator==(const TaprootOrigin&) const = default;
};

// Shorter control blocks first: the cheapest way to spend.
struct ShorterFirst {
    bool operator()(const Bytes& a, const Bytes& b) const { return a.size() != b.size() ? a.size() < b.size() : a < b; }
};

// Key and value as they stand.
using RawFields = std::map<Bytes, Bytes>;
using KeyPaths = std::map<Bytes, KeyOrigin>;
using TaprootPaths = std::map<crypto::XOnlyKey, TaprootOrigin>;

// BIP174 "Proprietary Use Type": the parts of a raw key.
struct ProprietaryKey {
    Bytes identifier;
    std::uint64_t subtype = 0;
};
[[nodiscard]] std::optional<ProprietaryKey> parse_proprietary_key(ByteSpan key);

struct Input {
    primitives::TxPtr non_witness_utxo;
    std::optional<primitives::TxOutput> witness_utxo;
    std::map<crypto::Hash160, signing::EcdsaSignature> partial_signatures;  // by the key's hash
    std::optional<std::uint32_t> hash_type;
    Bytes redeem_script;
    Bytes witness_script;
    KeyPaths key_paths;
    Bytes final_script_sig;
    std::vector<Bytes> final_witness;
    RawFields ripemd160_preimages;  // by hash, throughout
    RawFields sha256_preimages;
    RawFields hash160_preimages;
    RawFields hash256_preimages;
    Bytes taproot_key_signature;
    std::map<signing::LeafKey, Bytes> taproot_leaf_signatures;
    std::map<std::pair<Bytes, std::uint8_t>, std::set<Bytes, ShorterFirst>> taproot_leaves;  // script, version: blocks
    TaprootPaths taproot_paths;
    std::optional<crypto::XOnlyKey> taproot_internal_key;
    std::optional<RawHash> taproot_merkle_root;
    // Version 2; the rest of what version 2 has is in Psbt::tx.
    std::optional<std::uint32_t> time_lock;
    std::optional<std::uint32_t> height_lock;
    bool has_sequence = true;
    RawFields proprietary;
    RawFields unknown;

    [[nodiscard]] bool is_final() const { return !final_script_sig.empty() || !final_witness.empty(); }
};

struct Output {
    Bytes redeem_script;
    Bytes witness_script;
    KeyPaths key_paths;
    std::optional<crypto::XOnlyKey> taproot_internal_key;
    std::vector<address::TreeLeaf> taproot_tree;
    TaprootPaths taproot_paths;
    RawFields proprietary;
    RawFields unknown;
};

struct Psbt {
    // The unsigned transaction. Version 2 spreads it over the fields; its lock time is then the fallback.
    primitives::MutableTx tx;
    std::uint32_t version = 0;                        // 0 or 2
    bool has_version_field = false;                   // version 0 may say so
    std::optional<std::uint32_t> fallback_lock_time;  // version 2
    std::optional<std::uint8_t> modifiable;           // version 2
    std::vector<std::pair<Bytes, KeyOrigin>> xpubs;   // the 78 bytes of an extended key
    std::vector<Input> inputs;
    std::vector<Output> outputs;
    RawFields proprietary;
    RawFields unknown;

    // For an unsigned transaction.
    static Psbt from(primitives::MutableTx tx, std::uint32_t version);

    // The transaction to sign, with the lock time that BIP370 derives from the inputs' demands; nothing when these
    // contradict each other.
    [[nodiscard]] std::optional<primitives::MutableTx> unsigned_tx() const;
    // The output that an input spends, as far as the input tells.
    [[nodiscard]] std::optional<primitives::TxOutput> spent_output(std::size_t input) const;
};

}  // namespace keel::psbt
