// Every real block passes all rules that its data can decide, and no changed one does.
#include <gtest/gtest.h>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "chain_data.hpp"
#include "rules/consensus/merkle.hpp"
#include "rules/consensus/verify_block.hpp"
#include "rules/consensus/witness_commitment.hpp"
#include "testing/data.hpp"

namespace keel::conformance {
namespace {

using consensus::VerifyReport;
using primitives::Block;
using primitives::BlockPtr;
using primitives::InputSlot;
using primitives::MutableTx;

VerifyReport verify(const BlockFile& file, BlockPtr block) {
    consensus::BlockToVerify input{.params = *file.params,
                                   .height = file.height,
                                   .block = std::move(block),
                                   .spent_outputs = std::nullopt,
                                   .spent_origins = std::nullopt};
    if (file.spent_outputs) {
        input.spent_outputs = *file.spent_outputs;
    }
    if (file.spent_origins) {
        input.spent_origins = *file.spent_origins;
    }
    auto report = consensus::verify_block(input);
    KEEL_ASSERT(report.has_value());
    return *std::move(report);
}

BlockPtr parse(const BlockFile& file) {
    auto block = Block::parse(file.raw);
    KEEL_ASSERT(block.has_value());
    return *std::move(block);
}

// What happens to the block with one bit changed: the reason of its refusal, or that its bytes are no block at all.
std::string reason_with_changed_byte(const BlockFile& file, std::size_t offset) {
    BlockFile changed = file;
    changed.raw.at(offset) ^= std::byte{1};
    auto block = Block::parse(changed.raw);
    if (!block) {
        return "not a block";
    }
    const VerifyReport report = verify(changed, *block);
    return report.reject ? report.reject->reason() : "";
}

TEST(RealBlocks, PassEveryRuleThatTheirDataDecide) {
    KEEL_DATA_OR_SKIP(const auto folder, "blocks");
    std::size_t blocks = 0;
    std::size_t complete = 0;
    std::size_t scripts = 0;
    for (const BlockFile& file : all_block_files()) {
        const BlockPtr block = parse(file);
        EXPECT_EQ(block->hash(), file.hash) << file.name;
        const VerifyReport report = verify(file, block);
        EXPECT_TRUE(report.valid()) << file.name << ": " << report.reject->text();
        ++blocks;
        complete += report.fees.has_value() ? 1U : 0U;
        scripts += report.scripts_checked;
        EXPECT_EQ(report.fees.has_value(), file.spent_outputs.has_value() || block->tx_count() == 1) << file.name;
    }
    EXPECT_EQ(blocks, 141U);
    EXPECT_EQ(complete, 39U) << "15 with the outputs they spend, 24 with a coinbase only";
    EXPECT_EQ(scripts, 35'318U);
}

TEST(RealBlocks, AChangedByteOfTheHeaderIsAMissingProofOfWork) {
    KEEL_DATA_OR_SKIP(const auto folder, "blocks");
    std::size_t refused = 0;
    for (const BlockFile& file : all_block_files()) {
        for (std::size_t offset = 0; offset < primitives::Header::kSize; ++offset) {
            BlockFile changed = file;
            changed.raw[offset] ^= std::byte{1};
            const primitives::Header header = parse_header(ByteSpan(changed.raw).first(primitives::Header::kSize));
            const auto block = Block::assemble(header, std::vector<MutableTx>{});
            const auto checked = consensus::check_block(block, *file.params);
            ASSERT_FALSE(checked.has_value()) << file.name << " " << offset;
            EXPECT_EQ(checked.error().reason(), "high-hash") << file.name << " " << offset;
            ++refused;
        }
    }
    EXPECT_EQ(refused, 141U * 80U);
}

// Offsets of fields whose length does not depend on them, in the first, middle and last transaction.
std::vector<std::size_t> offsets_in_transactions(const Block& block) {
    std::vector<std::size_t> offsets;
    for (const std::size_t index : {std::size_t{0}, block.tx_count() / 2, block.tx_count() - 1}) {
        const primitives::TxSlot& tx = block.tx(index).slot();
        const InputSlot& input = block.txs().inputs()[tx.first_input];
        const primitives::OutputSlot& output = block.txs().outputs()[tx.first_output];
        offsets.insert(offsets.end(), {tx.begin,                            // version
                                       input.prevout + std::size_t{5},      // txid of the output spent
                                       input.script + input.script_length,  // sequence
                                       output.script - std::size_t{9},      // value
                                       tx.end - std::size_t{1}});           // lock time
        if (output.script_length > 0) {
            offsets.push_back(output.script + output.script_length - std::size_t{1});
        }
        if (input.script_length > 0) {
            offsets.push_back(input.script + input.script_length - std::size_t{1});
        }
    }
    return offsets;
}

TEST(RealBlocks, AChangedByteOfATransactionIsAWrongMerkleRoot) {
    KEEL_DATA_OR_SKIP(const auto folder, "blocks");
    std::size_t refused = 0;
    for (const BlockFile& file : all_block_files()) {
        // The solution of a signet block signs its transactions, and is looked at before the merkle root.
        const std::string_view expected = file.params->signet_blocks ? "bad-signet-blksig" : "bad-txnmrklroot";
        for (const std::size_t offset : offsets_in_transactions(*parse(file))) {
            EXPECT_EQ(reason_with_changed_byte(file, offset), expected) << file.name << " " << offset;
            ++refused;
        }
    }
    EXPECT_GT(refused, 141U * 15U);
}

// Offsets of witness bytes: the last byte of the first and of the last witness of the block.
std::vector<std::size_t> offsets_in_witnesses(const Block& block) {
    std::vector<std::size_t> offsets;
    for (const InputSlot& input : block.txs().inputs()) {
        if (input.witness_count > 0 && input.witness_end > input.witness + 1) {
            offsets.push_back(input.witness_end - std::size_t{1});
        }
    }
    return offsets.empty() ? offsets : std::vector{offsets.front(), offsets[offsets.size() / 2], offsets.back()};
}

TEST(RealBlocks, AChangedByteOfAWitnessBreaksTheCommitment) {
    KEEL_DATA_OR_SKIP(const auto folder, "blocks");
    std::size_t blocks = 0;
    for (const BlockFile& file : all_block_files()) {
        const std::vector<std::size_t> offsets = offsets_in_witnesses(*parse(file));
        blocks += offsets.empty() ? 0U : 1U;
        for (const std::size_t offset : offsets) {
            const std::string reason = reason_with_changed_byte(file, offset);
            // The last byte of a witness can be the length of an empty item; then what follows is no block.
            EXPECT_TRUE(reason == "bad-witness-merkle-match" || reason == "not a block")
                << file.name << " " << offset << ": " << reason;
        }
    }
    EXPECT_EQ(blocks, 48U);
}

TEST(RealBlocks, WithoutWitnessesTheyAreRefusedWhereTheyCommitToThem) {
    KEEL_DATA_OR_SKIP(const auto folder, "blocks");
    std::size_t stripped = 0;
    for (const BlockFile& file : all_block_files()) {
        const BlockPtr block = parse(file);
        std::vector<MutableTx> txs;
        bool any = false;
        for (std::size_t i = 0; i < block->tx_count(); ++i) {
            txs.push_back(MutableTx::from(block->tx(i)));
            any = any || block->tx(i).has_witness();
            for (primitives::TxInput& input : txs.back().inputs) {
                input.witness.clear();
            }
        }
        if (any) {
            const VerifyReport report = verify(file, Block::assemble(block->header(), txs));
            EXPECT_EQ(report.reject->reason(), "bad-witness-nonce-size") << file.name;
            ++stripped;
        }
    }
    EXPECT_EQ(stripped, 48U);
}

// The same root from a longer list (CVE-2012-2459): the transactions below the last node of a level of odd length
// again.
std::vector<MutableTx> with_repeated_tail(const Block& block) {
    std::vector<MutableTx> txs;
    for (std::size_t i = 0; i < block.tx_count(); ++i) {
        txs.push_back(MutableTx::from(block.tx(i)));
    }
    std::size_t width = 1;
    std::size_t level = block.tx_count();
    for (; level > 1 && level % 2 == 0; level /= 2) {
        width *= 2;
    }
    if (level > 1) {
        txs.insert(txs.end(), txs.end() - static_cast<std::ptrdiff_t>(width), txs.end());
    }
    return txs;
}

TEST(RealBlocks, ARepeatedTailOfTheMerkleTreeIsSeen) {
    KEEL_DATA_OR_SKIP(const auto folder, "blocks");
    std::size_t repeated = 0;
    for (const BlockFile& file : all_block_files()) {
        const BlockPtr block = parse(file);
        std::vector<MutableTx> txs = with_repeated_tail(*block);
        if (txs.size() == block->tx_count()) {
            continue;  // a tree without a level of odd length
        }
        const BlockPtr longer = Block::assemble(block->header(), txs);
        EXPECT_EQ(consensus::block_merkle_root(*longer).root, consensus::block_merkle_root(*block).root) << file.name;
        const VerifyReport report = verify(file, longer);
        ASSERT_FALSE(report.valid()) << file.name;
        EXPECT_EQ(report.reject->reason(), "bad-txns-duplicate") << file.name;
        EXPECT_EQ(report.reject->kind(), consensus::RejectKind::mutated);
        ++repeated;
    }
    EXPECT_GT(repeated, 70U);
}

TEST(RealBlocks, ExchangedTransactionsAreAWrongMerkleRoot) {
    KEEL_DATA_OR_SKIP(const auto folder, "blocks");
    std::size_t exchanged = 0;
    for (const BlockFile& file : all_block_files()) {
        const BlockPtr block = parse(file);
        if (block->tx_count() < 3) {
            continue;
        }
        std::vector<MutableTx> txs;
        for (std::size_t i = 0; i < block->tx_count(); ++i) {
            txs.push_back(MutableTx::from(block->tx(i)));
        }
        std::swap(txs[1], txs.back());
        const VerifyReport report = verify(file, Block::assemble(block->header(), txs));
        ASSERT_FALSE(report.valid()) << file.name;
        EXPECT_EQ(report.reject->reason(), file.params->signet_blocks ? "bad-signet-blksig" : "bad-txnmrklroot");
        ++exchanged;
    }
    EXPECT_GT(exchanged, 90U);
}

// Where the spent outputs are known, a wrong one must be noticed: by its script, or by what it is worth.
TEST(RealBlocks, AChangedSpentOutputIsNoticed) {
    KEEL_DATA_OR_SKIP(const auto folder, "blocks");
    std::size_t changed = 0;
    for (BlockFile& file : all_block_files()) {
        if (!file.spent_outputs) {
            continue;
        }
        // The first output's script: OP_RETURN instead of its first operation.
        (*file.spent_outputs)[9] = std::byte{0x6A};
        const VerifyReport report = verify(file, parse(file));
        ASSERT_FALSE(report.valid()) << file.name;
        EXPECT_TRUE(report.reject->reason().starts_with("block-script-verify-flag-failed (")) << report.reject->text();
        ++changed;
    }
    EXPECT_EQ(changed, 15U);
}

}  // namespace
}  // namespace keel::conformance
