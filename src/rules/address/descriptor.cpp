#include "rules/address/descriptor.hpp"

#include <array>

#include "base/hex.hpp"
#include "crypto/sha256.hpp"
#include "rules/address/descriptor_node.hpp"
#include "rules/script/script_builder.hpp"
#include "rules/script/taproot.hpp"

namespace keel::address {
namespace {

// BIP380: characters of a descriptor, ordered so that mistakes in case change only the group.
constexpr std::string_view kInputCharset =
    "0123456789()[],'/*abcdefgh@:$%{}"
    "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~"
    "ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
constexpr std::string_view kChecksumCharset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumLength = 8;

std::uint64_t step(std::uint64_t state, std::uint64_t symbol) {
    constexpr std::array<std::uint64_t, 5> kGenerator{0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d, 0x3706b1677a,
                                                      0x644d626ffd};
    const std::uint64_t top = state >> 35U;
    state = ((state & 0x7FFFFFFFF) << 5U) ^ symbol;
    for (std::size_t i = 0; i < kGenerator.size(); ++i) {
        if (((top >> i) & 1U) != 0) {
            state ^= kGenerator[i];
        }
    }
    return state;
}

using enum script::Opcode;

Bytes key_check(ByteSpan key) { return script::ScriptBuilder().push(key).op(op_checksig).bytes(); }

Bytes pubkey_hash_script(ByteSpan key) { return script_of(PubkeyHash{crypto::hash160(key)}); }

Bytes witness_pubkey_hash_script(ByteSpan key) { return script_of(WitnessPubkeyHash{crypto::hash160(key)}); }

Bytes taproot_script(const crypto::XOnlyKey& key) { return script_of(Taproot{key}); }

crypto::XOnlyKey xonly(ByteSpan key33) {
    crypto::XOnlyKey out;
    std::ranges::copy(key33.subspan(1), out.begin());
    return out;
}

// <key> CHECKSIG <key> CHECKSIGADD ... m NUMEQUAL.
Bytes multi_a_script(unsigned threshold, const std::vector<Bytes>& keys) {
    script::ScriptBuilder out;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        out.push(ByteSpan(keys[i]).subspan(1)).op(i == 0 ? op_checksig : op_checksigadd);
    }
    return out.number(threshold).op(op_numequal).bytes();
}

using Scripts = std::optional<std::vector<Bytes>>;

Scripts one(Bytes script) {
    std::vector<Bytes> out;
    out.push_back(std::move(script));
    return out;
}

Scripts expand_node(const DescriptorNode& node, std::uint32_t index, KeyStore& store);

Scripts expand_combo(ByteSpan key, KeyStore& store) {
    std::vector<Bytes> out{key_check(key), pubkey_hash_script(key)};
    if (key.size() == 33) {
        const Bytes witness = witness_pubkey_hash_script(key);
        store.add_script(witness);
        out.push_back(witness);
        out.push_back(script_of(ScriptHash{crypto::hash160(witness)}));
    }
    return out;
}

Scripts expand_taproot(const DescriptorNode& node, ByteSpan key, std::uint32_t index, KeyStore& store) {
    std::vector<TreeLeaf> tree;
    for (std::size_t i = 0; i < node.subs.size(); ++i) {
        auto scripts = expand_node(*node.subs[i], index, store);
        if (!scripts) {
            return std::nullopt;
        }
        tree.push_back({node.depths[i], script::kTapscriptLeafVersion, std::move(scripts->front())});
    }
    auto spends = make_taproot(xonly(key), std::move(tree));
    if (!spends) {
        return std::nullopt;
    }
    const crypto::XOnlyKey output = spends->output_key;
    store.taproot.insert_or_assign(output, *std::move(spends));
    return one(taproot_script(output));
}

// sh() and wsh(): the script inside becomes known by its hash.
Scripts expand_wrapper(const DescriptorNode& node, std::uint32_t index, KeyStore& store) {
    auto scripts = expand_node(*node.subs[0], index, store);
    if (!scripts) {
        return std::nullopt;
    }
    for (Bytes& inner : *scripts) {
        store.add_script(inner);
        inner = node.function == Function::sh ? script_of(ScriptHash{crypto::hash160(inner)})
                                              : script_of(WitnessScriptHash{crypto::sha256(inner)});
    }
    return scripts;
}

Scripts expand_node(const DescriptorNode& node, std::uint32_t index, KeyStore& store) {
    std::vector<Bytes> keys;
    for (const KeyExpression& expression : node.keys) {
        auto key = expression.derive(index, store);
        if (!key) {
            return std::nullopt;
        }
        keys.push_back(*std::move(key));
    }
    switch (node.function) {
        case Function::pk: return one(key_check(ByteSpan(keys[0]).subspan(node.xonly ? 1 : 0)));
        case Function::pkh: return one(pubkey_hash_script(keys[0]));
        case Function::wpkh: return one(witness_pubkey_hash_script(keys[0]));
        case Function::combo: return expand_combo(keys[0], store);
        case Function::sortedmulti: std::ranges::sort(keys); [[fallthrough]];
        case Function::multi: return one(multisig_script(node.threshold, keys));
        case Function::sortedmulti_a:
            std::ranges::sort(keys, {}, [](const Bytes& key) { return Bytes(key.begin() + 1, key.end()); });
            [[fallthrough]];
        case Function::multi_a: return one(multi_a_script(node.threshold, keys));
        case Function::rawtr: return one(taproot_script(xonly(keys[0])));
        case Function::tr: return expand_taproot(node, keys[0], index, store);
        case Function::sh:
        case Function::wsh: return expand_wrapper(node, index, store);
        case Function::addr:
        case Function::raw: break;
    }
    return one(node.script);
}

template <class Test>
bool any_key(const DescriptorNode& node, const Test& test) {
    return std::ranges::any_of(node.keys, test) ||
           std::ranges::any_of(node.subs, [&](const auto& sub) { return any_key(*sub, test); });
}

// {left,right}, from the leaves' depths.
std::string tree_text(const DescriptorNode& node, std::size_t& next, std::size_t depth,
                      const primitives::AddressPrefixes& prefixes) {
    if (node.depths[next] == depth) {
        return node_text(*node.subs[next++], prefixes);
    }
    std::string out = "{" + tree_text(node, next, depth + 1, prefixes);
    return out + "," + tree_text(node, next, depth + 1, prefixes) + "}";
}

std::string content_text(const DescriptorNode& node, const primitives::AddressPrefixes& prefixes) {
    switch (node.function) {
        case Function::raw: return to_hex(node.script);
        case Function::addr: return encode_address(*destination_of(node.script), prefixes);
        case Function::sh:
        case Function::wsh: return node_text(*node.subs[0], prefixes);
        default: break;
    }
    std::string out = node.threshold > 0 ? std::to_string(node.threshold) : "";
    for (const KeyExpression& key : node.keys) {
        out += (out.empty() ? "" : ",") + key.text(prefixes);
    }
    if (!node.subs.empty()) {
        std::size_t next = 0;
        out += "," + tree_text(node, next, 0, prefixes);
    }
    return out;
}

}  // namespace

