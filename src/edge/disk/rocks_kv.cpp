#include "edge/disk/rocks_kv.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include "base/assert.hpp"

namespace keel::disk {

using store::Kv;
using store::KvBatch;
using store::KvError;
using store::KvFamily;
using store::KvFault;
using store::KvIngest;
using store::KvIterator;
using store::KvSnapshot;
using store::KvSync;
using store::KvValues;

namespace {

namespace fs = std::filesystem;
namespace rdb = rocksdb;

constexpr std::size_t kMiB = 1U << 20U;
// A table holds 8 bytes a key in memory while it is written (for its filter): this bounds an ingest.
constexpr std::size_t kKeysPerTable = 1U << 20U;
// Keys per call of MultiGet: bounds the pinned slices.
constexpr std::size_t kReadBatch = 256;

rdb::Slice slice(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

ByteSpan bytes_of(const rdb::Slice& s) { return as_bytes({s.data(), s.size()}); }

KvFault fault_of(const rdb::Status& status) {
    const std::string text = status.ToString();
    const auto says = [&](const char* part) { return text.find(part) != std::string::npos; };
    if (status.IsNoSpace() || says("No space left")) {
        return KvFault::full;
    }
    if (says("lock file") || says("lock hold")) {
        return KvFault::locked;
    }
    if (says("Read-only file system") || says("Permission denied")) {
        return KvFault::read_only;
    }
    // A table or log that the manifest names is gone.
    if (status.IsCorruption() || says("No such file")) {
        return KvFault::corrupt;
    }
    return status.IsInvalidArgument() || status.IsNotSupported() ? KvFault::unusable : KvFault::io;
}

KvError error_of(const rdb::Status& status, const char* operation, const std::string& path) {
    return {fault_of(status),
            std::string("Cannot ") + operation + " database " + path + ": " + status.ToString() + "."};
}

class RocksIterator final : public KvIterator {
public:
    RocksIterator(std::unique_ptr<rdb::Iterator> it, std::string path) : it_(std::move(it)), path_(std::move(path)) {}

    void seek(ByteSpan from) override {
        it_->Seek(slice(from));
        note_error();
    }
    void next() override {
        KEEL_ASSERT(valid());
        it_->Next();
        note_error();
    }
    [[nodiscard]] bool valid() const override { return it_->Valid(); }
    [[nodiscard]] const std::optional<KvError>& error() const override { return error_; }
    [[nodiscard]] ByteSpan key() const override { return bytes_of(it_->key()); }
    [[nodiscard]] ByteSpan value() const override { return bytes_of(it_->value()); }

private:
    void note_error() {
        if (!it_->Valid() && !it_->status().ok()) {
            error_ = error_of(it_->status(), "read", path_);
        }
    }

    std::unique_ptr<rdb::Iterator> it_;
    std::string path_;
    std::optional<KvError> error_;
};

// The database with its column families; closed when the last user is gone.
struct Database {
    std::string path;
    std::unique_ptr<rdb::DB> db;
    std::vector<rdb::ColumnFamilyHandle*> families;
    std::vector<rdb::ColumnFamilyOptions> family_options;
    rdb::DBOptions options;
    std::uint64_t tables_staged = 0;

    Database() = default;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() {
        if (db != nullptr) {
            rdb::CancelAllBackgroundWork(db.get(), true);
            for (rdb::ColumnFamilyHandle* family : families) {
                db->DestroyColumnFamilyHandle(family);
            }
        }
    }

    [[nodiscard]] rdb::ColumnFamilyHandle* family(KvFamily id) const {
        const auto index = static_cast<std::size_t>(id);
        KEEL_ASSERT(index < families.size());
        return families[index];
    }
    [[nodiscard]] fs::path staging() const { return fs::path(path) / "staging"; }

    [[nodiscard]] Result<std::optional<Bytes>, KvError> get(const rdb::ReadOptions& how, KvFamily id,
                                                            ByteSpan key) const {
        rdb::PinnableSlice value;
        const rdb::Status status = db->Get(how, family(id), slice(key), &value);
        if (status.IsNotFound()) {
            return std::nullopt;
        }
        if (!status.ok()) {
            return Failure(error_of(status, "read", path));
        }
        return to_bytes(bytes_of(value));
    }
    [[nodiscard]] std::unique_ptr<KvIterator> iterate(const rdb::ReadOptions& how, KvFamily id) const {
        return std::make_unique<RocksIterator>(std::unique_ptr<rdb::Iterator>(db->NewIterator(how, family(id))), path);
    }
};

class RocksSnapshot final : public KvSnapshot {
public:
    explicit RocksSnapshot(const Database& database) : database_(database), snapshot_(database.db->GetSnapshot()) {}
    RocksSnapshot(const RocksSnapshot&) = delete;
    RocksSnapshot& operator=(const RocksSnapshot&) = delete;
    ~RocksSnapshot() override { database_.db->ReleaseSnapshot(snapshot_); }

    [[nodiscard]] Result<std::optional<Bytes>, KvError> get(KvFamily family, ByteSpan key) const override {
        return database_.get(options(), family, key);
    }
    [[nodiscard]] std::unique_ptr<KvIterator> iterate(KvFamily family) const override {
        rdb::ReadOptions how = options();
        how.readahead_size = 2 * kMiB;
        how.fill_cache = false;
        return database_.iterate(how, family);
    }

private:
    [[nodiscard]] rdb::ReadOptions options() const {
        rdb::ReadOptions how;
        how.snapshot = snapshot_;
        return how;
    }

    const Database& database_;
    const rdb::Snapshot* snapshot_;
};

class RocksIngest final : public KvIngest {
public:
    explicit RocksIngest(Database& database) : database_(database), tables_(database.families.size()) {}
    RocksIngest(const RocksIngest&) = delete;
    RocksIngest& operator=(const RocksIngest&) = delete;
    ~RocksIngest() override {
        for (Tables& tables : tables_) {
            tables.writer.reset();
            for (const std::string& file : tables.files) {
                std::error_code ignored;
                fs::remove(file, ignored);
            }
        }
    }

    [[nodiscard]] Result<void, KvError> put(KvFamily family, ByteSpan key, ByteSpan value) override {
        KEEL_TRY(rdb::SstFileWriter* const writer, writer_for(family, key));
        return check(writer->Put(slice(key), slice(value)));
    }
    [[nodiscard]] Result<void, KvError> remove(KvFamily family, ByteSpan key) override {
        KEEL_TRY(rdb::SstFileWriter* const writer, writer_for(family, key));
        return check(writer->Delete(slice(key)));
    }

    [[nodiscard]] Result<void, KvError> commit() override {
        KEEL_ASSERT(!committed_);
        committed_ = true;
        std::vector<rdb::IngestExternalFileArg> args;
        for (std::size_t i = 0; i < tables_.size(); ++i) {
            KEEL_CHECK(finish(tables_[i]));
            if (!tables_[i].files.empty()) {
                rdb::IngestExternalFileArg& arg = args.emplace_back();
                arg.column_family = database_.families[i];
                arg.external_files = tables_[i].files;
                arg.options.move_files = true;
                arg.options.failed_move_fall_back_to_copy = true;
                arg.options.write_global_seqno = false;
            }
        }
        // What was written before must not be missing where this is present.
        KEEL_CHECK(check(database_.db->FlushWAL(true)));
        return args.empty() ? Result<void, KvError>{} : check(database_.db->IngestExternalFiles(args));
    }

private:
    struct Tables {
        std::unique_ptr<rdb::SstFileWriter> writer;
        std::size_t keys = 0;  // in the table being written
        std::vector<std::string> files;
        Bytes last_key;
    };

    [[nodiscard]] Result<rdb::SstFileWriter*, KvError> writer_for(KvFamily family, ByteSpan key) {
        KEEL_ASSERT(!committed_);
        Tables& tables = tables_[static_cast<std::size_t>(family)];
        KEEL_ASSERT((tables.writer == nullptr && tables.files.empty()) || compare(tables.last_key, key) < 0);
        tables.last_key.assign(key.begin(), key.end());
        if (tables.keys >= kKeysPerTable) {
            KEEL_CHECK(finish(tables));
        }
        if (tables.writer == nullptr) {
            KEEL_CHECK(begin(tables, static_cast<std::size_t>(family)));
        }
        ++tables.keys;
        return tables.writer.get();
    }

    // A name that was never used: RocksDB links the staged file into place, so writing to an old name again would
    // truncate live data.
    [[nodiscard]] Result<void, KvError> begin(Tables& tables, std::size_t family) {
        std::error_code ignored;
        fs::create_directory(database_.staging(), ignored);
        std::string file;
        do {
            file = database_.staging() / ("table" + std::to_string(++database_.tables_staged) + ".sst");
            fs::remove(file, ignored);
        } while (fs::exists(file, ignored));
        const rdb::Options options(database_.options, database_.family_options[family]);
        tables.writer =
            std::make_unique<rdb::SstFileWriter>(rdb::EnvOptions(options), options, database_.families[family]);
        tables.keys = 0;
        tables.files.push_back(file);
        return check(tables.writer->Open(file));
    }

    [[nodiscard]] Result<void, KvError> finish(Tables& tables) {
        if (tables.writer == nullptr) {
            return {};
        }
        const rdb::Status status = tables.writer->Finish();
        tables.writer.reset();
        tables.keys = 0;
        return check(status);
    }

    [[nodiscard]] Result<void, KvError> check(const rdb::Status& status) const {
        if (!status.ok()) {
            return Failure(error_of(status, "write", database_.path));
        }
        return {};
    }

    Database& database_;
    std::vector<Tables> tables_;
    bool committed_ = false;
};

class RocksKv final : public Kv {
public:
    explicit RocksKv(std::unique_ptr<Database> database) : database_(std::move(database)) {}

    [[nodiscard]] Result<std::optional<Bytes>, KvError> get(KvFamily family, ByteSpan key) const override {
        return database_->get({}, family, key);
    }

    [[nodiscard]] Result<void, KvError> get_many(KvFamily family, std::span<const ByteSpan> keys,
                                                 KvValues& out) const override {
        out.clear();
        std::array<rdb::Slice, kReadBatch> slices;
        std::array<rdb::PinnableSlice, kReadBatch> values;
        std::array<rdb::Status, kReadBatch> statuses;
        const bool sorted = std::ranges::is_sorted(keys, [](ByteSpan a, ByteSpan b) { return compare(a, b) < 0; });
        for (std::size_t at = 0; at < keys.size(); at += kReadBatch) {
            const auto part = keys.subspan(at, std::min(kReadBatch, keys.size() - at));
            std::ranges::transform(part, slices.begin(), slice);
            database_->db->MultiGet({}, database_->family(family), part.size(), slices.data(), values.data(),
                                    statuses.data(), sorted);
            for (std::size_t i = 0; i < part.size(); ++i) {
                KEEL_CHECK(take(statuses[i], values[i], out));
                values[i].Reset();
            }
        }
        return {};
    }

    [[nodiscard]] std::unique_ptr<KvSnapshot> snapshot() const override {
        return std::make_unique<RocksSnapshot>(*database_);
    }

    [[nodiscard]] std::uint64_t approximate_size(KvFamily family) const override {
        std::uint64_t total = 0;
        for (const auto& property :
             {rdb::DB::Properties::kLiveSstFilesSize, rdb::DB::Properties::kCurSizeAllMemTables}) {
            std::uint64_t bytes = 0;
            database_->db->GetIntProperty(database_->family(family), property, &bytes);
            total += bytes;
        }
        return total;
    }

    [[nodiscard]] Result<void, KvError> write(const KvBatch& batch, KvSync sync) override {
        rdb::WriteBatch changes;
        batch.for_each([&](const KvBatch::Entry& entry) {
            rdb::ColumnFamilyHandle* const family = database_->family(entry.family);
            const rdb::Status status = entry.value ? changes.Put(family, slice(entry.key), slice(*entry.value))
                                                   : changes.Delete(family, slice(entry.key));
            KEEL_ASSERT(status.ok());
        });
        rdb::WriteOptions how;
        how.sync = sync == KvSync::yes;
        return check(database_->db->Write(how, &changes));
    }

    [[nodiscard]] Result<void, KvError> sync() override { return check(database_->db->FlushWAL(true)); }

    [[nodiscard]] std::unique_ptr<KvIngest> begin_ingest() override {
        return std::make_unique<RocksIngest>(*database_);
    }

private:
    [[nodiscard]] Result<void, KvError> take(const rdb::Status& status, const rdb::Slice& value, KvValues& out) const {
        if (status.ok()) {
            out.add(bytes_of(value));
        } else if (status.IsNotFound()) {
            out.add_missing();
        } else {
            return Failure(error_of(status, "read", database_->path));
        }
        return {};
    }
    [[nodiscard]] Result<void, KvError> check(const rdb::Status& status) const {
        if (!status.ok()) {
            return Failure(error_of(status, "write", database_->path));
        }
        return {};
    }

    std::unique_ptr<Database> database_;
};

rdb::DBOptions db_options(const RocksOptions& options) {
    rdb::DBOptions out;
    out.create_if_missing = true;
    out.create_missing_column_families = true;
    out.max_open_files = -1;
    out.bytes_per_sync = kMiB;
    out.wal_bytes_per_sync = kMiB;
    out.max_background_jobs = std::max(2, options.background_threads + 1);
    out.db_write_buffer_size = std::max(options.memory / 2, kMiB);
    out.max_total_wal_size = 4 * out.db_write_buffer_size;
    out.skip_stats_update_on_db_open = true;
    out.stats_dump_period_sec = 0;
    out.stats_persist_period_sec = 0;
    out.info_log_level = rdb::InfoLogLevel::WARN_LEVEL;
    out.max_log_file_size = kMiB;
    out.keep_log_file_num = 2;
    return out;
}

rdb::ColumnFamilyOptions family_options(const RocksOptions& options, const std::shared_ptr<rdb::Cache>& cache) {
    rdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.checksum = rdb::kXXH3;
    table.block_size = 4096;
    table.format_version = 5;
    rdb::ColumnFamilyOptions out;
    out.compression = rdb::kNoCompression;
    out.write_buffer_size = std::max(options.memory / 4, kMiB / 2);
    out.level_compaction_dynamic_level_bytes = true;
    if (options.profile == RocksProfile::coins) {
        table.filter_policy.reset(rdb::NewBloomFilterPolicy(10));
        table.whole_key_filtering = true;
        table.data_block_index_type = rdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
        table.data_block_hash_table_util_ratio = 0.75;
        // A generation arrives as several tables that do not overlap each other: they count as one for a reader.
        out.level0_file_num_compaction_trigger = 12;
        out.level0_slowdown_writes_trigger = 64;
        out.level0_stop_writes_trigger = 128;
    }
    out.table_factory.reset(rdb::NewBlockBasedTableFactory(table));
    return out;
}

KvError folder_error(const std::error_code& code, const char* operation, const std::string& path) {
    const bool full = code == std::errc::no_space_on_device;
    const bool read_only = code == std::errc::read_only_file_system || code == std::errc::permission_denied;
    const KvFault fault = full ? KvFault::full : read_only ? KvFault::read_only : KvFault::io;
    return {fault, std::string("Cannot ") + operation + " database folder " + path + ": " + code.message() + "."};
}

Result<void, KvError> prepare_folder(const RocksOptions& options) {
    std::error_code code;
    if (options.wipe) {
        fs::remove_all(options.path, code);
        if (code) {
            return Failure(folder_error(code, "empty", options.path));
        }
    }
    fs::create_directories(options.path, code);
    if (code) {
        return Failure(folder_error(code, "create", options.path));
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Kv>, KvError> open_rocks(const RocksOptions& options) {
    KEEL_CHECK(prepare_folder(options));
    auto database = std::make_unique<Database>();
    database->path = options.path;
    database->options = db_options(options);
    const auto cache = rdb::NewLRUCache(options.memory / 2, 4);
    const auto per_family = family_options(options, cache);
    std::vector<rdb::ColumnFamilyDescriptor> wanted{{rdb::kDefaultColumnFamilyName, rdb::ColumnFamilyOptions()}};
    for (const std::string& name : options.families) {
        wanted.emplace_back(name, per_family);
        database->family_options.push_back(per_family);
    }
    std::vector<rdb::ColumnFamilyHandle*> handles;
    rdb::DB* db = nullptr;
    const rdb::Status status = rdb::DB::Open(database->options, options.path, wanted, &handles, &db);
    if (!status.ok()) {
        return Failure(error_of(status, "open", options.path));
    }
    database->db.reset(db);
    db->DestroyColumnFamilyHandle(handles.front());
    database->families.assign(handles.begin() + 1, handles.end());
    std::error_code ignored;
    fs::remove_all(database->staging(), ignored);
    return std::make_unique<RocksKv>(std::move(database));
}

}  // namespace keel::disk
