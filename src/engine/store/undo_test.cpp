#include "engine/store/undo.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "testing/coin_model.hpp"

namespace keel::store {
namespace {

SpentCoins random_spent(Rng& rng) {
    SpentCoins out;
    for (std::uint64_t txs = rng.below(20); txs > 0; --txs) {
        out.begin_tx();
        for (std::uint64_t coins = rng.below(5); coins > 0; --coins) {
            const Bytes script = testing::random_script(rng);
            if (script.size() <= kMaxScriptBytes) {
                out.add({Amount(static_cast<std::int64_t>(rng.below(1'000'000'000))),
                         Height(static_cast<std::int32_t>(rng.below(1'000'000))), rng.chance(1, 2), script});
            }
        }
    }
    return out;
}

TEST(Undo, IsReadBackAsItWasWritten) {
    Rng rng(1);
    for (int i = 0; i < 500; ++i) {
        const SpentCoins spent = random_spent(rng);
        Bytes payload;
        spent.encode(payload);
        const auto again = SpentCoins::decode(payload);
        ASSERT_TRUE(again.has_value());
        EXPECT_EQ(*again, spent);
    }
}

TEST(Undo, ViewsStayValidWhileMoreIsAddedAndWhenMoved) {
    Rng rng(2);
    SpentCoins spent;
    spent.begin_tx();
    spent.add({Amount(5), Height(3), true, Bytes(25, std::byte{0x55})});
    const ByteSpan script = spent[0].script;
    for (int i = 0; i < 10'000; ++i) {
        spent.add({Amount(6), Height(4), false, Bytes(30, std::byte{0x66})});
    }
    const SpentCoins moved = std::move(spent);
    EXPECT_EQ(script.data(), moved[0].script.data());
    EXPECT_EQ(to_bytes(script), Bytes(25, std::byte{0x55}));
}

TEST(Undo, BytesAreThoseOfBitcoinCore) {
    SpentCoins spent;
    spent.begin_tx();
    const Bytes script = *from_hex("76a914816115944e077fe7c803cfa57f29b36bf87c1d3588ac");
    spent.add({Amount(60000000000), Height(203998), false, script});
    spent.begin_tx();
    spent.add({Amount(0), Height(1), true, {}});
    Bytes payload;
    spent.encode(payload);
    // transactions; inputs, height and coinbase, old version, amount, script
    EXPECT_EQ(to_hex(payload),
              "02"
              "01"
              "97f23c"
              "00"
              "8358"
              "00816115944e077fe7c803cfa57f29b36bf87c1d35"
              "01"
              "03"
              "00"
              "00"
              "06");
}

TEST(Undo, AnOldVersionFieldOfBitcoinCoreIsSkipped) {
    const auto spent =
        SpentCoins::decode(*from_hex("01"
                                     "01"
                                     "97f23c"
                                     "8005"
                                     "8358"
                                     "00816115944e077fe7c803cfa57f29b36bf87c1d35"));
    ASSERT_TRUE(spent.has_value());
    EXPECT_EQ((*spent)[0].height, Height(203998));
    EXPECT_EQ((*spent)[0].value, Amount(60000000000));
}

TEST(Undo, DamageIsRefused) {
    for (const char* hex : {"", "01", "0101", "010102", "0101030000", "01010300000600ff", "fd0100"}) {
        EXPECT_FALSE(SpentCoins::decode(*from_hex(hex)).has_value()) << hex;
    }
}

}  // namespace
}  // namespace keel::store
