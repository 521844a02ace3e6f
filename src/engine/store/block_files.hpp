// Block and undo files in Bitcoin Core's format: append-only segments blkNNNNN.dat and revNNNNN.dat of up to 128 MiB.
//
// A block record is magic, u32 length, block. An undo record is magic, u32 length, payload, and the double SHA-256 of
// (previous block hash, payload). A position is where the payload starts, as Core counts. Every byte is XORed with an
// 8-byte key by its offset; the key is blocks/xor.dat (all zero: none).
//
// A block's undo record is in the rev file of the same number. Files are reserved in chunks (16 MiB and 1 MiB), cut to
// their content when the next file is begun. What was written is durable after sync(); the owner calls it before it
// commits coins or index records that depend on it.
//
// After a crash the end of the newest files may be torn or zero. open() continues behind the last record that the
// caller's index knows; what lies beyond is overwritten. scan_tail() finds whole blocks there, for callers that want
// them back.
//
// Owned by the validation thread. Reading from other threads: each makes its own BlockReader.
#pragma once

#include <map>

#include "engine/store/files.hpp"
#include "engine/store/undo.hpp"

namespace keel::store {

using Magic = std::array<std::byte, 4>;
using XorKey = std::array<std::byte, 8>;

inline constexpr std::uint64_t kBlockFileMax = 128ULL << 20U;
inline constexpr std::uint64_t kBlockChunk = 16ULL << 20U;
inline constexpr std::uint64_t kUndoChunk = 1ULL << 20U;
inline constexpr std::size_t kRecordHeader = 8;
// No undo payload of a valid block is larger: every input of at least 41 bytes spends at most one 10,000-byte script.
inline constexpr std::size_t kMaxUndoBytes = 1ULL << 30U;

struct FilePos {
    std::uint32_t file = 0;
    std::uint32_t offset = 0;  // of the payload
    auto operator<=>(const FilePos&) const = default;
};

enum class StoreFault : std::uint8_t {
    file,     // the system refused: see file
    damaged,  // what is there is not what was written
};
struct StoreError {
    StoreError() = default;
    StoreError(const FileError& error)  // NOLINT(google-explicit-constructor): refusals pass through KEEL_TRY
        : fault(StoreFault::file), file(error), text(error.message()) {}
    static StoreError damaged(std::string text);

    StoreFault fault = StoreFault::damaged;
    FileError file;    // when fault is file
    std::string text;  // one sentence
};
template <class T>
using StoreResult = Result<T, StoreError>;

// XORs `data`, which lies at `offset` of its file.
void apply_xor(MutableByteSpan data, std::uint64_t offset, const XorKey& key);
// "blk00012.dat" / "rev00012.dat".
std::string block_file_name(std::uint32_t file);
std::string undo_file_name(std::uint32_t file);

struct BlockFilesOptions {
    std::string dir;  // ".../blocks"
    Magic magic{};
    std::uint64_t file_max = kBlockFileMax;  // -fastprune makes it small
    bool preallocate = true;
};

// Reads the key of an existing folder, or decides it for a new one: `fresh` when there is no block file and no key yet
// (all zero for -blocksxor=0), else zero; and writes xor.dat. Refuses a `fresh` of zero with a stored key that is not.
[[nodiscard]] StoreResult<XorKey> open_xor_key(Files& files, const std::string& dir, const XorKey& fresh);

// Reads records; keeps a few files open. One thread each.
class BlockReader {
public:
    BlockReader(Files& files, BlockFilesOptions options, const XorKey& key);

    // The block at a position: magic and length (at most 4,000,000) are checked, contents are the caller's to check.
    [[nodiscard]] StoreResult<Bytes> read_block(FilePos pos) const;
    // Part of a block: [offset, offset + length) must lie within it.
    [[nodiscard]] StoreResult<Bytes> read_part(FilePos pos, std::uint32_t offset, std::uint32_t length) const;
    // Undo data, checked against its checksum; `previous` is the hash of the block's parent.
    [[nodiscard]] StoreResult<SpentCoins> read_undo(FilePos pos, const BlockHash& previous) const;
    // Forgets open handles of a file that was pruned or truncated.
    void forget(std::uint32_t file);

private:
    enum class Kind : bool { block, undo };
    static constexpr std::size_t kOpenMax = 16;

    [[nodiscard]] FileResult<const File*> file(Kind kind, std::uint32_t number) const;
    // Fills `out` from an offset of a file; too short a file is damage.
    [[nodiscard]] StoreResult<void> read(Kind kind, FilePos from, MutableByteSpan out) const;
    // The length that a record's frame says, checked against its limit and what the file has, `trailer` included.
    [[nodiscard]] StoreResult<std::uint32_t> read_length(Kind kind, FilePos pos, std::size_t trailer) const;

