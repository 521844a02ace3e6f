// Whether a block is valid as far as that can be seen without coins: on its own, and on top of its ancestors.
#pragma once

#include <span>

#include "rules/consensus/history.hpp"
#include "rules/consensus/rule.hpp"
#include "rules/primitives/block.hpp"
#include "rules/primitives/params.hpp"

namespace keel::consensus {

using primitives::Block;
using primitives::BlockPtr;
using primitives::Params;

// Proof that check_block() passed. Cheap to copy; shared between threads.
class CheckedBlock {
public:
    [[nodiscard]] const Block& block() const { return *contents_->block; }
    [[nodiscard]] const BlockPtr& ptr() const { return contents_->block; }
    [[nodiscard]] const BlockHash& hash() const { return block().hash(); }
    // For each transaction: signature checks in its own scripts (each costs 4).
    [[nodiscard]] std::span<const std::uint32_t> legacy_sigops() const { return contents_->legacy_sigops; }
    // A proposal passed everything but proof of work, signet solution and perhaps merkle root. The chain must not take
    // it.
    [[nodiscard]] bool is_proposal() const { return contents_->proposal; }

private:
    friend class BlockChecker;  // block_rules.cpp: the only maker
    struct Contents {
        BlockPtr block;
        std::vector<std::uint32_t> legacy_sigops;
        bool proposal = false;
    };
    explicit CheckedBlock(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}
    std::shared_ptr<const Contents> contents_;
};

// Phases "header", "block-signet", "block-merkle", "block-body" (sizes, coinbase), "tx-*" for each transaction,
// "block-sigops". Pure: any thread. Hashes the merkle tree; O(bytes).
Result<CheckedBlock, Reject> check_block(BlockPtr block, const Params& params);
// For block templates: as check_block() without proof of work and signet solution, and on demand without merkle root.
enum class MerkleRoot : std::uint8_t { skip, check };
Result<CheckedBlock, Reject> check_proposal(BlockPtr block, const Params& params, MerkleRoot root = MerkleRoot::skip);

// Phases "block-context": lock times (BIP113), height in the coinbase (BIP34); "block-witness": commitment (BIP141);
// "block-weight".
// `past` ends with the parent, whose hash must be the block's `previous`. Hashes the witness tree.
Verdict check_block_context(const CheckedBlock& checked, const PastHeaders& past, const Params& params);

// Phase "block-witness" alone.
Verdict check_witnesses(const Block& block, bool segwit_active);

// Whether these transactions can be the ones that the header commits to: merkle root, and the witness commitment when
// segwit binds the block. For bodies that come from peers, before more is done with them (kind mutated if not).
Verdict check_body_matches_header(const Block& block, bool segwit_active);

}  // namespace keel::consensus
