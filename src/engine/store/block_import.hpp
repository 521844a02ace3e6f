// BlockScanner: finds blocks in a file of magic-delimited records: blkNNNNN.dat of any node, bootstrap.dat, another
// datadir's blocks folder. Resynchronizes after garbage, zeros and torn records.
//
// A record counts as a block when the magic is followed by a length of 81 to 4,000,000 bytes that the file still has;
// whether those bytes are a block is the caller's to say: after reject() the scan continues right behind the magic of
// the record just returned instead of behind the record.
//
// Memory: one window, and what a block needs. One pass; next() reads each byte once, next_header() leaves the rest of
// the blocks out. Owned by one thread.
#pragma once

#include "engine/store/block_files.hpp"
#include "rules/primitives/header.hpp"

namespace keel::store {

class BlockScanner {
public:
    static constexpr std::size_t kWindow = 4ULL << 20U;
    static constexpr std::size_t kHeaderWindow = 4ULL << 10U;  // for next_header()

    // `window`: bytes read at a time.
    BlockScanner(std::unique_ptr<File> file, const Magic& magic, const XorKey& key, std::size_t window = kWindow);

    struct Found {
        Bytes raw;
        std::uint64_t offset = 0;  // of the payload in the file
    };
    // The next candidate, or nothing at the end of the file.
    [[nodiscard]] FileResult<std::optional<Found>> next();
    // The header of the next candidate.
    [[nodiscard]] FileResult<std::optional<primitives::Header>> next_header();
    // The last candidate was not a block.
    void reject();
    // Where the scan stands, for progress.
    [[nodiscard]] std::uint64_t position() const { return window_offset_ + at_; }

private:
    [[nodiscard]] FileResult<bool> need(std::size_t bytes);
    [[nodiscard]] FileResult<bool> find_magic();
    [[nodiscard]] FileResult<std::optional<std::uint32_t>> find_record();
    [[nodiscard]] FileResult<bool> file_has(std::uint64_t bytes) const;
    void skip(std::size_t bytes);

    std::unique_ptr<File> file_;
    Magic magic_;
    XorKey key_;
    std::size_t window_size_;
    Bytes window_;
    std::uint64_t window_offset_ = 0;  // of window_[0] in the file
    std::size_t at_ = 0;               // position in window_
    std::optional<std::uint64_t> rejectable_;
};

// Files to import from a path: the file itself, or in a folder all blkNNNNN.dat in order, with the folder's XOR key.
struct ImportSource {
    std::vector<std::string> paths;
    XorKey key{};
};
// For -loadblock and -reindex: `path` is a file (its own folder's xor.dat applies when it is named blkNNNNN.dat) or a
// folder.
[[nodiscard]] StoreResult<ImportSource> find_import_files(Files& files, const std::string& path);

}  // namespace keel::store
