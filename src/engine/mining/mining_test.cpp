#include <map>

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "engine/mining/nonce_search.hpp"
#include "engine/mining/template.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/merkle.hpp"
#include "rules/consensus/subsidy.hpp"
#include "testing/chain_builder.hpp"
#include "testing/scripts.hpp"

namespace keel::mining {
namespace {

using primitives::Amount;
using primitives::BlockHash;
using primitives::Height;
using primitives::MutableTx;

// The headers of one chain, by height.
class Headers final : public consensus::PastHeaders {
public:
    explicit Headers(const primitives::Header& genesis) { add(genesis); }

    void add(const primitives::Header& header) {
        headers_.push_back(header);
        hashes_.push_back(header.hash());
    }
    [[nodiscard]] Height height() const override { return Height(static_cast<std::int32_t>(headers_.size()) - 1); }
    [[nodiscard]] consensus::HeaderFacts at(Height height) const override {
        const auto& header = headers_.at(static_cast<std::size_t>(height.value()));
        return {header.version, header.time, header.bits};
    }
    [[nodiscard]] BlockHash hash(Height height) const override {
        return hashes_.at(static_cast<std::size_t>(height.value()));
    }

private:
    std::vector<primitives::Header> headers_;
    std::vector<BlockHash> hashes_;
};

// What generatetoaddress does, without a node around it.
class Miner {
public:
    explicit Miner(const primitives::Params& params)
        : params_(params), headers_(params.genesis->header()), bits_(params) {}

