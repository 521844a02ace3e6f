// What every implementation of the store ports must do, as tests: instantiated with the memory and the real ones.
//
// A Subject makes a fresh, empty store and can open it again after everything was closed:
//   std::unique_ptr<store::Kv> make();      families: two
//   std::unique_ptr<store::Files> make();   a root folder of its own
#pragma once

#include <map>

#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "engine/store/files.hpp"
#include "engine/store/kv.hpp"

namespace keel::testing {

inline constexpr store::KvFamily kFirst{0};
inline constexpr store::KvFamily kSecond{1};

template <class Subject>
class KvConformance : public ::testing::Test {
protected:
    void put(store::KvFamily family, std::string_view key, std::string_view value) {
        store::KvBatch batch;
        batch.put(family, as_bytes(key), as_bytes(value));
        ASSERT_TRUE(kv_->write(batch, store::KvSync::no));
    }
    [[nodiscard]] std::string get(store::KvFamily family, std::string_view key) {
        const auto value = kv_->get(family, as_bytes(key)).value();
        return value ? std::string(as_text(*value)) : "(none)";
    }
    [[nodiscard]] static std::string all(const store::KvSnapshot& snapshot, store::KvFamily family,
                                         std::string_view from = {}) {
        std::string out;
        const auto it = snapshot.iterate(family);
        for (it->seek(as_bytes(from)); it->valid(); it->next()) {
            out += std::string(as_text(it->key())) + "=" + std::string(as_text(it->value())) + " ";
        }
        EXPECT_FALSE(it->error().has_value());
        return out;
    }

