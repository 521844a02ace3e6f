#include "engine/store/coin_stats.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "engine/store/memory_kv.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::store {
namespace {

// Fills a store from a snapshot that Bitcoin Core dumped: a header of 51 bytes, then for each txid its coins.
void load_snapshot(ByteSpan file, MemoryKv& kv) {
    Reader in(file);
    in.skip(51);
    KvBatch batch;
    while (in.ok() && in.remaining() > 0) {
        const auto txid = in.read_hash<Txid>();
        for (std::uint64_t coins = in.read_compact_size(); coins > 0 && in.ok(); --coins) {
            const auto index = static_cast<std::uint32_t>(in.read_compact_size());
            const std::size_t begin = in.position();
            read_varint(in);
            read_packed_output(in);
            batch.put(kCoinFamily, CoinKey({txid, index}).span(), file.subspan(begin, in.position() - begin));
        }
    }
    ASSERT_TRUE(in.ok());
    ASSERT_TRUE(kv.write(batch, KvSync::yes));
}

class Snapshots : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

// Core's own dump is read with our decoder, so this covers the coin format too.
TEST_P(Snapshots, StatisticsEqualThoseOfBitcoinCore) {
    const auto& [name, muhashes] = GetParam();
    KEEL_DATA_OR_SKIP(const auto dump, std::string("oracle/") + name + ".utxo.dat");
    KEEL_DATA_OR_SKIP(const auto table, "oracle/utxo-snapshots.json");
    KEEL_DATA_OR_SKIP(const auto heights, std::string("oracle/") + muhashes + "-utxo-muhash.json");
    const auto json = testing::load_json(table);
    const auto& expected = json.at(name).as_object();
    MemoryKv kv(2);
    load_snapshot(testing::read_file(dump), kv);

    const auto serialized = scan_coin_stats(kv, CoinHash::serialized);
    ASSERT_TRUE(serialized.has_value());
    EXPECT_EQ(to_hex(serialized->hash), testing::text_of(expected.at("hash_serialized_3")));
    EXPECT_EQ(serialized->coins, expected.at("txouts").to_number<std::uint64_t>());
    EXPECT_EQ(serialized->bogo_size, expected.at("bogosize").to_number<std::uint64_t>());
    EXPECT_DOUBLE_EQ(static_cast<double>(serialized->total->satoshi()) / 1e8,
                     expected.at("total_amount").to_number<double>());

    const auto muhash = scan_coin_stats(kv, CoinHash::muhash);
    ASSERT_TRUE(muhash.has_value());
    const auto by_height = testing::load_json(heights);
    for (const auto& entry : by_height.as_array()) {
        if (entry.at("height") == expected.at("height")) {
            EXPECT_EQ(to_hex(muhash->hash), testing::text_of(entry.at("txoutset").at("muhash")));
            return;
        }
    }
    FAIL() << "no muhash at this height";
}

INSTANTIATE_TEST_SUITE_P(Networks, Snapshots,
                         ::testing::Values(std::pair("mainnet-1599", "mainnet"), std::pair("testnet3-1999", "testnet3"),
                                           std::pair("signet-89", "signet"), std::pair("regtest-206", "regtest")));

TEST(CoinStats, ADamagedCoinStopsTheScan) {
    MemoryKv kv(2);
    KvBatch batch;
    batch.put(kCoinFamily, CoinKey({Txid{}, 3}).span(), as_bytes("?"));
    ASSERT_TRUE(kv.write(batch, KvSync::yes));
    const auto stats = scan_coin_stats(kv, CoinHash::none);
    ASSERT_FALSE(stats.has_value());
    EXPECT_EQ(stats.error().fault, KvFault::corrupt);
}

TEST(CoinStats, AScanInSmallStepsSeesOnlyItsSnapshot) {
    MemoryKv kv(2);
    const auto put = [&](std::uint32_t index) {
        KvBatch batch;
        Bytes value;
        encode_coin(value, {Amount(7), Height(1), false, {}});
        batch.put(kCoinFamily, CoinKey({Txid{}, index}).span(), value);
        ASSERT_TRUE(kv.write(batch, KvSync::yes));
    };
    for (std::uint32_t i = 0; i < 10; ++i) {
        put(i);
    }
    CoinStatsScan scan(kv.snapshot(), CoinHash::none);
    put(100);
    int steps = 0;
    while (!scan.step(3).value()) {
        ++steps;
    }
    EXPECT_EQ(steps, 3);
    EXPECT_EQ(scan.result().coins, 10U);
    EXPECT_EQ(scan.result().transactions, 1U);
    EXPECT_EQ(scan.result().total, Amount(70));
}

}  // namespace
}  // namespace keel::store
