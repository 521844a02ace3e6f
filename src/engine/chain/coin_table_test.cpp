#include "engine/chain/coin_table.hpp"

#include <map>

#include <gtest/gtest.h>

#include "testing/coin_model.hpp"

namespace keel::chain {
namespace {

using primitives::Coin;

Coin random_coin(Rng& rng) {
    return {Amount(static_cast<std::int64_t>(rng.below(2'100'000'000'000'001) >> rng.below(51))),
            Height(static_cast<std::int32_t>(rng.below(0x80000000))), rng.chance(1, 2), testing::random_script(rng)};
}

OutPoint random_outpoint(Rng& rng) {
    OutPoint out;
    rng.fill(out.txid.bytes);
    out.index = static_cast<std::uint32_t>(rng.next() >> (32 + rng.below(32)));
    return out;
}

TEST(CoinRecord, HoldsCoinsOfEveryKindAndTheUsualOnesInOneCacheLine) {
    Rng rng(1);
    RecordArena arena;
    arena.set_limit(1U << 30U);
    std::array<std::byte, store::kMaxScriptBytes> script;
    for (int i = 0; i < 5'000; ++i) {
        const OutPoint outpoint = random_outpoint(rng);
        const Coin coin = random_coin(rng);
        if (coin.script.size() > store::kMaxScriptBytes) {
            continue;
        }
        const PackedRecord packed(outpoint, coin.view());
        const CoinRecord& record = arena[arena.add(packed)];
        EXPECT_EQ(record_units(record), packed.units());
        EXPECT_EQ(record_outpoint(record), outpoint);
        EXPECT_TRUE(has_key(record, outpoint));
        EXPECT_FALSE(has_key(record, {outpoint.txid, outpoint.index ^ 1U}));
        EXPECT_EQ(Coin::from(unpack_record(record, script)), coin);
        EXPECT_TRUE(has_coin(record, coin.view()));
        Coin other = coin;
        other.script.push_back(std::byte{0});
        EXPECT_FALSE(has_coin(record, other.view()));
    }
    Bytes witness_key(22, std::byte{0});
    witness_key[1] = std::byte{20};
    EXPECT_EQ(PackedRecord({{}, 1}, {Amount(1'000'000'000), Height(800'000), false, witness_key}).units(), 8U);
}

TEST(RecordArena, ReusesWhatWasFreedAndStaysWithinItsLimit) {
    Rng rng(2);
    RecordArena arena;
    arena.set_limit(4 * RecordArena::kChunkBytes);
    std::vector<std::pair<RecordRef, Coin>> live;
    std::array<std::byte, store::kMaxScriptBytes> script;
    for (int i = 0; i < 200'000; ++i) {
        Coin coin = random_coin(rng);
        if (coin.script.size() <= 200) {
            live.emplace_back(arena.add(PackedRecord({{}, 7}, coin.view())), std::move(coin));
        }
        while (live.size() > 30'000 || (!live.empty() && rng.chance(1, 3))) {
            const auto at = static_cast<std::size_t>(rng.below(live.size()));
            std::swap(live[at], live.back());
            ASSERT_EQ(Coin::from(unpack_record(arena[live.back().first], script)), live.back().second);
            arena.free(live.back().first);
            live.pop_back();
        }
    }
    std::size_t bytes = 0;
    for (const auto& [ref, coin] : live) {
        ASSERT_EQ(Coin::from(unpack_record(arena[ref], script)), coin);
        bytes += record_units(arena[ref]) * kRecordUnit;
    }
    EXPECT_EQ(arena.live_bytes(), bytes);
    EXPECT_FALSE(arena.exceeded());
    EXPECT_LE(arena.memory_bytes(), 5 * RecordArena::kChunkBytes);
}

TEST(RecordArena, SaysWhenItHadToExceedItsLimit) {
    RecordArena arena;
    arena.set_limit(RecordArena::kChunkBytes);
    const Coin coin{Amount(1), Height(1), false, Bytes(9'000, std::byte{0x51})};
    std::size_t records = 0;
    while (!arena.exceeded()) {
        arena.add(PackedRecord({{}, 0}, coin.view()));
        ++records;
    }
    EXPECT_EQ(records, RecordArena::kChunkBytes / 9'048 + 1);
}

// Tags that collide much more than a hash would let them.
class CollidingTable : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(CollidingTable, EqualsAPlainMap) {
    Rng rng(3);
    RecordArena arena;
    arena.set_limit(1U << 30U);
    CoinTable table;
    std::map<OutPoint, std::uint32_t> model;
    const std::uint32_t step = (1U << kTagBits) / GetParam();
    const auto random_tag = [&] { return static_cast<std::uint32_t>(rng.below(GetParam())) * step; };
    for (int i = 0; i < 20'000; ++i) {
        if (model.empty() || rng.chance(11, 20)) {
            const OutPoint outpoint = random_outpoint(rng);
            const std::uint32_t tag = random_tag();
            EXPECT_EQ(table.find(arena, tag, outpoint), nullptr);
            table.insert(Entry(tag, 0, arena.add(PackedRecord(outpoint, {Amount(1), Height(1), false, {}}))));
            model[outpoint] = tag;
        } else {
            const auto found = model.lower_bound(random_outpoint(rng));
            const auto& victim = found == model.end() ? *model.begin() : *found;
            Entry* const entry = table.find(arena, victim.second, victim.first);
            ASSERT_NE(entry, nullptr);
            ASSERT_EQ(record_outpoint(arena[entry->ref()]), victim.first);
            table.erase(entry);
            model.erase(victim.first);
        }
        if (i % 1'000 == 0) {
            table.check_invariants();
        }
    }
    ASSERT_EQ(table.count(), model.size());
    for (const auto& [outpoint, tag] : model) {
        ASSERT_NE(table.find(arena, tag, outpoint), nullptr);
    }
    table.filter([&](Entry entry) { return record_outpoint(arena[entry.ref()]).txid.bytes[31] < std::byte{32}; });
    table.shrink();
    table.check_invariants();
    for (const auto& [outpoint, tag] : model) {
        ASSERT_EQ(table.find(arena, tag, outpoint) != nullptr, outpoint.txid.bytes[31] < std::byte{32});
    }
    EXPECT_LT(table.memory_bytes(), 20'000 * sizeof(Entry));
}

INSTANTIATE_TEST_SUITE_P(Tags, CollidingTable, ::testing::Values(5U, 1'000U, 1U << 20U));

}  // namespace
}  // namespace keel::chain
