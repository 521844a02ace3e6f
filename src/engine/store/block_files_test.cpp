#include "engine/store/block_files.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "engine/store/block_import.hpp"
#include "engine/store/memory_files.hpp"

namespace keel::store {
namespace {

constexpr Magic kMagic = {std::byte{0xfa}, std::byte{0xbf}, std::byte{0xb5}, std::byte{0xda}};
constexpr XorKey kKey = {std::byte{1}, std::byte{2},    std::byte{3}, std::byte{4},
                         std::byte{5}, std::byte{0xff}, std::byte{7}, std::byte{0}};

Bytes random_block(Rng& rng, std::size_t size) {
    Bytes out(size);
    rng.fill(out);
    return out;
}

SpentCoins some_coins(std::int64_t amount) {
    SpentCoins out;
    out.begin_tx();
    out.add({Amount(amount), Height(5), false, Bytes(30, std::byte{0x51})});
    return out;
}

BlockHash some_hash(int value) {
    BlockHash out;
    out.bytes[0] = static_cast<std::byte>(value);
    return out;
}

class BlockFilesTest : public ::testing::TestWithParam<bool> {
protected:
    [[nodiscard]] static XorKey key() { return GetParam() ? kKey : XorKey{}; }
    [[nodiscard]] static BlockFilesOptions options(std::uint64_t file_max = kBlockFileMax) {
        return {"blocks", kMagic, file_max, true};
    }
    BlockFiles open(const BlockFilesOptions& how, const std::map<std::uint32_t, BlockFiles::Ends>& known = {}) {
        return BlockFiles::open(files_, how, key(), known).value();
    }

