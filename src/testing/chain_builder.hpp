// Valid blocks for tests: coinbases, commitments, proof of work at minimum difficulty, and whole chains.
//
// Written apart from the consensus and mining rooms, so that each checks the other.
#pragma once

#include "rules/primitives/params.hpp"
#include "testing/spends.hpp"

namespace keel::testing {

// The naive merkle root of the given leaves; zero for none.
RawHash naive_merkle_root(std::vector<RawHash> level);

// The reward of a block without its fees.
primitives::Amount naive_subsidy(const primitives::Params& params, primitives::Height height);

// What differs from block to block; everything else follows from the parent.
struct BlockSpec {
    std::vector<primitives::MutableTx> txs{};  // without the coinbase
    std::uint32_t time = 0;                    // zero: the parent's time plus the target spacing
    std::int32_t version = 0x20000000;
    std::optional<primitives::Amount> reward{};  // instead of the subsidy
    Bytes payout_script{};                       // empty: anyone can spend
    std::uint64_t tag = 0;                       // another number makes another block of the same content
    bool commit_to_witness = true;               // BIP141 commitment output and witness nonce
};

// Coinbase with the height pushed first (BIP34), then the tag. Commits to nothing yet.
primitives::MutableTx make_coinbase(const primitives::Params& params, primitives::Height height, const BlockSpec& spec);
// Replaces the coinbase's witness commitment (BIP141 "Commitment structure") by that of these transactions.
void commit_to_witness(std::vector<primitives::MutableTx>& txs);
// Fills in the merkle root and searches the nonce; for targets near the largest only. The transactions include the
// coinbase and are taken as they are, valid or not.
primitives::BlockPtr solve_block(primitives::Header header, std::span<const primitives::MutableTx> txs);
// Only the nonce.
void solve(primitives::Header& header);

// A valid block on `parent`, which has height `height` - 1 and the difficulty to continue with.
primitives::BlockPtr make_block(const primitives::Params& params, const primitives::Header& parent,
                                primitives::Height height, const BlockSpec& spec);

// A chain from genesis. Copy it to build a fork. Regtest and networks without retargeting only.
class ChainBuilder {
public:
    explicit ChainBuilder(const primitives::Params& params = primitives::regtest_params());

    const primitives::BlockPtr& mine(const BlockSpec& spec = {});
    // `count` blocks without transactions; the tag makes them differ from those of another branch.
    void mine_empty(int count, std::uint64_t tag = 0);
    // Forgets the blocks above this height.
    void rewind_to(primitives::Height height);

    [[nodiscard]] const primitives::Params& params() const { return *params_; }
    [[nodiscard]] primitives::Height height() const;
    [[nodiscard]] const primitives::BlockPtr& tip() const { return blocks_.back(); }
    [[nodiscard]] const primitives::BlockPtr& block(primitives::Height height) const;
    // By height; the first is the genesis block.
    [[nodiscard]] const std::vector<primitives::BlockPtr>& blocks() const { return blocks_; }
    // The reward of the block at this height; give the key its payout script pays.
    [[nodiscard]] OwnedCoin reward_of(primitives::Height height, std::optional<crypto::SecretKey> key = {}) const;

private:
    const primitives::Params* params_;
    std::vector<primitives::BlockPtr> blocks_;
};

}  // namespace keel::testing
