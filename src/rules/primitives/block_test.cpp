#include "rules/primitives/block.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "rules/primitives/block_prefix.hpp"
#include "rules/primitives/params.hpp"
#include "testing/chain_builder.hpp"
#include "testing/data.hpp"

namespace keel::primitives {
namespace {

std::vector<std::filesystem::path> real_blocks(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".blk") {
            out.push_back(entry.path());
        }
    }
    std::ranges::sort(out);
    return out;
}

std::vector<MutableTx> editable(const Block& block) {
    std::vector<MutableTx> out;
    for (std::size_t i = 0; i < block.tx_count(); ++i) {
        out.push_back(MutableTx::from(block.tx(i)));
    }
    return out;
}

TEST(Block, RealBlocksHaveTheHashOfTheirFileNameAndComeBackFromTheirParts) {
    KEEL_DATA_OR_SKIP(const auto folder, "blocks");
    const auto files = real_blocks(folder);
    ASSERT_GE(files.size(), 100U);
    for (const auto& path : files) {
        const Bytes raw = testing::read_file(path);
        const auto block = Block::parse(raw);
        ASSERT_TRUE(block) << path;
        const std::string name = path.stem().string();
        EXPECT_EQ(to_hex((*block)->hash()), name.substr(name.rfind('-') + 1));
        const auto txs = editable(**block);
        EXPECT_TRUE(equal(Block::assemble((*block)->header(), txs)->raw(), raw)) << path;
        std::size_t stripped = Header::kSize + compact_size_length(txs.size());
        for (std::size_t i = 0; i < txs.size(); ++i) {
            const TxPtr alone = txs[i].freeze();
            ASSERT_EQ(alone->txid(), (*block)->tx(i).txid());
            ASSERT_EQ(alone->wtxid(), (*block)->tx(i).wtxid());
            stripped += alone->view().stripped_size();
        }
        EXPECT_EQ((*block)->stripped_size(), stripped);
        EXPECT_EQ((*block)->weight().value(), static_cast<std::int64_t>(3 * stripped + raw.size()));
    }
}

TEST(Block, SizeLimitAndLeftOverBytes) {
    const auto too_large = Block::parse(Bytes(kMaxBlockBytes + 1));
    ASSERT_FALSE(too_large);
    EXPECT_EQ(too_large.error(), DecodeError::size_too_large);
    Bytes raw = to_bytes(regtest_params().genesis->raw());
    raw.push_back(std::byte{0});
    const auto longer = Block::parse(raw);
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error(), DecodeError::trailing_bytes);
}

TEST(Block, EveryPrefixIsTruncated) {
    testing::ChainBuilder chain;
    const ByteSpan whole = chain.mine()->raw();
    for (std::size_t n = 0; n < whole.size(); ++n) {
        const auto block = Block::parse(to_bytes(whole.first(n)));
        ASSERT_FALSE(block) << n;
        EXPECT_EQ(block.error(), DecodeError::truncated) << n;
    }
}

TEST(Block, WithoutTransactionsIsStillABlockInForm) {
    const auto block = Block::assemble(Header{}, std::span<const MutableTx>{});
    EXPECT_EQ(block->tx_count(), 0U);
    EXPECT_EQ(block->raw().size(), 81U);
}

TEST(Block, AssembledFromFrozenTransactionsIsTheSame) {
    testing::ChainBuilder chain;
    chain.mine();
    const auto txs = editable(*chain.tip());
    std::vector<TxPtr> frozen;
    for (const MutableTx& tx : txs) {
        frozen.push_back(tx.freeze());
    }
    EXPECT_TRUE(equal(Block::assemble(chain.tip()->header(), frozen)->raw(), chain.tip()->raw()));
}

TEST(Block, MutatedBlocksParseOnlyInCanonicalForm) {
    testing::ChainBuilder chain;
    for (int i = 0; i < 4; ++i) {
        chain.mine();
    }
    const auto coin = chain.reward_of(Height(1));
    const auto spend = testing::make_spend({&coin, 1}, {{Amount(7), Bytes(20)}});
    const Bytes raw = to_bytes(chain.mine({.txs = {spend}})->raw());
    Rng rng(3);
    for (int round = 0; round < 20'000; ++round) {
        Bytes changed = raw;
        for (std::uint64_t n = rng.between(1, 3); n > 0; --n) {
            changed[rng.between(Header::kSize, changed.size() - 1)] = static_cast<std::byte>(rng.next());
        }
        const auto block = Block::parse(changed);
        if (block) {
            ASSERT_TRUE(equal(Block::assemble((*block)->header(), editable(**block))->raw(), changed));
        }
    }
}

TEST(Header, SerializesToTheKnownBytesOfTheFirstBlock) {
    const Header& header = main_params().genesis->header();
    EXPECT_EQ(
        to_hex(header.serialize()),
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc8"
        "1bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c");
    const auto bytes = header.serialize();
    Reader in(bytes);
    EXPECT_EQ(Header::read(in), header);
    in.expect_end();
    EXPECT_TRUE(in.ok());
}

TEST(Block, PrefixDropsWhatFollows) {
    const Bytes raw = to_bytes(regtest_params().genesis->raw());
    Bytes longer = raw;
    longer.push_back(std::byte{1});
    EXPECT_FALSE(Block::parse(longer));
    const auto block = parse_block_prefix(longer);
    ASSERT_TRUE(block);
    EXPECT_TRUE(equal((*block)->raw(), raw));
    EXPECT_FALSE(parse_block_prefix(Bytes(raw.begin(), raw.end() - 1)));
}

}  // namespace
}  // namespace keel::primitives