    MemoryFiles files_;
    Rng rng_{1};
};

INSTANTIATE_TEST_SUITE_P(PlainAndXored, BlockFilesTest, ::testing::Bool());

TEST_P(BlockFilesTest, BlocksAndUndoAreReadBackFromAsManyFilesAsNeeded) {
    BlockFiles blocks = open(options(10'000));
    std::vector<std::tuple<FilePos, WrittenUndo, Bytes>> written;
    for (int i = 0; i < 50; ++i) {
        const Bytes raw = random_block(rng_, 81 + static_cast<std::size_t>(rng_.below(2'000)));
        const FilePos pos = blocks.write_block(raw).value();
        written.emplace_back(pos, blocks.write_undo(pos.file, some_coins(i), some_hash(i)).value(), raw);
    }
    EXPECT_GT(blocks.newest_file(), 3U);
    const BlockReader reader = blocks.make_reader();
    for (int i = 0; i < 50; ++i) {
        const auto& [pos, undo, raw] = written[static_cast<std::size_t>(i)];
        EXPECT_EQ(reader.read_block(pos).value(), raw);
        EXPECT_EQ(reader.read_undo(undo.pos, some_hash(i)).value(), some_coins(i));
        EXPECT_EQ(reader.read_undo(undo.pos, some_hash(i + 1)).error().fault, StoreFault::damaged);
        EXPECT_EQ(reader.read_part(pos, 10, 20).value(), Bytes(raw.begin() + 10, raw.begin() + 30));
        EXPECT_FALSE(reader.read_part(pos, 10, static_cast<std::uint32_t>(raw.size())).has_value());
    }
}

TEST_P(BlockFilesTest, FilesAreByteForByteTheFormatOfBitcoinCore) {
    BlockFiles blocks = open({"blocks", kMagic, kBlockFileMax, false});
    const Bytes raw = random_block(rng_, 100);
    ASSERT_EQ(blocks.write_block(raw).value(), (FilePos{0, 8}));
    Bytes expected(kMagic.begin(), kMagic.end());
    append(expected, *from_hex("64000000"));
    append(expected, raw);
    apply_xor(expected, 0, key());
    EXPECT_EQ(read_file(files_, "blocks/blk00000.dat", 1'000).value(), expected);
}

TEST_P(BlockFilesTest, ReservedSpaceIsCutOffWhenAFileIsFinished) {
    BlockFiles blocks = open(options());
    ASSERT_TRUE(blocks.write_block(random_block(rng_, 1'000)));
    ASSERT_TRUE(blocks.write_undo(0, some_coins(1), {}));
    EXPECT_EQ(files_.open("blocks/blk00000.dat", OpenMode::read).value()->size().value(), kBlockChunk);
    EXPECT_EQ(files_.open("blocks/rev00000.dat", OpenMode::read).value()->size().value(), kUndoChunk);
    ASSERT_TRUE(blocks.finish());
    EXPECT_EQ(files_.open("blocks/blk00000.dat", OpenMode::read).value()->size().value(), 1'008U);
    EXPECT_EQ(blocks.bytes_on_disk(),
              1'008U + files_.open("blocks/rev00000.dat", OpenMode::read).value()->size().value());
}

// A folder of block files that loses power, and what must be there afterwards.
class CrashingBlocks {
public:
    CrashingBlocks(std::uint64_t seed, const XorKey& key) : rng_(seed), key_(key) {}

    // Opens, checks, writes, syncs now and then, crashes.
    void live() {
        const BlockFilesOptions options{"blocks", kMagic, 20'000, rng_.chance(1, 8)};
        BlockFiles blocks = BlockFiles::open(files_, options, key_, known_).value();
        for (const auto& [pos, raw] : safe_) {
            ASSERT_EQ(blocks.reader().read_block(pos).value(), raw);
        }
        for (std::uint64_t writes = rng_.below(20); writes > 0; --writes) {
            const Bytes raw = random_block(rng_, 81 + static_cast<std::size_t>(rng_.below(3'000)));
            unsafe_.emplace_back(blocks.write_block(raw).value(), raw);
            if (rng_.chance(1, 4)) {
                sync(blocks);
            }
        }
        unsafe_.clear();
        files_.crash(rng_);
    }

private:
    void sync(BlockFiles& blocks) {
        ASSERT_TRUE(blocks.take_unsynced().run(files_));
        for (auto& [pos, raw] : unsafe_) {
            known_[pos.file].block = pos.offset + raw.size();
            safe_.emplace_back(pos, std::move(raw));
        }
        unsafe_.clear();
    }

    Rng rng_;
    XorKey key_;
    MemoryFiles files_;
    std::map<std::uint32_t, BlockFiles::Ends> known_;
    std::vector<std::pair<FilePos, Bytes>> safe_;
    std::vector<std::pair<FilePos, Bytes>> unsafe_;
};

TEST_P(BlockFilesTest, WhatWasSyncedSurvivesEveryCrashAndWritingContinuesBehindIt) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        CrashingBlocks blocks(seed, key());
        for (int life = 0; life < 5; ++life) {
            blocks.live();
        }
    }
}

TEST_P(BlockFilesTest, BlocksThatTheIndexDoesNotKnowAreFoundBehindTheKnownEnd) {
    std::vector<std::pair<FilePos, Bytes>> written;
    {
        BlockFiles blocks = open(options(10'000));
        for (int i = 0; i < 30; ++i) {
            const Bytes raw = random_block(rng_, 1'000);
            written.emplace_back(blocks.write_block(raw).value(), raw);
        }
    }
    const FilePos last_known = written[4].first;
    BlockFiles blocks = open(options(10'000), {{last_known.file, {last_known.offset + 1'000U, 0}}});
    for (std::size_t i = 5; i < written.size(); ++i) {
        const auto found = blocks.scan_tail().value();
        ASSERT_TRUE(found.has_value());
        EXPECT_EQ(found->pos, written[i].first);
        EXPECT_EQ(found->raw, written[i].second);
    }
    EXPECT_FALSE(blocks.scan_tail().value().has_value());
    const Bytes next = random_block(rng_, 500);
    const FilePos pos = blocks.write_block(next).value();
    EXPECT_GT(pos, written.back().first);
    EXPECT_EQ(blocks.reader().read_block(pos).value(), next);
    EXPECT_EQ(blocks.reader().read_block(written.back().first).value(), written.back().second);
}

TEST_P(BlockFilesTest, EveryFlippedBitOfAnUndoRecordIsNoticed) {
    BlockFiles blocks = open({"blocks", kMagic, kBlockFileMax, false});
    const WrittenUndo undo = blocks.write_undo(0, some_coins(3), some_hash(1)).value();
    EXPECT_EQ(undo.pos.offset + undo.size, blocks.file_bytes(0));
    const Bytes intact = read_file(files_, "blocks/rev00000.dat", 10'000).value();
    for (std::size_t bit = 0; bit < intact.size() * 8; ++bit) {
        Bytes damaged = intact;
        damaged[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        ASSERT_TRUE(files_.open("blocks/rev00000.dat", OpenMode::write).value()->write_at(0, damaged));
        EXPECT_FALSE(blocks.make_reader().read_undo(undo.pos, some_hash(1)).has_value()) << bit;
    }
}

TEST_P(BlockFilesTest, AFullDiskIsAnErrorThatNamesTheFile) {
    BlockFiles blocks = open(options());
    ASSERT_TRUE(blocks.write_block(random_block(rng_, 1'000)));
    MemoryFiles::Faults faults;
    faults.bytes_until_full = 1'000'000;
    files_.set_faults(faults);
    FileError error;
    for (int i = 0; i < 10 && error.path.empty(); ++i) {
        if (const auto pos = blocks.write_block(random_block(rng_, 3'900'000)); !pos) {
            error = pos.error().file;
        }
    }
    EXPECT_EQ(error.fault, FileFault::full);
    EXPECT_EQ(error.message(), "Cannot reserve space in blocks/blk00000.dat: No space left on device.");
}

TEST_P(BlockFilesTest, PrunedFilesAreGoneAndReadsSaySo) {
    BlockFiles blocks = open(options(10'000));
    const FilePos first = blocks.write_block(random_block(rng_, 9'000)).value();
    ASSERT_TRUE(blocks.write_undo(0, some_coins(1), {}));
    ASSERT_TRUE(blocks.write_block(random_block(rng_, 9'000)));
    ASSERT_TRUE(blocks.remove_file(0));
    EXPECT_FALSE(files_.exists("blocks/blk00000.dat").value());
    EXPECT_FALSE(files_.exists("blocks/rev00000.dat").value());
    EXPECT_EQ(blocks.reader().read_block(first).error().file.fault, FileFault::not_found);
    EXPECT_EQ(blocks.file_bytes(0), 0U);
    EXPECT_TRUE(blocks.sync());
}

TEST(XorKeyFile, IsMadeOnceAndKept) {
    MemoryFiles files;
    EXPECT_EQ(open_xor_key(files, "blocks", kKey).value(), kKey);
    EXPECT_EQ(open_xor_key(files, "blocks", XorKey{std::byte{9}}).value(), kKey);
    const auto refused = open_xor_key(files, "blocks", XorKey{});
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().text.find("blocks/xor.dat"), std::string::npos);
}

TEST(XorKeyFile, FilesStoredWithoutAKeyStayWithout) {
    MemoryFiles files;
    ASSERT_TRUE(files.make_dir("blocks"));
    ASSERT_TRUE(write_file_atomically(files, "blocks/blk00000.dat", as_bytes("x")));
    EXPECT_EQ(open_xor_key(files, "blocks", kKey).value(), XorKey{});
}

class ScannerTest : public BlockFilesTest {
protected:
    std::vector<std::pair<std::uint64_t, Bytes>> scan(ByteSpan content, std::uint64_t reject_at = ~std::uint64_t{0}) {
        static_cast<void>(files_.make_dir("in"));
        Bytes stored = to_bytes(content);
        apply_xor(stored, 0, key());
        EXPECT_TRUE(write_file_atomically(files_, "in/blk00000.dat", stored));
        BlockScanner scanner(files_.open("in/blk00000.dat", OpenMode::read).value(), kMagic, key());
        std::vector<std::pair<std::uint64_t, Bytes>> out;
        while (auto found = scanner.next().value()) {
            if (found->offset == reject_at) {
                scanner.reject();
            } else {
                out.emplace_back(found->offset, std::move(found->raw));
            }
        }
        return out;
    }
    // The headers of the blocks in what scan() was given last.
    std::vector<Bytes> scan_headers() {
        BlockScanner scanner(files_.open("in/blk00000.dat", OpenMode::read).value(), kMagic, key(),
                             BlockScanner::kHeaderWindow);
        std::vector<Bytes> out;
        while (const auto header = scanner.next_header().value()) {
            out.push_back(to_bytes(header->serialize()));
        }
        return out;
    }
    static void add_record(Bytes& out, ByteSpan raw) {
        append(out, kMagic);
        Writer(out).write(static_cast<std::uint32_t>(raw.size()));
        append(out, raw);
    }
};

INSTANTIATE_TEST_SUITE_P(PlainAndXored, ScannerTest, ::testing::Bool());

TEST_P(ScannerTest, FindsEveryBlockBetweenGarbageAcrossWindows) {
    Bytes file;
    std::vector<std::pair<std::uint64_t, Bytes>> expected;
    for (int i = 0; i < 12; ++i) {
        append(file, random_block(rng_, static_cast<std::size_t>(rng_.below(50))));
        if (rng_.chance(1, 3)) {
            append(file, ByteSpan(kMagic).first(3));
        }
        if (rng_.chance(1, 3)) {
            append(file, Bytes(static_cast<std::size_t>(rng_.below(5'000'000)), std::byte{0}));
        }
        const Bytes raw = random_block(rng_, rng_.chance(1, 3) ? 3'999'999 : 200);
        expected.emplace_back(file.size() + kRecordHeader, raw);
        add_record(file, raw);
    }
    EXPECT_EQ(scan(file), expected);
    std::vector<Bytes> headers;
    for (const auto& [offset, raw] : expected) {
        headers.push_back(to_bytes(ByteSpan(raw).first(primitives::Header::kSize)));
    }
    EXPECT_EQ(scan_headers(), headers);
}

TEST_P(ScannerTest, ATornLastRecordIsNotABlock) {
    Bytes file;
    const Bytes raw = random_block(rng_, 300);
    add_record(file, raw);
    add_record(file, raw);
    for (std::size_t cut = 1; cut <= 308; cut += 9) {
        EXPECT_EQ(scan(ByteSpan(file).first(file.size() - cut)).size(), 1U) << cut;
        EXPECT_EQ(scan_headers().size(), 1U) << cut;
    }
}

TEST_P(ScannerTest, ARejectedRecordMayHideARealOne) {
    const Bytes inner = random_block(rng_, 300);
    Bytes fake = random_block(rng_, 100);
    add_record(fake, inner);
    append(fake, random_block(rng_, 50));
    Bytes file;
    add_record(file, fake);
    const auto found = scan(file, kRecordHeader);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].second, inner);
}

TEST(ImportFiles, AFolderGivesItsBlockFilesInOrderWithTheirKey) {
    MemoryFiles files;
    ASSERT_TRUE(files.make_dir("b"));
    for (const char* name : {"blk00001.dat", "blk00000.dat", "blk100000.dat", "rev00000.dat", "blkx.dat", "other"}) {
        ASSERT_TRUE(write_file_atomically(files, std::string("b/") + name, {}));
    }
    ASSERT_TRUE(write_file_atomically(files, "b/xor.dat", kKey));
    const ImportSource folder = find_import_files(files, "b").value();
    EXPECT_EQ(folder.paths, (std::vector<std::string>{"b/blk00000.dat", "b/blk00001.dat", "b/blk100000.dat"}));
    EXPECT_EQ(folder.key, kKey);
    EXPECT_EQ(find_import_files(files, "b/blk00001.dat").value().key, kKey);
    EXPECT_EQ(find_import_files(files, "b/other").value().key, XorKey{});
    EXPECT_EQ(find_import_files(files, "b/none").error().text, "Cannot import b/none: No such file or folder.");
}

}  // namespace
}  // namespace keel::store
