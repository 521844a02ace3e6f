#include "rules/signing/attempt.hpp"

#include "rules/address/destination.hpp"
#include "rules/script/script.hpp"
#include "rules/script/script_builder.hpp"
#include "rules/script/script_number.hpp"
#include "rules/script/taproot.hpp"

namespace keel::signing {
namespace {

using script::OutputTemplate;
using script::OutputType;

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

RawHash raw_hash_of(ByteSpan bytes) { return RawHash::from(bytes.data()); }

// Small numbers and empty elements take one byte, as wallets have always written them.
Bytes pushes_of(const std::vector<Bytes>& stack) {
    script::ScriptBuilder out;
    for (const Bytes& element : stack) {
        if (element.empty()) {
            out.op(script::Opcode::op_0);
        } else {
            out.push_minimal(element);
        }
    }
    return out.bytes();
}

// <key> CHECKSIG, or <key> CHECKSIG <key> CHECKSIGADD ... m NUMEQUAL.
struct LeafKeys {
    std::vector<crypto::XOnlyKey> keys;
    std::size_t needed = 1;
};

std::optional<LeafKeys> keys_of_leaf(ByteSpan script) {
    using enum script::Opcode;
    LeafKeys out;
    script::ScriptReader reader(script);
    script::Op op{};
    script::Op check{};
    while (reader.next(op) && op.data.size() == 32) {
        if (!reader.next(check) || check.code != (out.keys.empty() ? op_checksig : op_checksigadd)) {
            return std::nullopt;
        }
        out.keys.push_back(xonly_of(op.data));
        if (reader.at_end()) {
            return out.keys.size() == 1 ? std::optional(std::move(out)) : std::nullopt;
        }
    }
    const auto number = script::is_small_integer(op.code)
                            ? std::optional<std::int64_t>(script::small_integer_value(op.code))
                            : script::decode_number(op.data, script::Minimal::required);
    if (out.keys.empty() || !number || *number < 1 || *number > static_cast<std::int64_t>(out.keys.size()) ||
        !reader.next(check) || check.code != op_numequal || !reader.at_end()) {
        return std::nullopt;
    }
    out.needed = static_cast<std::size_t>(*number);
    return out;
}

}  // namespace

RawHash TxSigner::Attempt::digest(ByteSpan script, Version version, std::uint8_t hash_type) const {
    return version == Version::legacy ? script::legacy_sighash(target_.context, target_.input, script, {hash_type})
                                      : script::witness_v0_sighash(target_.context, target_.input, script, {hash_type});
}

bool TxSigner::Attempt::is_valid(ByteSpan signature, ByteSpan key, ByteSpan script, Version version) const {
    if (signature.empty()) {
        return false;
    }
    const auto hash_type = std::to_integer<std::uint8_t>(signature.back());
    return crypto::verify_ecdsa(key, signature.first(signature.size() - 1), digest(script, version, hash_type));
}

const Bytes* TxSigner::Attempt::public_key(const crypto::Hash160& hash) const {
    if (const auto found = data_.signatures.find(hash); found != data_.signatures.end()) {
        return &found->second.key;
    }
    return keys_.public_key(hash);
}

bool TxSigner::Attempt::signature_of(ByteSpan key, ByteSpan script, Version version, Bytes& out) {
    const crypto::Hash160 id = crypto::hash160(key);
    if (const auto found = data_.signatures.find(id); found != data_.signatures.end()) {
        out = found->second.signature;
        return true;
    }
    if (target_.pretend) {
        constexpr std::size_t kUsualSize = 71;
        out.assign(kUsualSize, std::byte{1});
        return true;
    }
    const address::WifKey* secret = keys_.secret(id);
    if (secret == nullptr || (version == Version::witness_v0 && !secret->compressed)) {
        data_.missing_signatures.insert(id);
        return false;
    }
    const std::uint8_t hash_type =
        hash_type_ == script::kSighashDefault ? static_cast<std::uint8_t>(script::kSighashAll) : hash_type_;
    out = secret->key.sign_ecdsa(digest(script, version, hash_type));
    out.push_back(static_cast<std::byte>(hash_type));
    data_.signatures[id] = {to_bytes(key), out};
    return true;
}

bool TxSigner::Attempt::satisfy_multisig(const OutputTemplate& found, ByteSpan script, Version version, Stack& out) {
    out.emplace_back();  // the element that CHECKMULTISIG takes for nothing
    std::size_t signatures = 0;
    for (const ByteSpan key : found.parts) {
        Bytes signature;
        // All that can be made are made, so that others find them; only as many as needed are used.
        if (signature_of(key, script, version, signature) && signatures < found.number) {
            out.push_back(std::move(signature));
            ++signatures;
        }
    }
    const bool complete = signatures == found.number;
    for (; signatures < found.number; ++signatures) {
        out.emplace_back();
    }
    return complete;
}

bool TxSigner::Attempt::satisfy(const OutputTemplate& found, ByteSpan script, Version version, Stack& out) {
    Bytes signature;
    switch (found.type) {
        case OutputType::pubkey:
            if (!signature_of(found.parts[0], script, version, signature)) {
                return false;
            }
            out.push_back(std::move(signature));
            return true;
        case OutputType::pubkeyhash: {
            const Bytes* key = public_key(hash_of(found.parts[0]));
            if (key == nullptr) {
                data_.missing_keys.insert(hash_of(found.parts[0]));
                return false;
            }
            const Bytes own_key = *key;
            if (!signature_of(own_key, script, version, signature)) {
                return false;
            }
            out = {std::move(signature), own_key};
            return true;
        }
        case OutputType::multisig: return satisfy_multisig(found, script, version, out);
        default: return false;
    }
}

bool TxSigner::Attempt::compose_witness_script(ByteSpan hash) {
    if (data_.witness_script.empty()) {
        const Bytes* known = keys_.witness_script(hash);
        if (known == nullptr) {
            data_.missing_witness_script = raw_hash_of(hash);
            return false;
        }
        data_.witness_script = *known;
    }
    Stack stack;
    const bool solved = satisfy(script::solve(data_.witness_script), data_.witness_script, Version::witness_v0, stack);
    stack.push_back(data_.witness_script);
    data_.witness = std::move(stack);
    return solved;
}

bool TxSigner::Attempt::compose(ByteSpan script_pubkey) {
    data_.missing_keys.clear();
    data_.missing_signatures.clear();
    data_.missing_redeem_script.reset();
    data_.missing_witness_script.reset();
    data_.witness.clear();
    data_.has_witness = false;
    Bytes script = to_bytes(script_pubkey);
    OutputTemplate found = script::solve(script);
    const bool wrapped = found.type == OutputType::scripthash;
    if (wrapped) {
        if (data_.redeem_script.empty()) {
            const Bytes* known = keys_.script(hash_of(found.parts[0]));
            if (known == nullptr) {
                data_.missing_redeem_script = hash_of(found.parts[0]);
                data_.script_sig.clear();
                return false;
            }
            data_.redeem_script = *known;
        }
        script = data_.redeem_script;
        found = script::solve(script);
    }
    bool solved = false;
    Stack stack;
    switch (found.type) {
        case OutputType::witness_v0_keyhash: {
            data_.has_witness = true;
            const Bytes code = address::script_of(address::PubkeyHash{hash_of(found.parts[0])});
            solved = satisfy(script::solve(code), code, Version::witness_v0, data_.witness);
            break;
        }
        case OutputType::witness_v0_scripthash:
            data_.has_witness = true;
            solved = compose_witness_script(found.parts[0]);
            break;
        case OutputType::witness_v1_taproot:
            data_.has_witness = true;
            solved = !wrapped && compose_taproot(found.parts[0]);
            break;
        case OutputType::witness_unknown: data_.has_witness = true; break;
        case OutputType::scripthash: break;
        default: solved = satisfy(found, script, Version::legacy, stack);
    }
    if (wrapped) {
        stack.push_back(data_.redeem_script);
    }
    data_.script_sig = pushes_of(stack);
    return solved;
}

// ---- taproot ----

std::optional<Bytes> TxSigner::Attempt::schnorr(const crypto::SecretKey& key, script::TaprootSpend spend) const {
    if (!target_.knows_all_coins) {
        return std::nullopt;
    }
    const auto hash = script::taproot_sighash(target_.context, target_.input, hash_type_, spend);
    if (!hash) {
        return std::nullopt;
    }
    const crypto::SchnorrSignature signature = key.sign_schnorr(hash->bytes, {});
    Bytes out = to_bytes(signature);
    if (hash_type_ != script::kSighashDefault) {
        out.push_back(static_cast<std::byte>(hash_type_));
    }
    return out;
}

// `merkle_root`: null signs with the key as it is, otherwise with the key tweaked by the tree, if any.
std::optional<Bytes> TxSigner::Attempt::key_path_signature(const crypto::XOnlyKey& key,
                                                           const std::optional<RawHash>* merkle_root) const {
    if (target_.pretend) {
        return Bytes(std::tuple_size_v<crypto::SchnorrSignature>, std::byte{1});
    }
    const address::WifKey* secret = keys_.secret(key);
    if (secret == nullptr) {
        return std::nullopt;
    }
    return schnorr(merkle_root != nullptr ? secret->key.taproot_tweaked(*merkle_root) : secret->key, {});
}

std::optional<Bytes> TxSigner::Attempt::leaf_signature(const crypto::XOnlyKey& key, const RawHash& leaf) {
    const LeafKey id{key, leaf};
    if (const auto found = data_.taproot_leaf_signatures.find(id); found != data_.taproot_leaf_signatures.end()) {
        return found->second;
    }
    const address::WifKey* secret = keys_.secret(key);
    script::TaprootSpend spend;
    spend.leaf = script::TaprootSpend::Leaf{.hash = leaf};
    auto signature = secret != nullptr ? schnorr(secret->key, spend) : std::nullopt;
    if (signature) {
        data_.taproot_leaf_signatures[id] = *signature;
    }
    return signature;
}

bool TxSigner::Attempt::satisfy_leaf(const address::SpendableLeaf& leaf, Stack& out) {
    const auto keys = leaf.version == script::kTapscriptLeafVersion ? keys_of_leaf(leaf.script) : std::nullopt;
    if (!keys) {
        return false;
    }
    const RawHash hash = script::tapleaf_hash(leaf.version, leaf.script);
    std::size_t signatures = 0;
    Stack elements;
    for (const crypto::XOnlyKey& key : keys->keys) {
        auto signature = leaf_signature(key, hash);
        const bool used = signature && signatures < keys->needed;
        signatures += used ? 1 : 0;
        elements.push_back(used ? *std::move(signature) : Bytes());
    }
    if (signatures < keys->needed) {
        return false;
    }
    out.assign(elements.rbegin(), elements.rend());  // the first key's signature is on top
    out.push_back(leaf.script);
    out.push_back(leaf.control_block);
    return true;
}

bool TxSigner::Attempt::compose_taproot(ByteSpan output_key) {
    if (const address::TaprootSpends* known = keys_.taproot_spends(output_key); known != nullptr && !data_.taproot) {
        data_.taproot = *known;
    }
    if (data_.taproot_key_signature.empty() && data_.taproot) {
        data_.taproot_key_signature =
            key_path_signature(data_.taproot->internal_key, &data_.taproot->merkle_root).value_or(Bytes());
    }
    if (data_.taproot_key_signature.empty()) {
        // The key may be the output's own, or an internal key without a tree that nobody told about.
        data_.taproot_key_signature = key_path_signature(xonly_of(output_key), nullptr).value_or(Bytes());
    }
    if (!data_.taproot_key_signature.empty()) {
        data_.witness = {data_.taproot_key_signature};
        return true;
    }
    if (data_.taproot) {
        Stack best;
        for (const address::SpendableLeaf& leaf : data_.taproot->leaves) {
            Stack stack;
            if (satisfy_leaf(leaf, stack) && (best.empty() || stack.size() < best.size())) {
                best = std::move(stack);
            }
        }
        data_.witness = std::move(best);
    }
    return !data_.witness.empty();
}

// ---- what is there already ----

void TxSigner::Attempt::collect(ByteSpan script, bool witness, const Stack& stack) {
    const Version version = witness ? Version::witness_v0 : Version::legacy;
    const OutputTemplate found = script::solve(script);
    std::vector<Bytes> keys;
    Bytes code = to_bytes(script);
    switch (found.type) {
        case OutputType::pubkey:
        case OutputType::multisig:
            for (const ByteSpan key : found.parts) {
                keys.push_back(to_bytes(key));
            }
            break;
        case OutputType::pubkeyhash:
        case OutputType::witness_v0_keyhash:
            if (stack.size() == 2) {
                keys.push_back(stack[1]);
            }
            code = address::script_of(address::PubkeyHash{hash_of(found.parts[0])});
            break;
        default: return;
    }
    std::size_t next_key = 0;
    for (const Bytes& signature : stack) {
        for (std::size_t i = next_key; i < keys.size(); ++i) {
            if (is_valid(signature, keys[i], code, version)) {
                data_.signatures[crypto::hash160(keys[i])] = {keys[i], signature};
                next_key = i + 1;
                break;
            }
        }
    }
}

}  // namespace keel::signing
