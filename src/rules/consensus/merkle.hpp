// Merkle trees of transaction hashes, computed in bulk one level at a time.
#pragma once

#include <span>
#include <vector>

#include "base/hash256.hpp"
#include "rules/primitives/block.hpp"

namespace keel::consensus {

struct MerkleResult {
    RawHash root;          // zero for no leaves
    bool mutated = false;  // two equal hashes were paired: leaves could be repeated without changing the root
};

// CVE-2012-2459: a level of odd length repeats its last hash, so that some lists of leaves have the same root as a
// shorter one; `mutated` tells such lists apart. O(leaves) hashes; one allocation.
MerkleResult merkle_root(std::vector<RawHash> leaves);

// Of the txids: what the header commits to.
MerkleResult block_merkle_root(const primitives::Block& block);
// Of the wtxids with zero in the coinbase's place (BIP141).
RawHash witness_merkle_root(const primitives::Block& block);

// The hashes to combine with the leaf at `index`, bottom up, to reach the root.
std::vector<RawHash> merkle_branch(std::vector<RawHash> leaves, std::size_t index);
RawHash merkle_root_from_branch(RawHash leaf, std::span<const RawHash> branch, std::size_t index);

}  // namespace keel::consensus