std::string descriptor_checksum(std::string_view descriptor) {
    std::uint64_t state = 1;
    std::uint64_t groups = 0;
    std::size_t group_count = 0;
    for (const char c : descriptor) {
        const std::size_t position = kInputCharset.find(c);
        if (position == std::string_view::npos) {
            return {};
        }
        state = step(state, position & 31U);
        groups = groups * 3 + (position >> 5U);
        if (++group_count == 3) {
            state = step(state, groups);
            groups = 0;
            group_count = 0;
        }
    }
    if (group_count > 0) {
        state = step(state, groups);
    }
    for (std::size_t i = 0; i < kChecksumLength; ++i) {
        state = step(state, 0);
    }
    state ^= 1U;
    std::string out;
    for (std::size_t i = 0; i < kChecksumLength; ++i) {
        out += kChecksumCharset[(state >> (5 * (kChecksumLength - 1 - i))) & 31U];
    }
    return out;
}

std::string_view name_of(Function function) {
    static constexpr auto kNames =
        std::to_array<std::string_view>({"pk", "pkh", "wpkh", "sh", "wsh", "tr", "multi", "sortedmulti", "multi_a",
                                         "sortedmulti_a", "combo", "addr", "raw", "rawtr"});
    return kNames[static_cast<std::size_t>(function)];
}

Bytes multisig_script(unsigned threshold, const std::vector<Bytes>& keys) {
    script::ScriptBuilder out;
    out.number(threshold);
    for (const Bytes& key : keys) {
        out.push(key);
    }
    return out.number(static_cast<std::int64_t>(keys.size())).op(op_checkmultisig).bytes();
}

std::string node_text(const DescriptorNode& node, const primitives::AddressPrefixes& prefixes) {
    return std::string(name_of(node.function)) + "(" + content_text(node, prefixes) + ")";
}

bool Descriptor::is_range() const { return any_key(*root_, &KeyExpression::is_range); }

bool Descriptor::is_solvable() const { return root_->function != Function::addr && root_->function != Function::raw; }

bool Descriptor::has_secrets() const { return any_key(*root_, &KeyExpression::has_secret); }

bool Descriptor::is_single_type() const { return root_->function != Function::combo; }

std::string Descriptor::text(const Prefixes& prefixes) const {
    const std::string body = node_text(*root_, prefixes);
    return body + "#" + descriptor_checksum(body);
}

std::optional<std::vector<Bytes>> Descriptor::expand(std::uint32_t index, KeyStore& store) const {
    return expand_node(*root_, index, store);
}

}  // namespace keel::address
