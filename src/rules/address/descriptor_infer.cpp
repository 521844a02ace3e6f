#include "base/hex.hpp"
#include "rules/address/descriptor_node.hpp"
#include "rules/script/script.hpp"
#include "rules/script/script_number.hpp"
#include "rules/script/taproot.hpp"
#include "rules/script/templates.hpp"

namespace keel::address {
namespace {

using NodePtr = std::shared_ptr<const DescriptorNode>;
using script::OutputType;

crypto::Hash160 hash_of(ByteSpan bytes) {
    crypto::Hash160 out;
    std::ranges::copy(bytes, out.begin());
    return out;
}

// Keys that a descriptor can hold at this place: on the curve, not of the hybrid form, compressed inside witnesses.
bool is_plain_key(ByteSpan key, Place place) {
    return key[0] < std::byte{6} && (key.size() == 33 || key_place(place) == KeyPlace::legacy) &&
           crypto::is_valid_public_key(key);
}

NodePtr key_node(Function function, ByteSpan key, Place place, const KeyStore& store) {
    auto out = std::make_shared<DescriptorNode>();
    out->function = function;
    out->keys.push_back(KeyExpression::known(key, key_place(place), store));
    out->xonly = place == Place::p2tr;
    return out;
}

Bytes even_key(ByteSpan xonly) {
    Bytes out{std::byte{2}};
    append(out, xonly);
    return out;
}

// <key> CHECKSIG <key> CHECKSIGADD ... m NUMEQUAL.
NodePtr infer_multi_a(ByteSpan script, const KeyStore& store) {
    using enum script::Opcode;
    auto out = std::make_shared<DescriptorNode>();
    out->function = Function::multi_a;
    script::ScriptReader reader(script);
    script::Op key{};
    script::Op check{};
    while (reader.next(key) && key.data.size() == 32 && crypto::is_valid_xonly_key(key.data)) {
        if (!reader.next(check) || check.code != (out->keys.empty() ? op_checksig : op_checksigadd)) {
            return nullptr;
        }
        out->keys.push_back(KeyExpression::known(even_key(key.data), KeyPlace::taproot, store));
    }
    if (out->keys.empty() || !reader.next(check) || check.code != op_numequal || !reader.at_end()) {
        return nullptr;
    }
    const auto number = script::is_small_integer(key.code)
                            ? std::optional<std::int64_t>(script::small_integer_value(key.code))
                            : script::decode_number(key.data, script::Minimal::required);
    if (!number || *number < 1 || *number > static_cast<std::int64_t>(out->keys.size())) {
        return nullptr;
    }
    out->threshold = static_cast<unsigned>(*number);
    return out;
}

NodePtr infer_leaf(ByteSpan script, const KeyStore& store) {
    constexpr std::byte kCheckSig{0xAC};
    if (script.size() == 34 && script[0] == std::byte{32} && script[33] == kCheckSig &&
        crypto::is_valid_xonly_key(script.subspan(1, 32))) {
        return key_node(Function::pk, even_key(script.subspan(1, 32)), Place::p2tr, store);
    }
    return infer_multi_a(script, store);
}

NodePtr infer_taproot(ByteSpan output_key, const KeyStore& store) {
    if (const TaprootSpends* spends = store.taproot_spends(output_key)) {
        auto out = std::make_shared<DescriptorNode>();
        out->function = Function::tr;
        out->keys.push_back(KeyExpression::known(even_key(spends->internal_key), KeyPlace::taproot, store));
        bool complete = !spends->merkle_root || !spends->tree.empty();
        for (const TreeLeaf& leaf : spends->tree) {
            NodePtr sub = leaf.version == script::kTapscriptLeafVersion ? infer_leaf(leaf.script, store) : nullptr;
            complete = complete && sub != nullptr;
            out->subs.push_back(std::move(sub));
            out->depths.push_back(leaf.depth);
        }
        if (complete) {
            return out;
        }
    }
    if (crypto::is_valid_xonly_key(output_key)) {
        auto out = std::make_shared<DescriptorNode>();
        out->function = Function::rawtr;
        out->keys.push_back(KeyExpression::known(even_key(output_key), KeyPlace::taproot, store));
        return out;
    }
    return nullptr;
}

NodePtr infer_node(ByteSpan script, Place place, const KeyStore& store);

NodePtr infer_wrapped(Function function, const Bytes* inner, const KeyStore& store) {
    NodePtr sub =
        inner == nullptr ? nullptr : infer_node(*inner, function == Function::sh ? Place::p2sh : Place::p2wsh, store);
    if (sub == nullptr) {
        return nullptr;
    }
    auto out = std::make_shared<DescriptorNode>();
    out->function = function;
    out->subs.push_back(std::move(sub));
    return out;
}

NodePtr infer_hashed_key(Function function, ByteSpan hash, Place place, const KeyStore& store) {
    const Bytes* key = store.public_key(hash_of(hash));
    const Place key_form = function == Function::wpkh ? Place::p2wsh : place;
    return key != nullptr && is_plain_key(*key, key_form) ? key_node(function, *key, key_form, store) : nullptr;
}

NodePtr infer_multi(const script::OutputTemplate& found, Place place, const KeyStore& store) {
    auto out = std::make_shared<DescriptorNode>();
    out->function = Function::multi;
    out->threshold = found.number;
    for (const ByteSpan key : found.parts) {
        if (!is_plain_key(key, place)) {
            return nullptr;
        }
        out->keys.push_back(KeyExpression::known(key, key_place(place), store));
    }
    return out;
}

// Null when nothing more is known than the script's bytes.
NodePtr infer_node(ByteSpan script, Place place, const KeyStore& store) {
    const script::OutputTemplate found = script::solve(script);
    switch (found.type) {
        case OutputType::pubkey:
            return is_plain_key(found.parts[0], place) ? key_node(Function::pk, found.parts[0], place, store) : nullptr;
        case OutputType::pubkeyhash: return infer_hashed_key(Function::pkh, found.parts[0], place, store);
        case OutputType::multisig: return infer_multi(found, place, store);
        case OutputType::witness_v0_keyhash:
            return place == Place::p2wsh ? nullptr : infer_hashed_key(Function::wpkh, found.parts[0], place, store);
        case OutputType::witness_v0_scripthash:
            return place == Place::p2wsh ? nullptr
                                         : infer_wrapped(Function::wsh, store.witness_script(found.parts[0]), store);
        case OutputType::scripthash:
            return place == Place::top ? infer_wrapped(Function::sh, store.script(hash_of(found.parts[0])), store)
                                       : nullptr;
        case OutputType::witness_v1_taproot:
            return place == Place::top ? infer_taproot(found.parts[0], store) : nullptr;
        default: return nullptr;
    }
}

std::string without_checksum(ByteSpan script, const primitives::AddressPrefixes& prefixes, const KeyStore& store) {
    if (const NodePtr node = infer_node(script, Place::top, store)) {
        return node_text(*node, prefixes);
    }
    if (const auto destination = destination_of(script)) {
        return "addr(" + encode_address(*destination, prefixes) + ")";
    }
    return "raw(" + to_hex(script) + ")";
}

}  // namespace

std::string infer_descriptor(ByteSpan script, const primitives::AddressPrefixes& prefixes, const KeyStore& store) {
    const std::string descriptor = without_checksum(script, prefixes, store);
    return descriptor + "#" + descriptor_checksum(descriptor);
}

}  // namespace keel::address
