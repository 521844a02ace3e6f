#include "rules/consensus/merkle.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "crypto/sha256.hpp"

namespace keel::consensus {
namespace {

std::vector<RawHash> random_leaves(Rng& rng, std::size_t count) {
    std::vector<RawHash> leaves(count);
    for (RawHash& leaf : leaves) {
        rng.fill(leaf.bytes);
    }
    return leaves;
}

// The definition, word for word: a level is the hashes of its pairs, the last one paired with itself when it is alone.
RawHash naive_root(const std::vector<RawHash>& level) {
    if (level.size() <= 1) {
        return level.empty() ? RawHash{} : level.front();
    }
    std::vector<RawHash> above;
    for (std::size_t i = 0; i < level.size(); i += 2) {
        Bytes pair = to_bytes(level[i].span());
        append(pair, level[std::min(i + 1, level.size() - 1)].span());
        above.push_back(crypto::sha256d(pair));
    }
    return naive_root(above);
}

TEST(Merkle, RootEqualsTheDefinition) {
    Rng rng(1);
    for (std::size_t count = 0; count < 300; ++count) {
        const std::vector<RawHash> leaves = random_leaves(rng, count);
        const MerkleResult result = merkle_root(leaves);
        EXPECT_EQ(result.root, naive_root(leaves)) << count;
        EXPECT_FALSE(result.mutated) << count;
    }
}

TEST(Merkle, RepeatedTailsAreFoundOnEveryLevel) {
    Rng rng(2);
    for (std::size_t count = 1; count < 130; ++count) {
        const std::vector<RawHash> leaves = random_leaves(rng, count);
        // Where a level has odd length, repeating the leaves below its last node leaves the root as it is.
        std::size_t width = 1;
        for (std::size_t level = count; level > 1; level = (level + 1) / 2, width *= 2) {
            if (level % 2 == 0) {
                continue;
            }
            std::vector<RawHash> repeated = leaves;
            const std::size_t from = (level - 1) * width;
            if (count - from != width) {
                continue;  // the tail is itself padded; a deeper repetition covers it
            }
            repeated.insert(repeated.end(), leaves.begin() + static_cast<std::ptrdiff_t>(from), leaves.end());
            const MerkleResult result = merkle_root(repeated);
            EXPECT_EQ(result.root, merkle_root(leaves).root) << count;
            EXPECT_TRUE(result.mutated) << count;
        }
    }
}

TEST(Merkle, TheKnownAmbiguousListIsMutated) {
    Rng rng(3);
    const std::vector<RawHash> six = random_leaves(rng, 6);
    std::vector<RawHash> eight = six;
    eight.push_back(six[4]);
    eight.push_back(six[5]);
    EXPECT_EQ(merkle_root(eight).root, merkle_root(six).root);
    EXPECT_FALSE(merkle_root(six).mutated);
    EXPECT_TRUE(merkle_root(eight).mutated);
}

TEST(Merkle, BranchesLeadToTheRoot) {
    Rng rng(4);
    for (std::size_t count = 1; count < 70; ++count) {
        const std::vector<RawHash> leaves = random_leaves(rng, count);
        const RawHash root = merkle_root(leaves).root;
        for (std::size_t i = 0; i < count; ++i) {
            const std::vector<RawHash> branch = merkle_branch(leaves, i);
            EXPECT_EQ(merkle_root_from_branch(leaves[i], branch, i), root);
            if (count > 1) {
                EXPECT_NE(merkle_root_from_branch(leaves[i], branch, i ^ 1U) == root, i != count - 1 || count % 2 == 0);
            }
        }
    }
}

}  // namespace
}  // namespace keel::consensus
