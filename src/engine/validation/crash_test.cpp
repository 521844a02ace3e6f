// Power cuts at random moments: whatever the disk forgets or tears, the engine comes back by itself, and after the same
// blocks it has the same coins as one that was never interrupted.
#include <gtest/gtest.h>

#include "engine/validation/testbed.hpp"
#include "testing/chain_builder.hpp"
#include "testing/scripts.hpp"
#include "testing/spends.hpp"

namespace keel::validation {
namespace {

using primitives::Amount;
using primitives::BlockPtr;
using primitives::Height;
using testing::ChainBuilder;

// Two branches that fork at height 105, the second one longer; rewards are spent here and there.
struct Branches {
    ChainBuilder first;
    ChainBuilder second;

    Branches() {
        const auto script = testing::anyone_can_spend();
        first.mine_empty(105);
        second = first;
        grow(first, 20, 1);
        grow(second, 25, 2);
    }

    static void grow(ChainBuilder& chain, std::int32_t count, std::uint64_t tag) {
        for (std::int32_t i = 0; i < count; ++i) {
            const Height matured(chain.height().value() - 102 + 1);
            const std::array coins{chain.reward_of(matured)};
            const auto tx = testing::make_spend(coins, {{Amount(1'000'000 + i), testing::anyone_can_spend()}});
            chain.mine({.txs = {tx}, .tag = tag});
        }
    }

    // In the order in which they are given: the first branch, then what the second has of its own.
    [[nodiscard]] std::vector<BlockPtr> blocks() const {
        std::vector<BlockPtr> out(first.blocks().begin() + 1, first.blocks().end());
        out.insert(out.end(), second.blocks().begin() + 106, second.blocks().end());
        return out;
    }
};

const Branches& branches() {
    static const Branches kBranches;
    return kBranches;
}

class CrashTest : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(CrashTest, TheStateAfterwardsIsThatOfACleanRun) {
    static const auto kExpected = [] {
        TestDisk disk;
        Testbed bed(disk, primitives::regtest_params(), {});
        for (const BlockPtr& block : branches().blocks()) {
            bed.submit(block);
        }
        bed.run();
        EXPECT_EQ(bed.tip().hash(), branches().second.tip()->hash());
        return bed.coins();
    }();
    ASSERT_FALSE(kExpected.empty());

    Rng rng(GetParam());
    TestDisk disk;
    const Testbed::Settings settings{.block_file_max = 12'000};
    const std::vector<BlockPtr> blocks = branches().blocks();
    for (int life = 0; life < 6; ++life) {
        Testbed bed(disk, primitives::regtest_params(), settings);
        ASSERT_FALSE(bed.broken()) << "seed " << GetParam() << ", life " << life << ": " << *bed.broken();
        const std::size_t until = rng.below(blocks.size());
        for (std::size_t i = 0; i <= until; ++i) {
            bed.submit(blocks[i]);
            if (rng.chance(1, 20)) {
                bed.submit(SnapshotCoins{1});  // forces a flush
            }
            if (rng.chance(1, 10)) {
                bed.pass(seconds(rng.below(400)));
            }
            for (std::uint64_t steps = rng.below(12); steps > 0 && bed.step(); --steps) {
            }
        }
        disk.files.crash(rng);
        disk.index.crash(rng);
        disk.coins.crash(rng);
    }
    Testbed bed(disk, primitives::regtest_params(), settings);
    ASSERT_FALSE(bed.broken()) << "seed " << GetParam() << ": " << *bed.broken();
    for (const BlockPtr& block : blocks) {
        bed.submit(block);
    }
    bed.run();
    ASSERT_FALSE(bed.broken()) << "seed " << GetParam() << ": " << *bed.broken();
    EXPECT_EQ(bed.tip().hash(), branches().second.tip()->hash());
    EXPECT_EQ(bed.coins(), kExpected) << "seed " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrashTest, ::testing::Range<std::uint64_t>(0, 60));

}  // namespace
}  // namespace keel::validation
