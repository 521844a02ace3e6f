#include "engine/store/block_files.hpp"

#include <bit>

#include "base/assert.hpp"
#include "crypto/sha256.hpp"
#include "rules/primitives/block.hpp"

namespace keel::store {

namespace {

constexpr std::size_t kChecksum = 32;

std::string numbered(const char* prefix, std::uint32_t file) {
    std::string digits = std::to_string(file);
    digits.insert(0, digits.size() < 5 ? 5 - digits.size() : 0, '0');
    return prefix + digits + ".dat";
}

RawHash undo_checksum(const BlockHash& previous, ByteSpan payload) {
    return crypto::sha256(crypto::Sha256().write(previous.span()).write(payload).finish().span());
}

}  // namespace

StoreError StoreError::damaged(std::string text) {
    StoreError out;
    out.text = std::move(text);
    return out;
}

void apply_xor(MutableByteSpan data, std::uint64_t offset, const XorKey& key) {
    const auto word = std::rotr(load_le<std::uint64_t>(key.data()), static_cast<int>(offset % 8 * 8));
    if (word == 0) {
        return;
    }
    std::size_t at = 0;
    for (; at + 8 <= data.size(); at += 8) {
        store_le(&data[at], load_le<std::uint64_t>(&data[at]) ^ word);
    }
    for (; at < data.size(); ++at) {
        data[at] ^= key[(offset + at) % 8];
    }
}

std::string block_file_name(std::uint32_t file) { return numbered("blk", file); }
std::string undo_file_name(std::uint32_t file) { return numbered("rev", file); }

StoreResult<XorKey> open_xor_key(Files& files, const std::string& dir, const XorKey& fresh) {
    KEEL_CHECK(files.make_dir(dir));
    const std::string path = dir + "/xor.dat";
    KEEL_TRY(const bool stored, files.exists(path));
    if (stored) {
        KEEL_TRY(const Bytes content, read_file(files, path, sizeof(XorKey)));
        if (content.size() != sizeof(XorKey)) {
            return Failure(StoreError::damaged("The file " + path + " is not the 8 bytes of an XOR key."));
        }
        XorKey key;
        std::ranges::copy(content, key.begin());
        if (fresh == XorKey{} && key != XorKey{}) {
            return Failure(StoreError::damaged("Block files cannot be read without XOR: " + path +
                                               " holds a key that they are stored with."));
        }
        return key;
    }
    KEEL_TRY(const bool has_blocks, files.exists(dir + '/' + block_file_name(0)));
    const XorKey key = has_blocks ? XorKey{} : fresh;
    KEEL_CHECK(write_file_atomically(files, path, key));
    return key;
}

BlockReader::BlockReader(Files& files, BlockFilesOptions options, const XorKey& key)
    : files_(&files), options_(std::move(options)), key_(key) {}

StoreResult<Bytes> BlockReader::read_block(FilePos pos) const {
    KEEL_TRY(const std::uint32_t length, read_length(Kind::block, pos, 0));
    Bytes raw(length);
    KEEL_CHECK(read(Kind::block, pos, raw));
    return raw;
}

StoreResult<Bytes> BlockReader::read_part(FilePos pos, std::uint32_t offset, std::uint32_t length) const {
    KEEL_TRY(const std::uint32_t whole, read_length(Kind::block, pos, 0));
    if (offset > whole || length > whole - offset) {
        return Failure(StoreError::damaged("The block at " + block_file_name(pos.file) + ":" +
                                           std::to_string(pos.offset) + " is shorter than the part asked for."));
    }
    Bytes part(length);
    KEEL_CHECK(read(Kind::block, {pos.file, pos.offset + offset}, part));
    return part;
}

StoreResult<SpentCoins> BlockReader::read_undo(FilePos pos, const BlockHash& previous) const {
    KEEL_TRY(const std::uint32_t length, read_length(Kind::undo, pos, kChecksum));
    Bytes record(length + kChecksum);
    KEEL_CHECK(read(Kind::undo, pos, record));
    const ByteSpan payload = ByteSpan(record).first(length);
    auto coins = SpentCoins::decode(payload);
    if (!coins || !equal(undo_checksum(previous, payload).span(), ByteSpan(record).last(kChecksum))) {
        return Failure(StoreError::damaged("The undo record at " + undo_file_name(pos.file) + ":" +
                                           std::to_string(pos.offset) + " is damaged (checksum)."));
    }
    return *std::move(coins);
}

void BlockReader::forget(std::uint32_t file) {
    open_.erase({Kind::block, file});
    open_.erase({Kind::undo, file});
}

FileResult<const File*> BlockReader::file(Kind kind, std::uint32_t number) const {
    const std::pair key(kind, number);
    if (const auto found = open_.find(key); found != open_.end()) {
        return found->second.get();
    }
    const std::string name = kind == Kind::block ? block_file_name(number) : undo_file_name(number);
    KEEL_TRY(auto opened, files_->open(options_.dir + '/' + name, OpenMode::read));
    if (open_.size() >= kOpenMax) {
        open_.clear();
    }
    return (open_[key] = std::move(opened)).get();
}

StoreResult<void> BlockReader::read(Kind kind, FilePos from, MutableByteSpan out) const {
    KEEL_TRY(const File* const source, file(kind, from.file));
    KEEL_TRY(const std::size_t got, source->read_at(from.offset, out));
    if (got != out.size()) {
        const std::string name = kind == Kind::block ? block_file_name(from.file) : undo_file_name(from.file);
        return Failure(StoreError::damaged("The file " + name + " ends before what should be at " +
                                           std::to_string(from.offset) + "."));
    }
    apply_xor(out, from.offset, key_);
    return {};
}

StoreResult<std::uint32_t> BlockReader::read_length(Kind kind, FilePos pos, std::size_t trailer) const {
    const std::string name = kind == Kind::block ? block_file_name(pos.file) : undo_file_name(pos.file);
    const auto damaged = [&](const char* what) {
        return Failure(StoreError::damaged("The file " + name + " has no record at " + std::to_string(pos.offset) +
                                           ": " + what + "."));
    };
    if (pos.offset < kRecordHeader) {
        return damaged("the position is too small");
    }
    std::array<std::byte, kRecordHeader> header;
    KEEL_CHECK(read(kind, {pos.file, pos.offset - static_cast<std::uint32_t>(kRecordHeader)}, header));
    if (!equal(ByteSpan(header).first(4), options_.magic)) {
        return damaged("wrong magic");
    }
    const auto length = load_le<std::uint32_t>(&header[4]);
    if (length > (kind == Kind::block ? primitives::kMaxBlockBytes : kMaxUndoBytes)) {
        return damaged("impossible length");
    }
    KEEL_TRY(const File* const source, file(kind, pos.file));
    KEEL_TRY(const std::uint64_t size, source->size());
    if (pos.offset + std::uint64_t{length} + trailer > size) {
        return damaged("the file ends within it");
    }
    return length;
}

StoreResult<void> SyncJob::run(Files& files) const {
    for (const std::string& path : paths_) {
        const auto file = files.open(path, OpenMode::read);
        if (!file && file.error().fault == FileFault::not_found) {
            continue;
        }
        if (!file) {
            return Failure(StoreError(file.error()));
        }
        KEEL_CHECK((*file)->sync());
    }
    if (!dir_.empty()) {
        KEEL_CHECK(files.sync_dir(dir_));
    }
    return {};
}

BlockFiles::BlockFiles(Files& files, BlockFilesOptions options, const XorKey& key)
    : files_(&files), options_(options), key_(key), reader_(files, std::move(options), key) {}

StoreResult<BlockFiles> BlockFiles::open(Files& files, BlockFilesOptions options, const XorKey& key,
                                         const std::map<std::uint32_t, Ends>& known) {
    KEEL_CHECK(files.make_dir(options.dir));
    BlockFiles out(files, std::move(options), key);
    for (const auto& [file, ends] : known) {
        out.blocks_[file].end = ends.block;
        out.undos_[file].end = ends.undo;
        out.newest_ = std::max(out.newest_, file);
    }
    out.blocks_.try_emplace(out.newest_);
    return out;
}

StoreResult<FilePos> BlockFiles::write_block(ByteSpan raw) {
    KEEL_ASSERT(raw.size() <= primitives::kMaxBlockBytes);
    const std::uint64_t used = blocks_[newest_].end;
    if (used > 0 && used + kRecordHeader + raw.size() > options_.file_max) {
        KEEL_CHECK(close(blocks_[newest_]));
        ++newest_;
        blocks_[newest_].end = 0;
    }
    frame(raw);
    KEEL_TRY(const std::uint32_t offset, append(blocks_[newest_], block_file_name(newest_), kBlockChunk));
    return FilePos{newest_, offset};
}

StoreResult<WrittenUndo> BlockFiles::write_undo(std::uint32_t block_file, const SpentCoins& coins,
                                                const BlockHash& previous) {
    Bytes payload;
    coins.encode(payload);
    frame(payload);
    keel::append(scratch_, undo_checksum(previous, payload).span());
    KEEL_TRY(const std::uint32_t offset, append(undos_[block_file], undo_file_name(block_file), kUndoChunk));
    return WrittenUndo{{block_file, offset}, static_cast<std::uint32_t>(payload.size() + kChecksum)};
}

void BlockFiles::frame(ByteSpan payload) {
    std::array<std::byte, kRecordHeader> header;
    std::ranges::copy(options_.magic, header.begin());
    store_le(&header[4], static_cast<std::uint32_t>(payload.size()));
    scratch_.assign(header.begin(), header.end());
    keel::append(scratch_, payload);
}

FileResult<std::uint32_t> BlockFiles::append(Segment& segment, const std::string& name, std::uint64_t chunk) {
    KEEL_CHECK(open_for_writing(segment, name));
    const std::uint64_t needed = segment.end + scratch_.size();
    if (options_.preallocate && needed > segment.reserved) {
        const std::uint64_t reserve = (needed + chunk - 1) / chunk * chunk;
        KEEL_CHECK(segment.handle->preallocate(segment.reserved, reserve - segment.reserved));
        segment.reserved = reserve;
    }
    apply_xor(scratch_, segment.end, key_);
    segment.dirty = true;
    KEEL_CHECK(segment.handle->write_at(segment.end, scratch_));
    const auto offset = static_cast<std::uint32_t>(segment.end + kRecordHeader);
    segment.end = needed;
    segment.reserved = std::max(segment.reserved, needed);
    return offset;
}

FileResult<void> BlockFiles::open_for_writing(Segment& segment, const std::string& name) {
    if (segment.handle != nullptr) {
        return {};
    }
    KEEL_TRY(auto handle, files_->open(path(name), OpenMode::write));
    KEEL_TRY(const std::uint64_t size, handle->size());
    // What a crash may have left behind the last known record.
    if (size > segment.end) {
        KEEL_CHECK(handle->truncate(segment.end));
    }
    names_dirty_ = names_dirty_ || size == 0;
    segment.reserved = std::min(size, segment.end);
    segment.handle = std::move(handle);
    return {};
}

FileResult<void> BlockFiles::close(Segment& segment) {
    if (segment.handle != nullptr && segment.reserved > segment.end) {
        KEEL_CHECK(segment.handle->truncate(segment.end));
        segment.reserved = segment.end;
        segment.dirty = true;
    }
    segment.handle.reset();
    return {};
}

SyncJob BlockFiles::take_unsynced() {
    std::vector<std::string> paths;
    const auto take = [&](std::map<std::uint32_t, Segment>& segments, auto name) {
        for (auto& [file, segment] : segments) {
            if (std::exchange(segment.dirty, false)) {
                paths.push_back(path(name(file)));
            }
        }
    };
    take(blocks_, block_file_name);
    take(undos_, undo_file_name);
    return {std::exchange(names_dirty_, false) ? options_.dir : std::string(), std::move(paths)};
}

StoreResult<std::optional<FoundBlock>> BlockFiles::scan_tail() {
    while (true) {
        Segment& segment = blocks_[newest_];
        KEEL_ASSERT(segment.handle == nullptr);
        const FilePos pos{newest_, static_cast<std::uint32_t>(segment.end + kRecordHeader)};
        KEEL_TRY(const bool here, files_->exists(path(block_file_name(newest_))));
        auto raw = here ? reader_.read_block(pos) : StoreResult<Bytes>(Failure(StoreError::damaged("")));
        if (raw && raw->size() > primitives::Header::kSize) {
            segment.end = std::uint64_t{pos.offset} + raw->size();
            return FoundBlock{*std::move(raw), pos};
        }
        if (!raw && raw.error().fault == StoreFault::file) {
            return Failure(std::move(raw).error());
        }
        KEEL_TRY(const bool more, files_->exists(path(block_file_name(newest_ + 1))));
        if (!more) {
            return std::nullopt;
        }
        blocks_[++newest_];
    }
}

StoreResult<void> BlockFiles::remove_file(std::uint32_t file) {
    KEEL_ASSERT(file != newest_);
    for (const auto& [segments, name] :
         {std::pair(&blocks_, block_file_name(file)), std::pair(&undos_, undo_file_name(file))}) {
        segments->erase(file);
        KEEL_CHECK(files_->remove(path(name)));
    }
    reader_.forget(file);
    names_dirty_ = true;
    return {};
}

StoreResult<void> BlockFiles::finish() {
    for (auto* const segments : {&blocks_, &undos_}) {
        for (auto& [file, segment] : *segments) {
            KEEL_CHECK(close(segment));
        }
    }
    return sync();
}

std::uint64_t BlockFiles::bytes_on_disk() const {
    std::uint64_t total = 0;
    for (const auto* const segments : {&blocks_, &undos_}) {
        for (const auto& [file, segment] : *segments) {
            total += segment.end;
        }
    }
    return total;
}

std::uint64_t BlockFiles::file_bytes(std::uint32_t file) const {
    const auto size = [&](const std::map<std::uint32_t, Segment>& segments) {
        const auto found = segments.find(file);
        return found == segments.end() ? 0 : found->second.end;
    };
    return size(blocks_) + size(undos_);
}

}  // namespace keel::store
