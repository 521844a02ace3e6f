#include "rules/consensus/merkle.hpp"

#include "base/assert.hpp"
#include "crypto/sha256.hpp"

namespace keel::consensus {

namespace {

ByteSpan bytes_of(std::span<const RawHash> hashes) { return std::as_bytes(hashes); }
static_assert(sizeof(RawHash) == 32, "a level of the tree is hashed where it lies");

// Replaces a level of at least two hashes by the level above.
void reduce(std::vector<RawHash>& level) {
    if (level.size() % 2 != 0) {
        level.push_back(level.back());
    }
    const std::size_t pairs = level.size() / 2;
    crypto::sha256d_64(std::span(level).first(pairs), bytes_of(level));
    level.resize(pairs);
}

bool has_equal_pair(std::span<const RawHash> level) {
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
        if (level[i] == level[i + 1]) {
            return true;
        }
    }
    return false;
}

template <class Hash>
std::vector<RawHash> leaves_of(std::span<const Hash> hashes) {
    std::vector<RawHash> leaves;
    leaves.reserve(hashes.size() + 1);  // a level of odd length grows by one
    for (const Hash& hash : hashes) {
        leaves.push_back(hash_cast<RawHash>(hash));
    }
    return leaves;
}

}  // namespace

MerkleResult merkle_root(std::vector<RawHash> leaves) {
    if (leaves.empty()) {
        return {};
    }
    MerkleResult result;
    while (leaves.size() > 1) {
        // At every level: [1 2 3 4 5 6 5 6] has its equal pair only one level up.
        result.mutated = result.mutated || has_equal_pair(leaves);
        reduce(leaves);
    }
    result.root = leaves.front();
    return result;
}

MerkleResult block_merkle_root(const primitives::Block& block) { return merkle_root(leaves_of(block.txs().txids())); }

RawHash witness_merkle_root(const primitives::Block& block) {
    std::vector<RawHash> leaves = leaves_of(block.txs().wtxids());
    if (!leaves.empty()) {
        leaves.front() = RawHash{};
    }
    return merkle_root(std::move(leaves)).root;
}

std::vector<RawHash> merkle_branch(std::vector<RawHash> leaves, std::size_t index) {
    KEEL_ASSERT(index < leaves.size());
    std::vector<RawHash> branch;
    while (leaves.size() > 1) {
        const std::size_t sibling = index ^ 1U;
        branch.push_back(leaves[sibling < leaves.size() ? sibling : index]);
        reduce(leaves);
        index /= 2;
    }
    return branch;
}

RawHash merkle_root_from_branch(RawHash leaf, std::span<const RawHash> branch, std::size_t index) {
    for (const RawHash& sibling : branch) {
        const bool right = index % 2 != 0;
        std::array<RawHash, 2> pair = right ? std::array{sibling, leaf} : std::array{leaf, sibling};
        crypto::sha256d_64(std::span(&leaf, 1), bytes_of(pair));
        index /= 2;
    }
    return leaf;
}

}  // namespace keel::consensus