    primitives::BlockPtr mine(std::int64_t now, Wish wish) {
        const Template made = make_template(params_, {headers_, bits_.version_to_mine(headers_)}, wish, unix_time(now));
        primitives::Header header = made.header;
        EXPECT_EQ(search_nonce(header, params_, 1'000'000).outcome, NonceOutcome::found);
        auto block = made.block(header);
        EXPECT_EQ(block->hash(), header.hash());
        headers_.add(header);
        return block;
    }
    [[nodiscard]] const Headers& headers() const { return headers_; }

private:
    const primitives::Params& params_;
    Headers headers_;
    consensus::VersionBits bits_;
};

// P2WPKH of the first test key of BIP173.
Bytes payout() { return from_hex("0014751e76e8199196d454941c45d1b3a323f1433bd6").value(); }

Wish plain_wish() {
    Wish wish;
    wish.payout_script = payout();
    return wish;
}

Candidate candidate(std::int64_t fee, std::size_t size, std::int64_t sigop_cost = 4) {
    MutableTx tx;
    tx.inputs.resize(1);
    tx.outputs = {{Amount(1), Bytes(size)}};
    tx.lock_time = static_cast<std::uint32_t>(fee);  // makes the transactions differ; the input's sequence is final
    return {tx.freeze(), Amount(fee), sigop_cost};
}

// Observed: bitcoind (Core master of August 2026) on regtest with this address as `generatetoaddress` target:
// setmocktime 1700000000, 20 blocks, setmocktime 1700100000, 401 blocks.
TEST(Template, BlocksEqualThoseOfBitcoinCore) {
    const std::map<int, std::string_view> observed = {
        {1, "02fd7bcf9a14c9d88d8a2803a89ec6bda088c6925d89721ce0a98d2852aa20e0"},
        {2, "1348aacaccb9c47a1819031d8411ecd6706a5e8dc96cdf3940b4d8a87694aab2"},
        {16, "2941738491e1b2b2d63730825f9cada0a1dee588523e0ba2811e5e86b96e3a6c"},
        {17, "48779fc0fed78a8df162d1fab87eb3cba038827631804e4fd24059b8fbfe2e12"},
        {20, "39ea6a92c5470d2e15846826b3e323be38b3b1f910dafac0c95f86929ee480dc"},
        {21, "2d89332f75c037cbb6cea49c1e8236ab016dc307051f81b404616db16d3517d4"},
        {143, "26ded6b6bd70b8dea4c32bb01722607e23f52c2a0d1eccb491bf497ee7a0b8b0"},
        {144, "3f79b93434d690d8b805a5d9f028645c68421487f323be98a44c21cfb2cae7fe"},
        {150, "2f75c6ae28093b61c292cf7db62e476fa98d6cc4f9192ec8e1663b95f3dff373"},
        {288, "0b00b4381e801ee6af119768a7028308981081ba6552f9db204f5a1b0c36403e"},
        {300, "02bee8159dae44f9bd80245c61f4fded1e889b6cd315af5ebd36ff2faaa3cd15"},
        {421, "679cb071cc9b956a7d9d6163bdef939b24327f743a6160c3dc4297767341d125"},
    };
    Miner miner(primitives::regtest_params());
    for (int height = 1; height <= 421; ++height) {
        const auto block = miner.mine(height <= 20 ? 1'700'000'000 : 1'700'100'000, plain_wish());
        const auto row = observed.find(height);
        if (row != observed.end()) {
            ASSERT_EQ(to_hex(block->hash()), row->second) << height;
        }
    }
}

TEST(Template, TransactionsAreCommittedToAndTheirFeesCollected) {
    const auto key = testing::test_key(1);
    const testing::OwnedCoin coin{
        {primitives::Txid{}, 7}, {Amount(5000), Height(1), false, testing::p2wpkh_script(key)}, key};
    const MutableTx spend = testing::make_spend({&coin, 1}, {{Amount(4000), testing::anyone_can_spend()}});
    const Candidate one{spend.freeze(), Amount(1000), 1};
    const Chunk chunk = Chunk::of({&one, 1}, 0);
    Wish wish = plain_wish();
    wish.chunks = {&chunk, 1};
    Miner miner(primitives::regtest_params());
    const auto block = miner.mine(1'700'000'000, wish);
    ASSERT_EQ(block->tx_count(), 2U);
    EXPECT_EQ(block->tx(1).wtxid(), one.tx->wtxid());
    EXPECT_EQ(block->tx(0).output(0).value(), Amount(50 * primitives::kSatoshiPerBitcoin + 1000));
    EXPECT_EQ(hash_cast<RawHash>(block->header().merkle_root), consensus::block_merkle_root(*block).root);
    std::vector<MutableTx> txs = {MutableTx::from(block->tx(0)), spend};
    const MutableTx before = txs[0];
    testing::commit_to_witness(txs);
    EXPECT_EQ(txs[0], before);
}

TEST(Template, TimeIsNeverBelowWhatTheRulesAllow) {
    const auto& params = primitives::regtest_params();
    Miner miner(params);
    const auto genesis_time = params.genesis->header().time;
    EXPECT_EQ(miner.mine(0, plain_wish())->header().time, genesis_time + 1);
    EXPECT_EQ(miner.mine(1'700'000'000, plain_wish())->header().time, 1'700'000'000U);
}

TEST(Template, FirstBlockOfARetargetIntervalStaysNearItsParent) {
    const auto& params = primitives::regtest_params();
    Headers headers(params.genesis->header());
    primitives::Header header = params.genesis->header();
    for (int height = 1; height < 144; ++height) {
        header.previous = header.hash();
        header.time = height == 143 ? 1'700'000'000 : header.time + 1;
        headers.add(header);
    }
    const Template made = make_template(params, {headers, 0x20000000}, plain_wish(), unix_time(0));
    EXPECT_EQ(made.height, Height(144));
    EXPECT_EQ(made.header.time, 1'700'000'000U - 600U);
}

TEST(Template, WithoutSegwitTheCoinbaseHasNoWitness) {
    primitives::Params params = primitives::regtest_params();
    params.buried.segwit = Height(2);
    Miner miner(params);
    EXPECT_FALSE(miner.mine(1'700'000'000, plain_wish())->tx(0).has_witness());
    EXPECT_TRUE(miner.mine(1'700'000'000, plain_wish())->tx(0).has_witness());
}

TEST(Selection, ChunksGoInWholeOrNotAtAllAndInOrder) {
    const std::vector<Candidate> large = {candidate(9000, 100), candidate(8000, 900'000)};
    const std::vector<Candidate> small = {candidate(70, 100), candidate(60, 100)};
    const Chunk chunks[] = {Chunk::of(large, 0), Chunk::of(small, 1)};
    SelectionLimits limits;
    limits.max_weight = 1'000'000;
    const Selection picked = select_transactions(chunks, limits, {Height(1), 0});
    ASSERT_EQ(picked.txs.size(), 2U);
    EXPECT_EQ(picked.txs[0].fee, Amount(70));
    EXPECT_EQ(picked.txs[1].fee, Amount(60));
    EXPECT_EQ(picked.fees, Amount(130));
    limits.max_weight = 4'000'000;
    EXPECT_EQ(select_transactions(chunks, limits, {Height(1), 0}).txs.size(), 4U);
}

TEST(Selection, WhatDependsOnAChunkThatWasLeftOutStaysOutToo) {
    const Candidate parent = candidate(9'000'000, 900'000);
    const Candidate child = candidate(100, 100);
    const Candidate other = candidate(90, 100);
    const Chunk chunks[] = {Chunk::of({&parent, 1}, 5), Chunk::of({&child, 1}, 5), Chunk::of({&other, 1}, 6)};
    SelectionLimits limits;
    limits.max_weight = 1'000'000;
    const Selection picked = select_transactions(chunks, limits, {Height(1), 0});
    ASSERT_EQ(picked.txs.size(), 1U);
    EXPECT_EQ(picked.txs[0].fee, Amount(90));
}

TEST(Selection, PrioritisationDecidesWhatIsTakenButNotWhatIsCollected) {
    const Candidate free = candidate(0, 100);
    const Candidate paying = candidate(500, 100);
    Chunk chunks[] = {Chunk::of({&free, 1}, 0), Chunk::of({&paying, 1}, 1)};
    EXPECT_TRUE(select_transactions(chunks, {}, {Height(1), 0}).txs.empty());
    chunks[0].fee += 700;
    const Selection picked = select_transactions(chunks, {}, {Height(1), 0});
    EXPECT_EQ(picked.txs.size(), 2U);
    EXPECT_EQ(picked.fees, Amount(500));
    EXPECT_EQ(picked.chunks.front().fee, 700);
}

TEST(Selection, SigopLimitIsKept) {
    const Candidate heavy = candidate(9000, 100, 60'000);
    const Candidate other = candidate(8000, 100, 20'000);
    const Candidate light = candidate(7000, 100, 19'599);
    const Chunk chunks[] = {Chunk::of({&heavy, 1}, 0), Chunk::of({&other, 1}, 1), Chunk::of({&light, 1}, 2)};
    const Selection picked = select_transactions(chunks, {}, {Height(1), 0});
    ASSERT_EQ(picked.txs.size(), 2U);
    EXPECT_EQ(picked.sigop_cost, 79'999);
    EXPECT_LT(picked.sigop_cost, consensus::kMaxBlockSigopCost);
}

TEST(Selection, EndsAtTheLeastFeeRate) {
    const Candidate good = candidate(1000, 100);
    const Candidate poor = candidate(1, 5000);
    const Candidate hidden = candidate(2000, 100);
    const Chunk chunks[] = {Chunk::of({&good, 1}, 0), Chunk::of({&poor, 1}, 1), Chunk::of({&hidden, 1}, 2)};
    EXPECT_EQ(select_transactions(chunks, {}, {Height(1), 0}).txs.size(), 1U);
}

TEST(Selection, TransactionsThatAreNotFinalYetWait) {
    MutableTx tx;
    tx.inputs.resize(1);
    tx.inputs[0].sequence = 0;
    tx.outputs = {{Amount(1), {}}};
    tx.lock_time = 10;
    const Candidate locked{tx.freeze(), Amount(1000), 4};
    const Chunk chunk = Chunk::of({&locked, 1}, 0);
    EXPECT_EQ(select_transactions({&chunk, 1}, {}, {Height(10), 0}).txs.size(), 0U);
    EXPECT_EQ(select_transactions({&chunk, 1}, {}, {Height(11), 0}).txs.size(), 1U);
}

TEST(Selection, ARandomBlockNeverExceedsItsLimits) {
    Rng rng(4);
    std::vector<Candidate> candidates;
    for (int i = 0; i < 400; ++i) {
        candidates.push_back(candidate(static_cast<std::int64_t>(2'000'000 - 4'000 * i), rng.between(100, 30'000),
                                       static_cast<std::int64_t>(rng.below(1500))));
    }
    std::vector<Chunk> chunks;
    for (std::size_t i = 0; i < candidates.size(); i += 2) {
        chunks.push_back(Chunk::of({&candidates[i], 2}, static_cast<std::uint32_t>(i)));
    }
    const Selection picked = select_transactions(chunks, {}, {Height(1), 0});
    std::int64_t weight = SelectionLimits{}.reserved_weight;
    std::int64_t fees = 0;
    for (const Candidate& one : picked.txs) {
        weight += one.tx->view().weight().value();
        fees += one.fee.satoshi();
    }
    EXPECT_EQ(weight, picked.weight);
    EXPECT_EQ(Amount(fees), picked.fees);
    EXPECT_LT(weight, consensus::kMaxBlockWeight);
    EXPECT_LT(picked.sigop_cost, consensus::kMaxBlockSigopCost);
    EXPECT_GT(picked.txs.size(), 50U);
    EXPECT_LT(picked.txs.size(), candidates.size());
}

TEST(NonceSearch, StepsAddUpToOneSearch) {
    primitives::Header header = primitives::regtest_params().genesis->header();
    header.bits = primitives::CompactTarget(0x1F00FFFF);
    header.nonce = 0;
    primitives::Header whole = header;
    const NonceStep one = search_nonce(whole, primitives::regtest_params(), 10'000'000);
    ASSERT_EQ(one.outcome, NonceOutcome::found);
    EXPECT_EQ(one.tries, whole.nonce);
    std::uint64_t tries = 0;
    NonceStep step;
    do {
        step = search_nonce(header, primitives::regtest_params(), 1000);
        tries += step.tries;
    } while (step.outcome == NonceOutcome::paused);
    EXPECT_EQ(step.outcome, NonceOutcome::found);
    EXPECT_EQ(header.nonce, whole.nonce);
    EXPECT_EQ(tries, one.tries);
}

TEST(NonceSearch, EndsBeforeTheLastNonce) {
    primitives::Header header = primitives::main_params().genesis->header();
    header.nonce = 0xFFFFFFF0;
    EXPECT_EQ(search_nonce(header, primitives::main_params(), 10).outcome, NonceOutcome::paused);
    EXPECT_EQ(search_nonce(header, primitives::main_params(), 10).outcome, NonceOutcome::exhausted);
    EXPECT_EQ(header.nonce, 0xFFFFFFFFU);
}

}  // namespace
}  // namespace keel::mining
