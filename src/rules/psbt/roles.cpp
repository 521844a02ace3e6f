#include "rules/psbt/roles.hpp"

#include <algorithm>

#include "rules/script/script.hpp"
#include "rules/script/sighash.hpp"
#include "rules/script/taproot.hpp"
#include "rules/script/templates.hpp"

namespace keel::psbt {
namespace {

using address::KeyStore;
using signing::SpendData;

crypto::Hash160 hash_of(ByteSpan bytes) {
    crypto::Hash160 out;
    std::ranges::copy(bytes, out.begin());
    return out;
}

crypto::XOnlyKey xonly_of(ByteSpan bytes) {
    crypto::XOnlyKey out;
    std::ranges::copy(bytes, out.begin());
    return out;
}

// The keys that a script checks, as far as it or the store tells.
std::vector<Bytes> keys_in(ByteSpan script, const KeyStore& store) {
    const script::OutputTemplate found = script::solve(script);
    std::vector<Bytes> out;
    switch (found.type) {
        case script::OutputType::pubkey:
        case script::OutputType::multisig:
            for (const ByteSpan key : found.parts) {
                out.push_back(to_bytes(key));
            }
            break;
        case script::OutputType::pubkeyhash:
        case script::OutputType::witness_v0_keyhash:
            if (const Bytes* key = store.public_key(hash_of(found.parts[0]))) {
                out.push_back(*key);
            }
            break;
        default: break;
    }
    return out;
}

void add_key_paths(KeyPaths& paths, ByteSpan script, const KeyStore& store) {
    for (const Bytes& key : keys_in(script, store)) {
        if (const KeyStore::KnownKey* known = store.origin_of(key)) {
            paths.emplace(key, known->origin);
        }
    }
}

// 32-byte pushes of a tapscript that are keys whose origin is known.
void add_leaf_paths(TaprootPaths& paths, ByteSpan script, const RawHash& leaf, const KeyStore& store) {
    script::ScriptReader reader(script);
    script::Op op{};
    while (reader.next(op)) {
        const KeyStore::KnownKey* known = op.data.size() == 32 ? store.origin(xonly_of(op.data)) : nullptr;
        if (known != nullptr) {
            TaprootOrigin& entry = paths[xonly_of(op.data)];
            entry.origin = known->origin;
            entry.leaves.insert(leaf);
        }
    }
}

void add_taproot_paths(TaprootPaths& paths, const address::TaprootSpends& spends, const KeyStore& store) {
    if (const KeyStore::KnownKey* known = store.origin(spends.internal_key)) {
        paths.emplace(spends.internal_key, TaprootOrigin{{}, known->origin});
    }
    for (const address::SpendableLeaf& leaf : spends.leaves) {
        add_leaf_paths(paths, leaf.script, script::tapleaf_hash(leaf.version, leaf.script), store);
    }
}

// Scripts behind hashes, as the store knows them.
void add_scripts(ByteSpan script, const KeyStore& store, Bytes& redeem_script, Bytes& witness_script) {
    script::OutputTemplate found = script::solve(script);
    Bytes inner;
    if (found.type == script::OutputType::scripthash) {
        if (const Bytes* known = store.script(hash_of(found.parts[0])); known != nullptr && redeem_script.empty()) {
            redeem_script = *known;
        }
        inner = redeem_script;
        found = script::solve(inner);
    }
    if (found.type == script::OutputType::witness_v0_scripthash && witness_script.empty()) {
        if (const Bytes* known = store.witness_script(found.parts[0])) {
            witness_script = *known;
        }
    }
}

// Puts what an attempt found back into the input.
void take_over(Input& input, const SpendData& data, bool finish) {
    if (data.complete && finish) {
        input.final_script_sig = data.script_sig;
        input.final_witness = data.witness;
        input.partial_signatures.clear();
        input.key_paths.clear();
        input.redeem_script.clear();
        input.witness_script.clear();
        return;
    }
    input.partial_signatures.insert(data.signatures.begin(), data.signatures.end());
    if (input.redeem_script.empty()) {
        input.redeem_script = data.redeem_script;
    }
    if (input.witness_script.empty()) {
        input.witness_script = data.witness_script;
    }
    if (input.taproot_key_signature.empty()) {
        input.taproot_key_signature = data.taproot_key_signature;
    }
    input.taproot_leaf_signatures.insert(data.taproot_leaf_signatures.begin(), data.taproot_leaf_signatures.end());
    if (data.taproot) {
        input.taproot_internal_key = data.taproot->internal_key;
        if (data.taproot->merkle_root) {
            input.taproot_merkle_root = data.taproot->merkle_root;
        }
        for (const address::SpendableLeaf& leaf : data.taproot->leaves) {
            input.taproot_leaves[{leaf.script, leaf.version}].insert(leaf.control_block);
        }
    }
}

template <class Map>
void add_all(Map& to, const Map& from) {
    to.insert(from.begin(), from.end());
}

void merge_input(Input& to, const Input& from) {
    if (to.non_witness_utxo == nullptr) {
        to.non_witness_utxo = from.non_witness_utxo;
    }
    if (!to.witness_utxo) {
        to.witness_utxo = from.witness_utxo;
    }
    add_all(to.partial_signatures, from.partial_signatures);
    add_all(to.key_paths, from.key_paths);
    add_all(to.ripemd160_preimages, from.ripemd160_preimages);
    add_all(to.sha256_preimages, from.sha256_preimages);
    add_all(to.hash160_preimages, from.hash160_preimages);
    add_all(to.hash256_preimages, from.hash256_preimages);
    add_all(to.taproot_leaf_signatures, from.taproot_leaf_signatures);
    for (const auto& [leaf, blocks] : from.taproot_leaves) {
        to.taproot_leaves[leaf].insert(blocks.begin(), blocks.end());
    }
    add_all(to.taproot_paths, from.taproot_paths);
    add_all(to.proprietary, from.proprietary);
    add_all(to.unknown, from.unknown);
    const auto fill = [](Bytes& mine, const Bytes& theirs) {
        if (mine.empty()) {
            mine = theirs;
        }
    };
    fill(to.redeem_script, from.redeem_script);
    fill(to.witness_script, from.witness_script);
    fill(to.final_script_sig, from.final_script_sig);
    fill(to.taproot_key_signature, from.taproot_key_signature);
    to.final_witness = to.final_witness.empty() ? from.final_witness : to.final_witness;
    to.hash_type = to.hash_type ? to.hash_type : from.hash_type;
    to.taproot_internal_key = to.taproot_internal_key ? to.taproot_internal_key : from.taproot_internal_key;
    to.taproot_merkle_root = to.taproot_merkle_root ? to.taproot_merkle_root : from.taproot_merkle_root;
    to.time_lock = to.time_lock ? to.time_lock : from.time_lock;
    to.height_lock = to.height_lock ? to.height_lock : from.height_lock;
}

void merge_output(Output& to, const Output& from) {
    to.redeem_script = to.redeem_script.empty() ? from.redeem_script : to.redeem_script;
    to.witness_script = to.witness_script.empty() ? from.witness_script : to.witness_script;
    to.taproot_internal_key = to.taproot_internal_key ? to.taproot_internal_key : from.taproot_internal_key;
    to.taproot_tree = to.taproot_tree.empty() ? from.taproot_tree : to.taproot_tree;
    add_all(to.key_paths, from.key_paths);
    add_all(to.taproot_paths, from.taproot_paths);
    add_all(to.proprietary, from.proprietary);
    add_all(to.unknown, from.unknown);
}

}  // namespace

std::unique_ptr<signing::TxSigner> make_signer(const Psbt& psbt) {
    auto tx = psbt.unsigned_tx();
    if (!tx) {
        return nullptr;
    }
    signing::KnownCoins coins;
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        const auto output = psbt.spent_output(i);
        coins.push_back(
            output ? std::optional(primitives::Coin{output->value, primitives::Height(1), false, output->script})
                   : std::nullopt);
    }
    return std::make_unique<signing::TxSigner>(*std::move(tx), std::move(coins));
}

