#include "engine/store/header_records.hpp"

#include <gtest/gtest.h>

#include "engine/store/memory_kv.hpp"

namespace keel::store {
namespace {

HeaderRecord random_record(Rng& rng, std::int32_t height) {
    HeaderRecord out;
    out.header.version = static_cast<std::int32_t>(rng.next());
    rng.fill(out.header.previous.bytes);
    out.header.nonce = static_cast<std::uint32_t>(rng.next());
    out.height = Height(height);
    out.status = static_cast<std::uint32_t>(rng.below(HeaderStatus::kAll + 1));
    out.tx_count = static_cast<std::uint32_t>(rng.next());
    out.chain_txs = rng.next();
    out.block = {static_cast<std::uint32_t>(rng.below(5)), static_cast<std::uint32_t>(rng.below(1'000'000))};
    out.block_size = static_cast<std::uint32_t>(rng.below(4'000'000));
    out.undo_offset = static_cast<std::uint32_t>(rng.below(1'000'000));
    out.undo_size = static_cast<std::uint32_t>(rng.below(100'000));
    return out;
}

TEST(HeaderRecords, AreReadBackAsWrittenAndDamageIsRefused) {
    Rng rng(1);
    for (int i = 0; i < 1'000; ++i) {
        const HeaderRecord record = random_record(rng, static_cast<std::int32_t>(rng.below(1U << 31U)));
        Bytes value;
        encode_header_record(value, record);
        EXPECT_EQ(decode_header_record(value), record);
        EXPECT_FALSE(decode_header_record(ByteSpan(value).first(value.size() - 1)).has_value());
        Bytes other_version = value;
        other_version[0] = std::byte{2};
        EXPECT_FALSE(decode_header_record(other_version).has_value());
        value.push_back(std::byte{0});
        EXPECT_FALSE(decode_header_record(value).has_value());
    }
}

TEST(HeaderRecords, LoadInOrderOfHeight) {
    Rng rng(2);
    MemoryKv kv(2);
    KvBatch batch;
    FileEnds ends;
    std::map<std::uint32_t, BlockFiles::Ends> expected;
    for (int i = 0; i < 500; ++i) {
        const HeaderRecord record = random_record(rng, static_cast<std::int32_t>(rng.below(100'000)));
        put_header(batch, record, record.header.hash());
        if ((record.status & HeaderStatus::kBlockStored) != 0) {
            auto& end = expected[record.block.file].block;
            end = std::max<std::uint64_t>(end, record.block.offset + record.block_size);
        }
        if ((record.status & HeaderStatus::kUndoStored) != 0) {
            auto& end = expected[record.block.file].undo;
            end = std::max<std::uint64_t>(end, record.undo_offset + record.undo_size);
        }
    }
    ASSERT_TRUE(kv.write(batch, KvSync::no));
    HeaderLoader loader(kv);
    Height last(0);
    int count = 0;
    while (const auto item = loader.next().value()) {
        EXPECT_GE(item->record.height, last);
        EXPECT_EQ(item->hash, item->record.header.hash());
        last = item->record.height;
        ends.add(item->record);
        ++count;
    }
    EXPECT_EQ(count, 500);
    ASSERT_EQ(ends.ends().size(), expected.size());
    for (const auto& [file, end] : expected) {
        EXPECT_EQ(ends.ends().at(file).block, end.block);
        EXPECT_EQ(ends.ends().at(file).undo, end.undo);
    }
}

TEST(HeaderRecords, ADamagedRecordIsAnError) {
    MemoryKv kv(2);
    KvBatch batch;
    batch.put(kHeaderFamily, header_key(Height(3), {}), as_bytes("short"));
    ASSERT_TRUE(kv.write(batch, KvSync::no));
    EXPECT_EQ(HeaderLoader(kv).next().error().fault, KvFault::corrupt);
}

}  // namespace
}  // namespace keel::store
