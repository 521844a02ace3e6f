#include "rules/consensus/partial_merkle_tree.hpp"

#include <gtest/gtest.h>

#include "rules/consensus/merkle.hpp"

namespace keel::consensus {
namespace {

using primitives::Txid;

std::vector<Txid> txids(std::size_t count) {
    std::vector<Txid> out(count);
    for (std::size_t i = 0; i < count; ++i) {
        store_le(out[i].bytes.data(), i + 1);
    }
    return out;
}

RawHash root_of(const std::vector<Txid>& ids) {
    std::vector<RawHash> leaves;
    leaves.reserve(ids.size());
    for (const Txid& id : ids) {
        leaves.push_back(hash_cast<RawHash>(id));
    }
    return merkle_root(std::move(leaves)).root;
}

std::optional<PartialMerkleTree::Content> read_back(const PartialMerkleTree& tree) {
    Bytes bytes;
    primitives::Writer writer(bytes);
    tree.write(writer);
    primitives::Reader reader(bytes);
    const PartialMerkleTree copy = PartialMerkleTree::read(reader);
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(reader.remaining(), 0U);
    return copy.content();
}

TEST(PartialMerkleTree, ProvesEverySubsetOfSmallBlocks) {
    for (std::size_t count = 1; count <= 9; ++count) {
        const std::vector<Txid> ids = txids(count);
        for (std::size_t subset = 0; subset < (std::size_t{1} << count); ++subset) {
            std::vector<bool> wanted(count);
            std::vector<Txid> expected;
            for (std::size_t i = 0; i < count; ++i) {
                wanted[i] = ((subset >> i) & 1U) != 0;
                if (wanted[i]) {
                    expected.push_back(ids[i]);
                }
            }
            const auto content = read_back(PartialMerkleTree(ids, wanted));
            ASSERT_TRUE(content) << count << " " << subset;
            EXPECT_EQ(content->root, root_of(ids));
            EXPECT_EQ(content->txids, expected);
        }
    }
}

TEST(PartialMerkleTree, RefusesWhatIsLeftOverOrMissing) {
    const std::vector<Txid> ids = txids(7);
    Bytes bytes;
    primitives::Writer writer(bytes);
    PartialMerkleTree(ids, {false, false, false, true, false, false, false}).write(writer);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        Bytes changed = bytes;
        changed[i] ^= std::byte{0x10};
        primitives::Reader reader(changed);
        const auto content = PartialMerkleTree::read(reader).content();
        // The three unused bits at the end and the number of transactions are not committed to.
        const bool intact =
            reader.ok() && content && content->root == root_of(ids) && content->txids == std::vector<Txid>{ids[3]};
        EXPECT_FALSE(intact && i >= 4 && i + 1 < bytes.size()) << i;
    }
}

TEST(PartialMerkleTree, RefusesEqualSiblings) {
    // Six leaves whose last two repeat: the same root as the first four with one pair more.
    std::vector<Txid> ids = txids(6);
    ids[5] = ids[4];
    EXPECT_FALSE(read_back(PartialMerkleTree(ids, std::vector<bool>(6, true))));
}

}  // namespace
}  // namespace keel::consensus