    Subject subject_;
    std::unique_ptr<store::Kv> kv_ = subject_.make();
};

TYPED_TEST_SUITE_P(KvConformance);

TYPED_TEST_P(KvConformance, ABatchChangesSeveralFamiliesInOrder) {
    store::KvBatch batch;
    batch.put(kFirst, as_bytes("a"), as_bytes("1"));
    batch.put(kSecond, as_bytes("a"), as_bytes("2"));
    batch.put(kFirst, as_bytes("b"), {});
    batch.put(kFirst, as_bytes("c"), as_bytes("x"));
    batch.remove(kFirst, as_bytes("c"));
    batch.remove(kFirst, as_bytes("never there"));
    EXPECT_EQ(batch.count(), 6U);
    ASSERT_TRUE(this->kv_->write(batch, store::KvSync::yes));
    EXPECT_EQ(this->get(kFirst, "a"), "1");
    EXPECT_EQ(this->get(kSecond, "a"), "2");
    EXPECT_EQ(this->get(kFirst, "b"), "");
    EXPECT_EQ(this->get(kFirst, "c"), "(none)");
}

TYPED_TEST_P(KvConformance, ManyKeysAreAnsweredInTheirOrder) {
    Rng rng(1);
    std::vector<Bytes> keys(1'000, Bytes(4));
    store::KvBatch batch;
    for (Bytes& key : keys) {
        rng.fill(key);
        if (rng.chance(1, 2)) {
            batch.put(kFirst, key, ByteSpan(key).first(2));
        }
    }
    ASSERT_TRUE(this->kv_->write(batch, store::KvSync::no));
    for (const bool sorted : {false, true}) {
        if (sorted) {
            std::ranges::sort(keys);
        }
        const std::vector<ByteSpan> spans(keys.begin(), keys.end());
        store::KvValues values;
        ASSERT_TRUE(this->kv_->get_many(kFirst, spans, values));
        ASSERT_EQ(values.size(), keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto single = this->kv_->get(kFirst, keys[i]).value();
            ASSERT_EQ(values[i].has_value(), single.has_value());
            ASSERT_TRUE(!single || equal(*values[i], *single));
        }
    }
    store::KvValues none;
    ASSERT_TRUE(this->kv_->get_many(kFirst, {}, none));
    EXPECT_EQ(none.size(), 0U);
}

TYPED_TEST_P(KvConformance, IterationIsInByteOrderFromWhereItIsTold) {
    for (const std::string_view key : {"b", "ab", "a", "abc", "\xff", "\x01"}) {
        this->put(kFirst, key, "v");
    }
    this->put(kSecond, "other", "v");
    const auto snapshot = this->kv_->snapshot();
    EXPECT_EQ(this->all(*snapshot, kFirst), "\x01=v a=v ab=v abc=v b=v \xff=v ");
    EXPECT_EQ(this->all(*snapshot, kFirst, "abb"), "abc=v b=v \xff=v ");
    EXPECT_EQ(this->all(*snapshot, kFirst, "\xff\xff"), "");
}

TYPED_TEST_P(KvConformance, ASnapshotDoesNotSeeLaterWrites) {
    this->put(kFirst, "a", "1");
    const auto snapshot = this->kv_->snapshot();
    this->put(kFirst, "a", "2");
    this->put(kFirst, "b", "2");
    EXPECT_EQ(this->all(*snapshot, kFirst), "a=1 ");
    EXPECT_EQ(as_text(*snapshot->get(kFirst, as_bytes("a")).value()), "1");
    EXPECT_FALSE(snapshot->get(kFirst, as_bytes("b")).value().has_value());
    EXPECT_EQ(this->get(kFirst, "a"), "2");
}

TYPED_TEST_P(KvConformance, AnIngestAppearsAsAWholeAndOverrulesWhatWasThere) {
    this->put(kFirst, "a", "old");
    this->put(kFirst, "b", "old");
    this->put(kFirst, "z", "old");
    const auto before = this->kv_->snapshot();
    auto ingest = this->kv_->begin_ingest();
    ASSERT_TRUE(ingest->put(kFirst, as_bytes("a"), as_bytes("new")));
    ASSERT_TRUE(ingest->put(kSecond, as_bytes("state"), as_bytes("1")));
    ASSERT_TRUE(ingest->remove(kFirst, as_bytes("b")));
    ASSERT_TRUE(ingest->put(kFirst, as_bytes("c"), as_bytes("new")));
    EXPECT_EQ(this->get(kFirst, "a"), "old");
    EXPECT_EQ(this->get(kSecond, "state"), "(none)");
    ASSERT_TRUE(ingest->commit());
    ingest.reset();
    EXPECT_EQ(this->all(*this->kv_->snapshot(), kFirst), "a=new c=new z=old ");
    EXPECT_EQ(this->get(kSecond, "state"), "1");
    EXPECT_EQ(this->all(*before, kFirst), "a=old b=old z=old ");
    this->put(kFirst, "c", "newer");
    EXPECT_EQ(this->get(kFirst, "c"), "newer");
}

TYPED_TEST_P(KvConformance, AnAbandonedOrEmptyIngestChangesNothing) {
    this->put(kFirst, "a", "1");
    {
        auto abandoned = this->kv_->begin_ingest();
        ASSERT_TRUE(abandoned->put(kFirst, as_bytes("a"), as_bytes("2")));
    }
    ASSERT_TRUE(this->kv_->begin_ingest()->commit());
    EXPECT_EQ(this->get(kFirst, "a"), "1");
}

TYPED_TEST_P(KvConformance, EqualsAPlainMapUnderRandomBatchesAndIngests) {
    Rng rng(5);
    std::map<std::string, std::string> model;
    const auto random_key = [&] { return std::to_string(rng.below(300)); };
    for (int round = 0; round < 60; ++round) {
        std::map<std::string, std::optional<std::string>> changes;
        for (std::uint64_t n = rng.below(100); n > 0; --n) {
            changes[random_key()] = rng.chance(1, 3) ? std::nullopt : std::optional(std::to_string(rng.next()));
        }
        store::KvBatch batch;
        auto ingest = this->kv_->begin_ingest();
        const bool by_ingest = rng.chance(1, 3);
        for (const auto& [key, value] : changes) {
            if (by_ingest) {
                ASSERT_TRUE(value ? ingest->put(kFirst, as_bytes(key), as_bytes(*value))
                                  : ingest->remove(kFirst, as_bytes(key)));
            } else if (value) {
                batch.put(kFirst, as_bytes(key), as_bytes(*value));
            } else {
                batch.remove(kFirst, as_bytes(key));
            }
            if (value) {
                model[key] = *value;
            } else {
                model.erase(key);
            }
        }
        ASSERT_TRUE(by_ingest ? ingest->commit() : this->kv_->write(batch, store::KvSync::no));
        std::string expected;
        for (const auto& [key, value] : model) {
            expected += key + "=" + value + " ";
        }
        ASSERT_EQ(this->all(*this->kv_->snapshot(), kFirst), expected);
    }
}

REGISTER_TYPED_TEST_SUITE_P(KvConformance, ABatchChangesSeveralFamiliesInOrder, ManyKeysAreAnsweredInTheirOrder,
                            IterationIsInByteOrderFromWhereItIsTold, ASnapshotDoesNotSeeLaterWrites,
                            AnIngestAppearsAsAWholeAndOverrulesWhatWasThere, AnAbandonedOrEmptyIngestChangesNothing,
                            EqualsAPlainMapUnderRandomBatchesAndIngests);

template <class Subject>
class FilesConformance : public ::testing::Test {
protected:
    Subject subject_;
    std::unique_ptr<store::Files> files_ = subject_.make();
};

TYPED_TEST_SUITE_P(FilesConformance);

TYPED_TEST_P(FilesConformance, WhatIsWrittenIsReadGapsAreZeroAndEndsAreShort) {
    const auto file = this->files_->open("f", store::OpenMode::create).value();
    ASSERT_TRUE(file->write_at(3, as_bytes("abc")));
    ASSERT_TRUE(file->write_at(4, as_bytes("X")));
    EXPECT_EQ(file->size().value(), 6U);
    Bytes out(10, std::byte{9});
    EXPECT_EQ(file->read_at(0, out).value(), 6U);
    EXPECT_EQ(as_text(ByteSpan(out).first(6)), std::string_view("\0\0\0aXc", 6));
    EXPECT_EQ(file->read_at(5, out).value(), 1U);
    EXPECT_EQ(file->read_at(6, out).value(), 0U);
    EXPECT_EQ(file->read_at(600, out).value(), 0U);
    ASSERT_TRUE(file->sync());
}

TYPED_TEST_P(FilesConformance, TruncateAndPreallocateSetTheSize) {
    const auto file = this->files_->open("f", store::OpenMode::write).value();
    ASSERT_TRUE(file->write_at(0, as_bytes("abcdef")));
    ASSERT_TRUE(file->truncate(2));
    ASSERT_TRUE(file->preallocate(2, 4));
    EXPECT_EQ(file->size().value(), 6U);
    Bytes out(6);
    EXPECT_EQ(file->read_at(0, out).value(), 6U);
    EXPECT_EQ(as_text(out), std::string_view("ab\0\0\0\0", 6));
    ASSERT_TRUE(file->preallocate(0, 3));
    EXPECT_EQ(file->size().value(), 6U);
}

TYPED_TEST_P(FilesConformance, OpenModesSayWhatMustExist) {
    using store::FileFault;
    EXPECT_EQ(this->files_->open("f", store::OpenMode::read).error().fault, FileFault::not_found);
    EXPECT_FALSE(this->files_->exists("f").value());
    ASSERT_TRUE(this->files_->open("f", store::OpenMode::create).has_value());
    EXPECT_TRUE(this->files_->exists("f").value());
    EXPECT_EQ(this->files_->open("f", store::OpenMode::create).error().fault, FileFault::exists);
    EXPECT_TRUE(this->files_->open("f", store::OpenMode::write).has_value());
    const auto reader = this->files_->open("f", store::OpenMode::read).value();
    EXPECT_FALSE(reader->write_at(0, as_bytes("x")).has_value());
    EXPECT_TRUE(reader->sync());
    const auto refused = this->files_->open("no/such/folder", store::OpenMode::write);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().fault, FileFault::not_found);
    EXPECT_NE(refused.error().message().find("no/such/folder: No such file or directory."), std::string::npos);
}

TYPED_TEST_P(FilesConformance, NamesAreListedSortedRenamedAndRemoved) {
    ASSERT_TRUE(this->files_->make_dir("d/e"));
    ASSERT_TRUE(this->files_->make_dir("d/e"));
    for (const char* name : {"d/b", "d/a", "d/c", "d/e/inner"}) {
        ASSERT_TRUE(store::write_file_atomically(*this->files_, name, as_bytes(name)));
    }
    EXPECT_EQ(this->files_->list("d").value(), (std::vector<std::string>{"a", "b", "c"}));
    ASSERT_TRUE(this->files_->rename("d/a", "d/b"));
    ASSERT_TRUE(this->files_->remove("d/c"));
    ASSERT_TRUE(this->files_->remove("d/c"));
    EXPECT_EQ(this->files_->list("d").value(), (std::vector<std::string>{"b"}));
    EXPECT_EQ(as_text(store::read_file(*this->files_, "d/b", 100).value()), "d/a");
    EXPECT_FALSE(store::read_file(*this->files_, "d/b", 2).has_value());
    EXPECT_FALSE(this->files_->rename("d/none", "d/x").has_value());
    EXPECT_EQ(this->files_->list("none").error().fault, store::FileFault::not_found);
    EXPECT_TRUE(this->files_->sync_dir("d"));
    EXPECT_GT(this->files_->free_space("d").value(), 0U);
}

TYPED_TEST_P(FilesConformance, AnOpenFileOutlivesItsName) {
    const auto file = this->files_->open("f", store::OpenMode::create).value();
    ASSERT_TRUE(file->write_at(0, as_bytes("still here")));
    ASSERT_TRUE(this->files_->remove("f"));
    Bytes out(10);
    EXPECT_EQ(file->read_at(0, out).value(), 10U);
    EXPECT_EQ(as_text(out), "still here");
}

REGISTER_TYPED_TEST_SUITE_P(FilesConformance, WhatIsWrittenIsReadGapsAreZeroAndEndsAreShort,
                            TruncateAndPreallocateSetTheSize, OpenModesSayWhatMustExist,
                            NamesAreListedSortedRenamedAndRemoved, AnOpenFileOutlivesItsName);

}  // namespace keel::testing
