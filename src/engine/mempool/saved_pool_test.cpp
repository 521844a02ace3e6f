#include "engine/mempool/saved_pool.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "engine/mempool/lab_test.hpp"

namespace keel::mempool {
namespace {

SavedPool sample() {
    Lab lab;
    const TxPtr parent = Lab::tx({lab.fund(5000)}, {4000});
    const TxPtr child = Lab::tx({Lab::output(parent)}, {2000});
    lab.pool.prioritise(parent->txid(), Amount(7));
    EXPECT_EQ(lab.why(parent, {.time = lab.now - seconds(5), .unbroadcast = true}), "");
    EXPECT_EQ(lab.why(child), "");
    Txid absent;
    absent.bytes[3] = std::byte{9};
    lab.pool.prioritise(absent, Amount(-3));
    return SavedPool::of(lab.view);
}

TEST(SavedPool, HoldsWhatTheViewShows) {
    const SavedPool saved = sample();
    ASSERT_EQ(saved.txs.size(), 2U);
    EXPECT_EQ(saved.txs[0].delta, Amount(7));
    EXPECT_EQ(saved.txs[1].delta, Amount(0));
    EXPECT_EQ(saved.txs[1].tx->view().input(0).prevout().txid, saved.txs[0].tx->txid()) << "parents first";
    EXPECT_EQ(saved.txs[1].time - saved.txs[0].time, seconds(5));
    EXPECT_EQ(saved.deltas.size(), 1U) << "only of transactions that are not there";
    EXPECT_EQ(saved.unbroadcast.size(), 1U);
}

TEST(SavedPool, SurvivesTheFile) {
    const SavedPool saved = sample();
    const SavedPoolKey key{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4},
                           std::byte{5}, std::byte{6}, std::byte{7}, std::byte{8}};
    for (const auto& with : {std::optional<SavedPoolKey>(), std::optional(key)}) {
        const auto back = decode_saved_pool(encode(saved, with));
        ASSERT_TRUE(back);
        ASSERT_EQ(back->txs.size(), 2U);
        EXPECT_EQ(back->txs[0].tx->wtxid(), saved.txs[0].tx->wtxid());
        EXPECT_EQ(back->txs[0].time, saved.txs[0].time);
        EXPECT_EQ(back->txs[0].delta, saved.txs[0].delta);
        EXPECT_EQ(back->deltas, saved.deltas);
        EXPECT_EQ(back->unbroadcast, saved.unbroadcast);
    }
}

TEST(SavedPool, TheFormatIsThatOfBitcoinCore) {
    EXPECT_EQ(to_hex(encode({}, {})),
              "0100000000000000"
              "0000000000000000"
              "00"
              "00");
    const SavedPoolKey key{std::byte{0xA0}, std::byte{0xA1}, std::byte{0xA2}, std::byte{0xA3},
                           std::byte{0xA4}, std::byte{0xA5}, std::byte{0xA6}, std::byte{0xA7}};
    // The key is applied by position in the file: byte 17 meets the key's byte 1.
    EXPECT_EQ(to_hex(encode({}, key)),
              "0200000000000000"
              "08a0a1a2a3a4a5a6a7"
              "a1a2a3a4a5a6a7a0"
              "a1"
              "a2");
}

TEST(SavedPool, EveryCutIsNoticed) {
    const Bytes whole = encode(sample(), {});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(decode_saved_pool(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))))
            << size;
    }
    Bytes unknown = whole;
    unknown[0] = std::byte{3};
    EXPECT_FALSE(decode_saved_pool(unknown));
}

}  // namespace
}  // namespace keel::mempool