SpendData spend_data_of(const Input& input) {
    SpendData out;
    if (input.is_final()) {
        out.script_sig = input.final_script_sig;
        out.witness = input.final_witness;
        out.complete = true;
        return out;
    }
    out.redeem_script = input.redeem_script;
    out.witness_script = input.witness_script;
    out.signatures = input.partial_signatures;
    out.taproot_key_signature = input.taproot_key_signature;
    out.taproot_leaf_signatures = input.taproot_leaf_signatures;
    if (input.taproot_internal_key) {
        address::TaprootSpends spends;
        spends.internal_key = *input.taproot_internal_key;
        spends.merkle_root = input.taproot_merkle_root;
        for (const auto& [leaf, blocks] : input.taproot_leaves) {
            spends.leaves.push_back({leaf.second, leaf.first, *blocks.begin()});
        }
        out.taproot = std::move(spends);
    }
    return out;
}

KeyStore known_of(const Input& input) {
    KeyStore out;
    for (const auto& [key, origin] : input.key_paths) {
        out.add_public_key(key);
        out.origins.try_emplace(crypto::hash160(key), KeyStore::KnownKey{key, origin});
    }
    for (const auto& [hash, signature] : input.partial_signatures) {
        out.add_public_key(signature.key);
    }
    return out;
}

