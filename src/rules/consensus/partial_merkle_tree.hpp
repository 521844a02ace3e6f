// Proof that some transactions are in a block: the part of its merkle tree that leads to them (BIP37 "Partial Merkle
// branch format"), as `merkleblock` messages and gettxoutproof have it.
#pragma once

#include <optional>
#include <vector>

#include "rules/primitives/block.hpp"

namespace keel::consensus {

class PartialMerkleTree {
public:
    // `wanted` has one mark per transaction.
    PartialMerkleTree(std::span<const primitives::Txid> txids, const std::vector<bool>& wanted);

    struct Content {
        RawHash root;
        std::vector<primitives::Txid> txids;  // those proved, in block order
    };
    // Nothing when the tree is malformed: counts that do not fit, bits or hashes left over, or two equal siblings
    // (CVE-2012-2459). The caller compares the root with a header's.
    [[nodiscard]] std::optional<Content> content() const;
    // As the prover claims; the header does not commit to it.
    [[nodiscard]] std::uint32_t tx_count() const { return tx_count_; }

    void write(primitives::Writer& out) const;
    // Fails the reader where counts exceed the bytes.
    [[nodiscard]] static PartialMerkleTree read(primitives::Reader& in);

private:
    PartialMerkleTree() = default;

    class Walk;

    [[nodiscard]] std::uint64_t width(unsigned height) const;
    [[nodiscard]] unsigned top() const;
    [[nodiscard]] RawHash hash_at(unsigned height, std::uint64_t position,
                                  std::span<const primitives::Txid> txids) const;
    void add(unsigned height, std::uint64_t position, std::span<const primitives::Txid> txids,
             const std::vector<bool>& wanted);

    std::uint32_t tx_count_ = 0;
    std::vector<RawHash> hashes_;
    std::vector<bool> bits_;
};

}  // namespace keel::consensus
