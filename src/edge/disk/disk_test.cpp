#include <filesystem>
#include <fstream>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "edge/disk/posix_files.hpp"
#include "edge/disk/rocks_kv.hpp"
#include "testing/store_conformance.hpp"

namespace keel::disk {
namespace {

namespace fs = std::filesystem;
using store::FileFault;
using store::Kv;
using store::KvBatch;
using store::KvFault;
using store::KvSync;
using testing::kFirst;
using testing::kSecond;

// A folder that is gone at the end of the test.
class TempDir {
public:
    TempDir() {
        std::string pattern = fs::temp_directory_path() / "keel-disk-test-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string path(const std::string& name = {}) const {
        return name.empty() ? path_ : path_ + '/' + name;
    }

private:
    std::string path_;
};

RocksOptions options_of(const TempDir& dir, RocksProfile profile) {
    RocksOptions out;
    out.path = dir.path("a/db");
    out.families = {"coins", "meta"};
    out.profile = profile;
    return out;
}

template <RocksProfile kProfile>
struct RocksSubject {
    TempDir dir;
    std::unique_ptr<Kv> make() { return open_rocks(options_of(dir, kProfile)).value(); }
};
struct PosixSubject {
    TempDir dir;
    [[nodiscard]] std::unique_ptr<store::Files> make() const { return posix_files(dir.path()); }
};

}  // namespace
}  // namespace keel::disk

namespace keel::testing {

using RocksSubjects =
    ::testing::Types<disk::RocksSubject<disk::RocksProfile::coins>, disk::RocksSubject<disk::RocksProfile::records>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Rocks, KvConformance, RocksSubjects);
INSTANTIATE_TYPED_TEST_SUITE_P(Posix, FilesConformance, disk::PosixSubject);

}  // namespace keel::testing

namespace keel::disk {
namespace {

class RocksTest : public ::testing::Test {
protected:
    [[nodiscard]] RocksOptions options() const { return options_of(dir_, RocksProfile::coins); }
    [[nodiscard]] std::unique_ptr<Kv> open() const { return open_rocks(options()).value(); }
    static void put(Kv& kv, std::string_view key, std::string_view value) {
        KvBatch batch;
        batch.put(kFirst, as_bytes(key), as_bytes(value));
        ASSERT_TRUE(kv.write(batch, KvSync::no));
    }
    // As many keys as a table's worth of blocks, by ingest, so that they are in files.
    static void ingest(Kv& kv, char prefix, int count) {
        const auto ingest = kv.begin_ingest();
        for (int i = 0; i < count; ++i) {
            const std::string key = prefix + std::to_string(1'000'000 + i);
            ASSERT_TRUE(ingest->put(kFirst, as_bytes(key), as_bytes(key)));
        }
        ASSERT_TRUE(ingest->put(kSecond, as_bytes("last"), as_bytes(std::string_view(&prefix, 1))));
        ASSERT_TRUE(ingest->commit());
    }
    [[nodiscard]] std::vector<fs::path> tables() const {
        std::vector<fs::path> out;
        for (const auto& entry : fs::directory_iterator(options().path)) {
            if (entry.path().extension() == ".sst") {
                out.push_back(entry.path());
            }
        }
        return out;
    }