SignResult sign_input(Psbt& psbt, std::size_t input, const signing::TxSigner& signer, const SignRequest& request) {
    const KeyStore& keys = request.keys;
    Input& target = psbt.inputs[input];
    if (is_signed(psbt, input, signer)) {
        return SignResult::complete;
    }
    const auto& coin = signer.coin(input);
    if (!coin) {
        return SignResult::missing_output;
    }
    const std::uint32_t demanded = target.hash_type.value_or(request.hash_type);
    const bool usual_all = demanded == script::kSighashAll && request.hash_type == script::kSighashDefault;
    if (request.hash_type != script::kSighashDefault && demanded != request.hash_type && !usual_all) {
        return SignResult::hash_type_mismatch;
    }
    SpendData data = spend_data_of(target);
    KeyStore all = known_of(target);
    all.merge(keys);
    signer.sign(input, all, static_cast<std::uint8_t>(demanded), data);
    if (target.witness_utxo && target.non_witness_utxo == nullptr && !data.has_witness) {
        return SignResult::incomplete;  // nobody vouches for the amount of an output that does not sign it
    }
    if (data.has_witness && !target.witness_utxo) {
        target.witness_utxo = primitives::TxOutput{coin->value, coin->script};
    }
    add_scripts(coin->script, all, data.redeem_script, data.witness_script);
    take_over(target, data, request.finish);
    if (request.key_paths && !target.is_final()) {
        for (const Bytes* script :
             std::initializer_list<const Bytes*>{&coin->script, &data.redeem_script, &data.witness_script}) {
            add_key_paths(target.key_paths, *script, keys);
        }
        if (data.taproot) {
            add_taproot_paths(target.taproot_paths, *data.taproot, keys);
        }
    }
    return data.complete ? SignResult::complete : SignResult::incomplete;
}

void update_output(Psbt& psbt, std::size_t output, const KeyStore& keys) {
    Output& target = psbt.outputs[output];
    const Bytes& script = psbt.tx.outputs[output].script;
    add_scripts(script, keys, target.redeem_script, target.witness_script);
    for (const Bytes* each :
         std::initializer_list<const Bytes*>{&script, &target.redeem_script, &target.witness_script}) {
        add_key_paths(target.key_paths, *each, keys);
    }
    const script::OutputTemplate found = script::solve(script);
    const address::TaprootSpends* spends =
        found.type == script::OutputType::witness_v1_taproot ? keys.taproot_spends(found.parts[0]) : nullptr;
    if (spends != nullptr) {
        target.taproot_internal_key = spends->internal_key;
        target.taproot_tree = spends->tree;
        add_taproot_paths(target.taproot_paths, *spends, keys);
    }
}

bool is_signed(const Psbt& psbt, std::size_t input, const signing::TxSigner& signer) {
    const Input& from = psbt.inputs[input];
    return from.is_final() && signer.coin(input) &&
           signer.verify(input, from.final_script_sig, from.final_witness).has_value();
}

SpendData attempt(const Psbt& psbt, std::size_t input, const signing::TxSigner& signer, bool pretended) {
    SpendData data = spend_data_of(psbt.inputs[input]);
    const KeyStore known = known_of(psbt.inputs[input]);
    if (pretended) {
        signer.pretend(input, known, data);
    } else {
        signer.sign(input, known, static_cast<std::uint8_t>(script::kSighashDefault), data);
    }
    return data;
}

bool finish(Psbt& psbt) {
    static const KeyStore kNoKeys;
    const auto signer = make_signer(psbt);
    bool all = signer != nullptr;
    for (std::size_t i = 0; i < psbt.inputs.size() && signer != nullptr; ++i) {
        all = sign_input(psbt, i, *signer, {.keys = kNoKeys, .key_paths = false}) == SignResult::complete && all;
    }
    return all;
}

std::optional<primitives::MutableTx> extract(const Psbt& psbt) {
    auto out = psbt.unsigned_tx();
    if (!out) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        if (!psbt.inputs[i].is_final()) {
            return std::nullopt;
        }
        out->inputs[i].script_sig = psbt.inputs[i].final_script_sig;
        out->inputs[i].witness = psbt.inputs[i].final_witness;
    }
    return out;
}

bool merge(Psbt& psbt, const Psbt& other) {
    if (psbt.unsigned_tx() != other.unsigned_tx() || psbt.version != other.version) {
        return false;
    }
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        merge_input(psbt.inputs[i], other.inputs[i]);
    }
    for (std::size_t i = 0; i < psbt.outputs.size(); ++i) {
        merge_output(psbt.outputs[i], other.outputs[i]);
    }
    for (const auto& xpub : other.xpubs) {
        if (std::ranges::find(psbt.xpubs, xpub) == psbt.xpubs.end()) {
            psbt.xpubs.push_back(xpub);
        }
    }
    add_all(psbt.proprietary, other.proprietary);
    add_all(psbt.unknown, other.unknown);
    return true;
}

void drop_previous_transactions(Psbt& psbt) {
    const bool all_sign_amounts = std::ranges::all_of(psbt.inputs, [](const Input& input) {
        const auto program = input.witness_utxo ? script::witness_program(input.witness_utxo->script) : std::nullopt;
        return program && program->version > 0 &&
               !(input.hash_type && (*input.hash_type & script::kSighashAnyoneCanPay) != 0);
    });
    if (all_sign_amounts) {
        for (Input& input : psbt.inputs) {
            input.non_witness_utxo.reset();
        }
    }
}

}  // namespace keel::psbt
