#include "rules/address/key_store.hpp"

#include <algorithm>

#include "rules/script/taproot.hpp"

namespace keel::address {
namespace {

struct Branch {
    RawHash hash;
    std::vector<SpendableLeaf> leaves;  // control blocks hold the path only, until the tree is complete
};

Branch joined(Branch left, Branch right) {
    for (SpendableLeaf& leaf : left.leaves) {
        append(leaf.control_block, right.hash.bytes);
    }
    for (SpendableLeaf& leaf : right.leaves) {
        append(leaf.control_block, left.hash.bytes);
        left.leaves.push_back(std::move(leaf));
    }
    return {script::tapbranch_hash(left.hash, right.hash), std::move(left.leaves)};
}

// The leaves arrive left to right; finished branches of equal depth join.
std::optional<Branch> root_of(const std::vector<TreeLeaf>& tree) {
    std::vector<std::pair<std::size_t, Branch>> open;
    for (const TreeLeaf& leaf : tree) {
        std::size_t depth = leaf.depth;
        if (depth > script::kControlNodesMax || (!open.empty() && depth < open.back().first)) {
            return std::nullopt;
        }
        Branch branch{script::tapleaf_hash(leaf.version, leaf.script), {{leaf.version, leaf.script, {}}}};
        while (!open.empty() && open.back().first == depth) {
            if (depth == 0) {
                return std::nullopt;
            }
            branch = joined(std::move(open.back().second), std::move(branch));
            open.pop_back();
            --depth;
        }
        open.emplace_back(depth, std::move(branch));
    }
    if (open.size() != 1 || open[0].first != 0) {
        return std::nullopt;
    }
    return std::move(open[0].second);
}

std::array<crypto::Hash160, 2> hashes_of(const crypto::XOnlyKey& key) {
    Bytes full{std::byte{2}};
    append(full, key);
    const crypto::Hash160 even = crypto::hash160(full);
    full[0] = std::byte{3};
    return {even, crypto::hash160(full)};
}

template <class Map, class Key>
auto find_in(const Map& map, const Key& key) -> decltype(&map.begin()->second) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

}  // namespace

std::optional<TaprootSpends> make_taproot(const crypto::XOnlyKey& internal_key, std::vector<TreeLeaf> tree) {
    TaprootSpends out;
    out.internal_key = internal_key;
    if (!tree.empty()) {
        std::optional<Branch> root = root_of(tree);
        if (!root) {
            return std::nullopt;
        }
        out.merkle_root = root->hash;
        out.leaves = std::move(root->leaves);
    }
    const auto output = crypto::taproot_output(internal_key, out.merkle_root);
    if (!output) {
        return std::nullopt;
    }
    out.output_key = output->key;
    for (SpendableLeaf& leaf : out.leaves) {
        Bytes head{static_cast<std::byte>(leaf.version | (output->odd_y ? 1U : 0U))};
        append(head, internal_key);
        append(head, leaf.control_block);
        leaf.control_block = std::move(head);
    }
    out.tree = std::move(tree);
    return out;
}

void KeyStore::add_secret(const WifKey& key) {
    const Bytes public_form = key.key.public_key(key.compressed);
    secrets.insert_or_assign(crypto::hash160(public_form), key);
    add_public_key(public_form);
}

void KeyStore::add_public_key(ByteSpan key) { public_keys.try_emplace(crypto::hash160(key), to_bytes(key)); }

void KeyStore::add_script(ByteSpan script) { scripts.try_emplace(crypto::hash160(script), to_bytes(script)); }

void KeyStore::merge(const KeyStore& other) {
    secrets.insert(other.secrets.begin(), other.secrets.end());
    public_keys.insert(other.public_keys.begin(), other.public_keys.end());
    origins.insert(other.origins.begin(), other.origins.end());
    scripts.insert(other.scripts.begin(), other.scripts.end());
    taproot.insert(other.taproot.begin(), other.taproot.end());
}

const WifKey* KeyStore::secret(const crypto::Hash160& hash) const { return find_in(secrets, hash); }

const Bytes* KeyStore::public_key(const crypto::Hash160& hash) const { return find_in(public_keys, hash); }

const Bytes* KeyStore::script(const crypto::Hash160& hash) const { return find_in(scripts, hash); }

const Bytes* KeyStore::witness_script(ByteSpan sha256) const { return script(crypto::ripemd160(sha256)); }

const WifKey* KeyStore::secret(const crypto::XOnlyKey& key) const {
    for (const crypto::Hash160& hash : hashes_of(key)) {
        if (const WifKey* found = secret(hash)) {
            return found;
        }
    }
    return nullptr;
}

const KeyStore::KnownKey* KeyStore::origin(const crypto::XOnlyKey& key) const {
    for (const crypto::Hash160& hash : hashes_of(key)) {
        if (const KnownKey* found = find_in(origins, hash)) {
            return found;
        }
    }
    return nullptr;
}

const KeyStore::KnownKey* KeyStore::origin_of(ByteSpan public_key) const {
    return find_in(origins, crypto::hash160(public_key));
}

const TaprootSpends* KeyStore::taproot_spends(ByteSpan output_key) const {
    crypto::XOnlyKey key;
    if (output_key.size() != key.size()) {
        return nullptr;
    }
    std::ranges::copy(output_key, key.begin());
    return find_in(taproot, key);
}

}  // namespace keel::address