    TempDir dir_;
};

TEST_F(RocksTest, EverythingIsThereAfterReopening) {
    {
        const auto kv = open();
        ingest(*kv, 'a', 5'000);
        put(*kv, "single", "1");
    }
    const auto kv = open();
    EXPECT_EQ(as_text(*kv->get(kFirst, as_bytes("single")).value()), "1");
    EXPECT_EQ(as_text(*kv->get(kFirst, as_bytes("a1004999")).value()), "a1004999");
    EXPECT_EQ(as_text(*kv->get(kSecond, as_bytes("last")).value()), "a");
    EXPECT_GT(kv->approximate_size(kFirst), 50'000U);
    EXPECT_FALSE(fs::exists(options().path + "/staging"));
}

TEST_F(RocksTest, WipingStartsEmpty) {
    put(*open(), "a", "1");
    RocksOptions how = options();
    how.wipe = true;
    EXPECT_FALSE(open_rocks(how).value()->get(kFirst, as_bytes("a")).value().has_value());
}

TEST_F(RocksTest, ASecondOpenIsToldThatTheDatabaseIsInUse) {
    const auto kv = open();
    const auto second = open_rocks(options());
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().fault, KvFault::locked);
    EXPECT_NE(second.error().text.find(options().path), std::string::npos);
}

TEST_F(RocksTest, AMissingTableIsCorruption) {
    ingest(*open(), 'a', 5'000);
    ASSERT_FALSE(tables().empty());
    fs::remove(tables().front());
    const auto again = open_rocks(options());
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().fault, KvFault::corrupt);
}

TEST_F(RocksTest, AFlippedBitInATableIsNoticedWhenItIsRead) {
    ingest(*open(), 'a', 50'000);
    for (const fs::path& table : tables()) {
        std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(5'000);
        file.put('\x55');
        file.put('\xaa');
    }
    const auto kv = open_rocks(options());
    if (!kv) {
        EXPECT_EQ(kv.error().fault, KvFault::corrupt);
        return;
    }
    const auto snapshot = (*kv)->snapshot();
    const auto it = snapshot->iterate(kFirst);
    for (it->seek({}); it->valid(); it->next()) {
    }
    ASSERT_TRUE(it->error().has_value());
    EXPECT_EQ(it->error()->fault, KvFault::corrupt);
}

TEST_F(RocksTest, AFolderThatCannotBeMadeIsOneClearSentence) {
    std::ofstream(dir_.path("a")) << "a file in the way";
    const auto kv = open_rocks(options());
    ASSERT_FALSE(kv.has_value());
    EXPECT_NE(kv.error().text.find("Cannot create database folder " + options().path), std::string::npos);
}

TEST_F(RocksTest, ReadsGoOnInOtherThreadsWhileAGenerationIsIngested) {
    const auto kv = open();
    ingest(*kv, 'a', 20'000);
    std::jthread reader([&](const std::stop_token& stop) {
        Rng rng(1);
        while (!stop.stop_requested()) {
            const std::string key = "a" + std::to_string(1'000'000 + rng.below(20'000));
            ASSERT_EQ(as_text(*kv->get(kFirst, as_bytes(key)).value()), key);
        }
    });
    for (char prefix = 'b'; prefix < 'h'; ++prefix) {
        ingest(*kv, prefix, 20'000);
    }
}

// A process that is killed while it writes generations, one prefix each; whatever is left must be whole generations.
TEST_F(RocksTest, AKillAtAnyMomentLeavesWholeGenerations) {
    Rng rng(7);
    for (int kill_count = 0; kill_count < 12; ++kill_count) {
        const ::pid_t child = ::fork();
        if (child == 0) {
            const auto kv = open();
            for (char prefix = 'a'; prefix <= 'z'; ++prefix) {
                ingest(*kv, prefix, 3'000);
            }
            ::_exit(0);
        }
        ::usleep(static_cast<::useconds_t>(20'000 + rng.below(150'000)));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        const auto kv = open();
        const auto last = kv->get(kSecond, as_bytes("last")).value();
        std::map<char, int> counts;
        const auto snapshot = kv->snapshot();
        const auto it = snapshot->iterate(kFirst);
        for (it->seek({}); it->valid(); it->next()) {
            ++counts[as_text(it->key())[0]];
        }
        ASSERT_FALSE(it->error().has_value());
        for (const auto& [prefix, count] : counts) {
            EXPECT_EQ(count, 3'000) << prefix;
        }
        EXPECT_EQ(counts.empty(), !last.has_value());
        if (last) {
            EXPECT_TRUE(counts.contains(as_text(*last)[0]));
        }
    }
}

TEST(PosixFiles, AbsolutePathsLeaveTheRoot) {
    const TempDir a;
    const TempDir b;
    const auto files = posix_files(a.path());
    ASSERT_TRUE(store::write_file_atomically(*files, b.path("f"), as_bytes("x")));
    EXPECT_TRUE(fs::exists(b.path("f")));
    EXPECT_FALSE(fs::exists(a.path("f")));
}

TEST(PosixFiles, AFileInTheWayOfAFolderIsAnError) {
    const TempDir dir;
    const auto files = posix_files(dir.path());
    ASSERT_TRUE(store::write_file_atomically(*files, "f", {}));
    EXPECT_FALSE(files->make_dir("f").has_value());
    EXPECT_FALSE(files->make_dir("f/g").has_value());
}

TEST(PosixFiles, AFullDiskIsReportedAsFull) {
    const auto files = posix_files("");
    const auto full = files->open("/dev/full", store::OpenMode::write);
    ASSERT_TRUE(full.has_value());
    const auto written = (*full)->write_at(0, as_bytes("x"));
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().fault, FileFault::full);
    EXPECT_EQ(written.error().message(), "Cannot write /dev/full: No space left on device.");
}

TEST(LockFile, KeepsASecondHolderOutUntilReleased) {
    const TempDir dir;
    {
        const auto first = LockFile::acquire(dir.path(".lock"));
        ASSERT_TRUE(first.has_value());
        const auto second = LockFile::acquire(dir.path(".lock"));
        ASSERT_FALSE(second.has_value());
        EXPECT_EQ(second.error().fault, FileFault::exists);
        EXPECT_NE(second.error().message().find("another process holds it"), std::string::npos);
    }
    EXPECT_TRUE(LockFile::acquire(dir.path(".lock")).has_value());
}

}  // namespace
}  // namespace keel::disk
