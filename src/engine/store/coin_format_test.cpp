#include "engine/store/coin_format.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "engine/store/memory_kv.hpp"
#include "testing/coin_model.hpp"

namespace keel::store {
namespace {

Bytes varint_of(std::uint64_t value) {
    Bytes out;
    write_varint(out, value);
    return out;
}

TEST(CoinFormat, VarintsAreThoseOfBitcoinCore) {
    const std::vector<std::pair<std::uint64_t, const char*>> known = {
        {0, "00"},
        {0x7F, "7f"},
        {0x80, "8000"},
        {0x1234, "a334"},
        {0xFFFF, "82fe7f"},
        {0x123456, "c7e756"},
        {0x80123456, "86ffc7e756"},
        {0xFFFFFFFF, "8efefefe7f"},
        {0x7FFFFFFFFFFFFFFF, "fefefefefefefefe7f"},
        {0xFFFFFFFFFFFFFFFF, "80fefefefefefefefe7f"},
    };
    for (const auto& [value, hex] : known) {
        const Bytes encoded = varint_of(value);
        EXPECT_EQ(to_hex(encoded), hex);
        Reader in(encoded);
        EXPECT_EQ(read_varint(in), value);
        EXPECT_TRUE(in.ok() && in.remaining() == 0);
    }
}

TEST(CoinFormat, AVarintBeyond64BitsIsRefused) {
    for (const char* hex : {"80fefefefefefefeff00", "81fefefefefefefefe7f", "ffffffffffffffffffff7f", "80", ""}) {
        const Bytes bytes = *from_hex(hex);
        Reader in(bytes);
        read_varint(in);
        EXPECT_FALSE(in.ok()) << hex;
    }
}

TEST(CoinFormat, AmountsAreThoseOfBitcoinCore) {
    const std::vector<std::pair<std::uint64_t, std::uint64_t>> known = {
        {0, 0}, {1, 1}, {1'000'000, 7}, {100'000'000, 9}, {5'000'000'000, 0x32}, {2'100'000'000'000'000, 0x1406f40},
    };
    for (const auto& [satoshi, code] : known) {
        EXPECT_EQ(compress_amount(satoshi), code);
        EXPECT_EQ(decompress_amount(code), satoshi);
    }
    Rng rng(1);
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t satoshi = rng.below(2'100'000'000'000'001);
        EXPECT_EQ(decompress_amount(compress_amount(satoshi)), satoshi);
    }
}

TEST(CoinFormat, KnownCoinsOfBitcoinCoreDecodeAndEncodeAgain) {
    struct Known {
        const char* value;
        std::int32_t height;
        bool coinbase;
        std::int64_t satoshi;
        const char* script;
    };
    for (const Known& known : {
             Known{"97f23c835800816115944e077fe7c803cfa57f29b36bf87c1d35", 203998, false, 60000000000,
                   "76a914816115944e077fe7c803cfa57f29b36bf87c1d3588ac"},
             Known{"8ddf77bbd123008c988f1a4a4de2161e0f50aac7f17e7f9555caa4", 120891, true, 110397,
                   "76a9148c988f1a4a4de2161e0f50aac7f17e7f9555caa488ac"},
         }) {
        const Bytes value = *from_hex(known.value);
        const auto coin = decode_coin(value);
        ASSERT_TRUE(coin.has_value());
        EXPECT_EQ(coin->height, Height(known.height));
        EXPECT_EQ(coin->coinbase, known.coinbase);
        EXPECT_EQ(coin->value, Amount(known.satoshi));
        EXPECT_EQ(to_hex(coin->script), known.script);
        Bytes again;
        encode_coin(again, coin->view());
        EXPECT_EQ(again, value);
    }
}

TEST(CoinFormat, CoinsOfEveryKindComeBackEqual) {
    Rng rng(2);
    for (int i = 0; i < 5'000; ++i) {
        const Coin coin{Amount(static_cast<std::int64_t>(rng.below(2'100'000'000'000'001))),
                        Height(static_cast<std::int32_t>(rng.below(0x80000000))), rng.chance(1, 2),
                        testing::random_script(rng)};
        if (coin.script.size() > kMaxScriptBytes) {
            continue;
        }
        Bytes value;
        encode_coin(value, coin.view());
        EXPECT_EQ(decode_coin(value), coin);
        value.push_back(std::byte{0});
        EXPECT_FALSE(decode_coin(value).has_value());
        value.resize(value.size() - 2);
        EXPECT_FALSE(decode_coin(value).has_value());
    }
}

TEST(CoinFormat, AnUncompressedPublicKeyIsPackedOnlyWhenItIsOnTheCurve) {
    const std::string x = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    const std::string y = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    const Bytes on_curve = *from_hex("4104" + x + y + "ac");
    Bytes packed;
    write_compressed_output(packed, Amount(1), on_curve);
    EXPECT_EQ(to_hex(packed),
              "01"
              "04" +
                  x);
    Bytes off_curve = on_curve;
    off_curve[40] ^= std::byte{1};
    for (const Bytes& script : {on_curve, off_curve}) {
        const Coin coin{Amount(1), Height(9), false, script};
        Bytes value;
        encode_coin(value, coin.view());
        EXPECT_EQ(value.size(), script == on_curve ? 1 + 1 + 1 + 32U : 1 + 1 + 1 + 67U);
        EXPECT_EQ(decode_coin(value), coin);
    }
    // x = 5 is no point of the curve.
    EXPECT_FALSE(decode_coin(*from_hex("120104" + std::string(63, '0') + "5")).has_value());
}

TEST(CoinFormat, AnAmountThatIsNotMoneyIsDamage) {
    Bytes value;
    encode_coin(value, {Amount(2'100'000'000'000'001), Height(1), false, {}});
    EXPECT_FALSE(decode_coin(value).has_value());
}

TEST(CoinFormat, KeysOrderAsOutpointsDoAndDecodeToThem) {
    Rng rng(3);
    std::vector<OutPoint> outpoints;
    for (const std::uint32_t index :
         {0U, 1U, 0xFBU, 0xFCU, 0xFDU, 0xFEU, 0xFFU, 0x100U, 0xFFFFU, 0x10000U, 0xFFFFFFFFU}) {
        outpoints.push_back({Txid{}, index});
        rng.fill(outpoints.emplace_back(OutPoint{Txid{}, index}).txid.bytes);
    }
    for (const OutPoint& a : outpoints) {
        EXPECT_EQ(decode_coin_key(CoinKey(a).span()), a);
        for (const OutPoint& b : outpoints) {
            EXPECT_EQ(compare(CoinKey(a).span(), CoinKey(b).span()), a <=> b);
        }
    }
}

TEST(CoinFormat, KeysInALongerFormThanNeededAreRefused) {
    const std::string txid(64, '1');
    EXPECT_TRUE(decode_coin_key(*from_hex(txid + "fb")).has_value());
    for (const char* index :
         {"", "fc", "fc0001", "fc00fb", "fd0000ffff", "fd00000001", "fe", "ff", "fb00", "fc00fc00"}) {
        EXPECT_FALSE(decode_coin_key(*from_hex(txid + index)).has_value()) << index;
    }
}

TEST(CoinFormat, TheStateRecordIsReadBackAndDamageIsAnError) {
    MemoryKv kv(2);
    ASSERT_TRUE(read_coin_state(kv).has_value());
    EXPECT_FALSE(read_coin_state(kv).value().has_value());
    CoinState state{{}, Height(77), 5, 123456789};
    state.best_block.bytes[3] = std::byte{9};
    KvBatch batch;
    batch.put(kCoinMetaFamily, coin_state_key(), encode_coin_state(state));
    ASSERT_TRUE(kv.write(batch, KvSync::yes));
    EXPECT_EQ(read_coin_state(kv).value(), state);
    batch.put(kCoinMetaFamily, coin_state_key(), ByteSpan(encode_coin_state(state)).first(40));
    ASSERT_TRUE(kv.write(batch, KvSync::yes));
    EXPECT_EQ(read_coin_state(kv).error().fault, KvFault::corrupt);
}

}  // namespace
}  // namespace keel::store
