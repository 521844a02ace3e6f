#include <gtest/gtest.h>

#include "engine/store/memory_files.hpp"
#include "engine/store/memory_kv.hpp"
#include "testing/store_conformance.hpp"

namespace keel::store {
namespace {

struct MemoryKvSubject {
    static std::unique_ptr<Kv> make() { return std::make_unique<MemoryKv>(2); }
};
struct MemoryFilesSubject {
    static std::unique_ptr<Files> make() { return std::make_unique<MemoryFiles>(); }
};

}  // namespace
}  // namespace keel::store

namespace keel::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, KvConformance, store::MemoryKvSubject);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, FilesConformance, store::MemoryFilesSubject);

}  // namespace keel::testing

namespace keel::store {
namespace {

KvBatch numbered(int number) {
    KvBatch batch;
    batch.put(KvFamily{0}, as_bytes(std::to_string(number)), as_bytes("v"));
    batch.put(KvFamily{1}, as_bytes(std::to_string(number)), as_bytes("v"));
    return batch;
}

TEST(MemoryKv, ACrashKeepsAPrefixOfWholeBatchesAndAllThatWasSynced) {
    bool lost = false;
    bool kept = false;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Rng rng(seed);
        MemoryKv kv(2);
        for (int i = 0; i < 20; ++i) {
            ASSERT_TRUE(kv.write(numbered(i), i == 9 ? KvSync::yes : KvSync::no));
        }
        kv.crash(rng);
        const std::size_t left = kv.count(KvFamily{0});
        EXPECT_EQ(kv.count(KvFamily{1}), left);
        EXPECT_GE(left, 10U);
        for (std::size_t i = 0; i < left; ++i) {
            EXPECT_TRUE(kv.get(KvFamily{0}, as_bytes(std::to_string(i))).value().has_value());
        }
        lost = lost || left < 20;
        kept = kept || left > 10;
    }
    EXPECT_TRUE(lost && kept);
}

TEST(MemoryFiles, ACrashTearsUnsyncedWritesBySectorAndMayForgetNames) {
    std::size_t torn = 0;
    std::size_t forgotten = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Rng rng(seed);
        MemoryFiles files;
        const auto old = files.open("old", OpenMode::create).value();
        ASSERT_TRUE(old->write_at(0, Bytes(4096, std::byte{1})));
        ASSERT_TRUE(old->sync());
        ASSERT_TRUE(files.sync_dir("."));
        ASSERT_TRUE(old->write_at(0, Bytes(4096, std::byte{2})));
        ASSERT_TRUE(files.open("new", OpenMode::create).has_value());
        files.crash(rng);
        EXPECT_FALSE(old->size().has_value());
        const Bytes after = read_file(files, "old", 4096).value();
        ASSERT_EQ(after.size(), 4096U);
        const auto twos = std::ranges::count(after, std::byte{2});
        EXPECT_EQ(twos % static_cast<std::ptrdiff_t>(MemoryFiles::kSector), 0);
        torn += twos > 0 && twos < 4096 ? 1U : 0U;
        forgotten += files.exists("new").value() ? 0U : 1U;
    }
    EXPECT_GT(torn, 50U);
    EXPECT_GT(forgotten, 20U);
    EXPECT_LT(forgotten, 80U);
}

TEST(MemoryFiles, AnAtomicWriteLeavesTheOldOrTheNewContent) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Rng rng(seed);
        MemoryFiles files;
        ASSERT_TRUE(write_file_atomically(files, "f", as_bytes("old")));
        const auto refusing = files.open("f.new", OpenMode::create).value();
        ASSERT_TRUE(refusing->write_at(0, as_bytes("new!")));
        ASSERT_TRUE(refusing->sync());
        ASSERT_TRUE(files.rename("f.new", "f"));
        files.crash(rng);
        const auto content = read_file(files, "f", 10).value();
        EXPECT_TRUE(as_text(content) == "old" || as_text(content) == "new!");
    }
}

TEST(MemoryFiles, InjectedFaultsAreReported) {
    MemoryFiles files;
    const auto file = files.open("f", OpenMode::create).value();
    MemoryFiles::Faults faults;
    faults.bytes_until_full = 10;
    files.set_faults(faults);
    EXPECT_TRUE(file->write_at(0, Bytes(10)));
    EXPECT_EQ(file->write_at(10, Bytes(1)).error().fault, FileFault::full);
    EXPECT_TRUE(file->write_at(0, Bytes(10)));
    faults = {};
    faults.read_only = true;
    faults.failing_reads = true;
    faults.failing_syncs = true;
    files.set_faults(faults);
    Bytes out(1);
    EXPECT_EQ(file->write_at(0, Bytes(1)).error().fault, FileFault::read_only);
    EXPECT_EQ(file->read_at(0, out).error().fault, FileFault::io);
    EXPECT_EQ(file->sync().error().fault, FileFault::io);
    EXPECT_EQ(files.open("g", OpenMode::write).error().fault, FileFault::read_only);
}

}  // namespace
}  // namespace keel::store