    Files* files_;
    BlockFilesOptions options_;
    XorKey key_;
    mutable std::map<std::pair<Kind, std::uint32_t>, std::unique_ptr<File>> open_;
};

// One block found beyond what the index knew.
struct FoundBlock {
    Bytes raw;
    FilePos pos;
};

struct WrittenUndo {
    FilePos pos;
    std::uint32_t size = 0;  // from the payload on, checksum included
};

// Syncs files by name, and their folder when names changed; shares nothing with the BlockFiles it came from.
class SyncJob {
public:
    SyncJob() = default;
    // An empty `dir` is not synced.
    SyncJob(std::string dir, std::vector<std::string> paths) : dir_(std::move(dir)), paths_(std::move(paths)) {}
    [[nodiscard]] bool empty() const { return dir_.empty() && paths_.empty(); }
    // Any thread. A file that was pruned meanwhile is no error.
    [[nodiscard]] StoreResult<void> run(Files& files) const;

private:
    std::string dir_;
    std::vector<std::string> paths_;
};

class BlockFiles {
public:
    // Ends of what the index knows, per file number: one past the last byte of the last block and undo record.
    struct Ends {
        std::uint64_t block = 0;
        std::uint64_t undo = 0;
    };
    [[nodiscard]] static StoreResult<BlockFiles> open(Files& files, BlockFilesOptions options, const XorKey& key,
                                                      const std::map<std::uint32_t, Ends>& known);

    BlockFiles(BlockFiles&&) = default;
    BlockFiles& operator=(BlockFiles&&) = default;

    [[nodiscard]] StoreResult<FilePos> write_block(ByteSpan raw);
    // Undo of a block that is in `block_file`.
    [[nodiscard]] StoreResult<WrittenUndo> write_undo(std::uint32_t block_file, const SpentCoins& coins,
                                                      const BlockHash& previous);
    // What was written since the last call, as a job that makes it durable on another thread (a sync can take half a
    // second, which the validation thread must not wait for). It runs before what depends on those files is written;
    // when it fails nothing may be taken for durable and the node stops.
    [[nodiscard]] SyncJob take_unsynced();
    // The same at once. Costs nothing when nothing was written.
    [[nodiscard]] StoreResult<void> sync() { return take_unsynced().run(*files_); }

    // Whole records that follow the known end of the newest known file without a gap, and those of later files, in
    // order; each is reported once. They may be torn inside: the caller checks them. Call before the first write; what
    // was reported stays, and writing continues behind it.
    [[nodiscard]] StoreResult<std::optional<FoundBlock>> scan_tail();

    // Deletes both files of a number (pruning). Must not be the newest.
    [[nodiscard]] StoreResult<void> remove_file(std::uint32_t file);
    // Cuts reserved space off the open files: on a clean stop.
    [[nodiscard]] StoreResult<void> finish();

    [[nodiscard]] std::uint32_t newest_file() const { return newest_; }
    // Bytes of records in all files, blocks and undo.
    [[nodiscard]] std::uint64_t bytes_on_disk() const;
    [[nodiscard]] std::uint64_t file_bytes(std::uint32_t file) const;
    [[nodiscard]] const BlockReader& reader() const { return reader_; }
    [[nodiscard]] BlockReader make_reader() const { return {*files_, options_, key_}; }

private:
    struct Segment {
        std::unique_ptr<File> handle;  // open while written to
        std::uint64_t end = 0;         // of records
        std::uint64_t reserved = 0;    // size of the file
        bool dirty = false;            // written to since the last sync
    };
    BlockFiles(Files& files, BlockFilesOptions options, const XorKey& key);

    // Appends scratch_, a framed record, and returns where its payload is.
    [[nodiscard]] FileResult<std::uint32_t> append(Segment& segment, const std::string& name, std::uint64_t chunk);
    [[nodiscard]] FileResult<void> open_for_writing(Segment& segment, const std::string& name);
    // Cuts reserved space off and lets go of the file; it stays dirty until the next sync.
    [[nodiscard]] FileResult<void> close(Segment& segment);
    [[nodiscard]] std::string path(const std::string& name) const { return options_.dir + '/' + name; }
    void frame(ByteSpan payload);

    Files* files_;
    BlockFilesOptions options_;
    XorKey key_;
    BlockReader reader_;
    std::map<std::uint32_t, Segment> blocks_;
    std::map<std::uint32_t, Segment> undos_;
    std::uint32_t newest_ = 0;
    bool names_dirty_ = false;
    Bytes scratch_;
};

}  // namespace keel::store
