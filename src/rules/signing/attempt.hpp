// One attempt at one input. For this room only.
#pragma once

#include "rules/primitives/coin.hpp"
#include "rules/script/sighash.hpp"
#include "rules/script/templates.hpp"
#include "rules/signing/spend_data.hpp"
#include "rules/signing/tx_signer.hpp"

namespace keel::signing {

struct Target {
    const script::TxContext& context;
    std::size_t input;
    const primitives::Coin& coin;
    bool knows_all_coins;
    bool pretend = false;  // signatures are fillers of the usual size
};

class TxSigner::Attempt {
public:
    Attempt(const Target& target, const address::KeyStore& keys, std::uint8_t hash_type, SpendData& data)
        : target_(target), keys_(keys), hash_type_(hash_type), data_(data) {}

    // Composes scriptSig and witness for an output script; whether everything needed was there.
    bool compose(ByteSpan script_pubkey);
    // Takes the valid signatures of `stack` into the data: the stack on which `script` would run.
    void collect(ByteSpan script, bool witness, const std::vector<Bytes>& stack);

private:
    using Stack = std::vector<Bytes>;
    enum class Version : bool { legacy, witness_v0 };

    // The stack that satisfies a script that is no hash of another; nothing, or what there is, when something is
    // missing.
    bool satisfy(const script::OutputTemplate& found, ByteSpan script, Version version, Stack& out);
    bool satisfy_multisig(const script::OutputTemplate& found, ByteSpan script, Version version, Stack& out);
    bool compose_witness_script(ByteSpan hash);
    bool compose_taproot(ByteSpan output_key);
    bool satisfy_leaf(const address::SpendableLeaf& leaf, Stack& out);

    // A signature for a key: one that is there, or a new one.
    bool signature_of(ByteSpan key, ByteSpan script, Version version, Bytes& out);
    std::optional<Bytes> leaf_signature(const crypto::XOnlyKey& key, const RawHash& leaf);
    std::optional<Bytes> key_path_signature(const crypto::XOnlyKey& key,
                                            const std::optional<RawHash>* merkle_root) const;
    std::optional<Bytes> schnorr(const crypto::SecretKey& key, script::TaprootSpend spend) const;
    [[nodiscard]] RawHash digest(ByteSpan script, Version version, std::uint8_t hash_type) const;
    [[nodiscard]] bool is_valid(ByteSpan signature, ByteSpan key, ByteSpan script, Version version) const;
    const Bytes* public_key(const crypto::Hash160& hash) const;

    Target target_;
    const address::KeyStore& keys_;
    std::uint8_t hash_type_;
    SpendData& data_;
};

}  // namespace keel::signing
