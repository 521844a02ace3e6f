#include "engine/mining/proposal.hpp"

#include <map>

#include <gtest/gtest.h>

#include "engine/mining/template.hpp"
#include "rules/consensus/merkle.hpp"
#include "testing/scripts.hpp"
#include "testing/spends.hpp"

namespace keel::mining {
namespace {

using primitives::Amount;
using primitives::Coin;
using primitives::Height;
using primitives::MutableTx;
using primitives::OutPoint;

constexpr std::int64_t kNow = 1'700'000'000;

// Regtest's genesis block and nothing else.
class Genesis final : public consensus::PastHeaders {
public:
    [[nodiscard]] Height height() const override { return Height(0); }
    [[nodiscard]] consensus::HeaderFacts at(Height) const override {
        const primitives::Header& header = primitives::regtest_params().genesis->header();
        return {header.version, header.time, header.bits};
    }
    [[nodiscard]] primitives::BlockHash hash(Height) const override {
        return primitives::regtest_params().genesis->hash();
    }
};

struct Judged {
    std::string early;  // why check_proposal() refused
    std::string late;   // why connect_proposal() did

    bool operator==(const Judged&) const = default;
};

// A template with transactions that spend `coins`, judged against exactly those coins.
class Scene {
public:
    testing::OwnedCoin coin(std::uint32_t index) {
        const auto key = testing::test_key(1);
        const testing::OwnedCoin out{
            {primitives::Txid{}, index}, {Amount(5000), Height(0), false, testing::p2wpkh_script(key)}, key};
        coins_[out.outpoint] = out.coin;
        return out;
    }
    primitives::BlockPtr block_with(std::span<const MutableTx> txs) {
        std::vector<Candidate> candidates;
        for (const MutableTx& tx : txs) {
            candidates.push_back({tx.freeze(), Amount(0), 0});
        }
        const Chunk chunk = Chunk::of(candidates, 0);
        Wish wish;
        wish.limits.min_fee_per_kvb = 0;
        wish.chunks = {&chunk, candidates.empty() ? 0U : 1U};
        wish.payout_script = testing::anyone_can_spend();
        const Template made = make_template(primitives::regtest_params(), {past_, 0x20000000}, wish, unix_time(kNow));
        return made.block(made.header);
    }
    Judged judge(const primitives::BlockPtr& block, bool check_merkle_root = true) const {
        const Proposal proposal{primitives::regtest_params(), past_, block, check_merkle_root};
        const auto checked = check_proposal(proposal, unix_time(kNow));
        if (!checked) {
            return {.early = checked.error(), .late = {}};
        }
        std::vector<std::optional<Coin>> found;
        for (const OutPoint& outpoint : coins_needed(proposal)) {
            const auto coin = coins_.find(outpoint);
            found.push_back(coin == coins_.end() ? std::nullopt : std::optional(coin->second));
        }
        const auto verdict = connect_proposal(proposal, *checked, found);
        return {.early = {}, .late = verdict ? std::string() : verdict.error().reason()};
    }

private:
    Genesis past_;
    std::map<OutPoint, Coin> coins_;
};

MutableTx spend(const testing::OwnedCoin& coin, std::int64_t value) {
    return testing::make_spend({&coin, 1}, {{Amount(value), testing::anyone_can_spend()}});
}

}  // namespace

TEST(Proposal, ATemplateIsValidWithoutWork) {
    Scene scene;
    EXPECT_EQ(scene.judge(scene.block_with({})), Judged{});
    const MutableTx parent = spend(scene.coin(1), 4000);
    const MutableTx child = testing::make_spend(std::array{testing::coin_of(parent, 0)}, {{Amount(4000), {}}});
    EXPECT_EQ(scene.judge(scene.block_with(std::array{parent, child})), Judged{});
}

TEST(Proposal, SaysWhatIsWrong) {
    Scene scene;
    const testing::OwnedCoin coin = scene.coin(1);
    const MutableTx first = spend(coin, 4000);
    const MutableTx second = spend(coin, 3000);
    MutableTx unknown = spend(scene.coin(2), 4000);
    unknown.inputs[0].prevout.index = 9;
    MutableTx unsigned_tx = spend(coin, 3000);
    unsigned_tx.inputs[0].witness[0][10] ^= std::byte{1};
    const Judged missing{.early = {}, .late = "bad-txns-inputs-missingorspent"};
    EXPECT_EQ(scene.judge(scene.block_with(std::array{first, second})), missing);
    EXPECT_EQ(scene.judge(scene.block_with(std::array{unknown})), missing);
    EXPECT_EQ(scene.judge(scene.block_with(std::array{spend(coin, 6000)})).late, "bad-txns-in-belowout");
    EXPECT_TRUE(
        scene.judge(scene.block_with(std::array{unsigned_tx})).late.starts_with("block-script-verify-flag-failed"));
}

TEST(Proposal, ChildrenMustComeAfterTheirParents) {
    Scene scene;
    const MutableTx parent = spend(scene.coin(1), 4000);
    const MutableTx child = testing::make_spend(std::array{testing::coin_of(parent, 0)}, {{Amount(4000), {}}});
    EXPECT_EQ(scene.judge(scene.block_with(std::array{child, parent})).late, "bad-txns-inputs-missingorspent");
}

TEST(Proposal, MustBuildOnTheTipAndCommitToItsTransactions) {
    Scene scene;
    const primitives::BlockPtr good = scene.block_with({});
    const std::array txs{MutableTx::from(good->tx(0))};
    primitives::Header header = good->header();
    header.previous = primitives::BlockHash{};
    EXPECT_EQ(scene.judge(primitives::Block::assemble(header, txs)).early, "inconclusive-not-best-prevblk");
    header = good->header();
    header.merkle_root = primitives::MerkleRoot{};
    EXPECT_EQ(scene.judge(primitives::Block::assemble(header, txs)).early, "bad-txnmrklroot");
    EXPECT_EQ(scene.judge(primitives::Block::assemble(header, txs), false), Judged{});
    header = good->header();
    header.time = 0;
    EXPECT_EQ(scene.judge(primitives::Block::assemble(header, txs)).early, "time-too-old");
}

TEST(Proposal, MustNotOverwriteCoins) {
    Scene scene;
    const primitives::BlockPtr block = scene.block_with({});
    const Genesis past;
    const Proposal proposal{primitives::regtest_params(), past, block};
    const auto checked = check_proposal(proposal, unix_time(kNow));
    ASSERT_TRUE(checked);
    std::vector<std::optional<Coin>> found(coins_needed(proposal).size());
    ASSERT_FALSE(found.empty());
    found[0] = Coin{};
    EXPECT_EQ(connect_proposal(proposal, *checked, found).error().reason(), "bad-txns-BIP30");
}

}  // namespace keel::mining
