// Files: the port for everything that is a plain file: block and undo files, bootstrap.dat, keys and settings.
// edge/disk backs it with POSIX, MemoryFiles with a disk that can lose power.
//
// Paths are relative to the root the implementation was made with, or absolute; '/' separates. Every refusal of the
// system is a FileError that says everything needed for one clear sentence.
//
// Durability: written data survives a crash of the process at once and a crash of the machine after File::sync(); a
// created, renamed or removed name after sync_dir() of its folder. Before that any part of it, sector by sector in any
// order, may or may not be there.
//
// Threads: Files may be called from any thread. A File's const functions and sync() may be called from any thread while
// one thread at a time calls the others; bytes being written at that moment may be read old, new or mixed, and sync()
// covers the writes that had returned when it was called.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace keel::store {

enum class FileFault : std::uint8_t { not_found, exists, full, read_only, denied, too_many_open, io };

struct FileError {
    FileFault fault = FileFault::io;
    std::string operation;  // "write", "open", "rename", ...
    std::string path;
    std::string reason;  // what the system said
    // "Cannot write blocks/blk00003.dat: No space left on device."
    [[nodiscard]] std::string message() const;
};

template <class T>
using FileResult = Result<T, FileError>;

enum class OpenMode : std::uint8_t {
    read,    // must exist
    write,   // read and write; created when missing
    create,  // read and write; must not exist
};

class File {
public:
    virtual ~File() = default;
    // Bytes read: fewer than asked for only at the end of the file.
    [[nodiscard]] virtual FileResult<std::size_t> read_at(std::uint64_t offset, MutableByteSpan out) const = 0;
    [[nodiscard]] virtual FileResult<std::uint64_t> size() const = 0;

    // All of `data`, or an error after which any part of it may have been written. Extends the file as needed; a gap
    // reads as zeros.
    [[nodiscard]] virtual FileResult<void> write_at(std::uint64_t offset, ByteSpan data) = 0;
    [[nodiscard]] virtual FileResult<void> truncate(std::uint64_t size) = 0;
    // Reserves space so that later writes up to offset + length do not run out of it; extends the size, zeros read
    // there.
    [[nodiscard]] virtual FileResult<void> preallocate(std::uint64_t offset, std::uint64_t length) = 0;
    [[nodiscard]] virtual FileResult<void> sync() = 0;
};

class Files {
public:
    virtual ~Files() = default;
    [[nodiscard]] virtual FileResult<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
    // Replaces `to` if it exists.
    [[nodiscard]] virtual FileResult<void> rename(const std::string& from, const std::string& to) = 0;
    // Removing what does not exist is not an error.
    [[nodiscard]] virtual FileResult<void> remove(const std::string& path) = 0;
    [[nodiscard]] virtual FileResult<bool> exists(const std::string& path) = 0;
    // With all parents; no error when it exists.
    [[nodiscard]] virtual FileResult<void> make_dir(const std::string& path) = 0;
    // Names of the files (not folders) in a folder, sorted.
    [[nodiscard]] virtual FileResult<std::vector<std::string>> list(const std::string& dir) = 0;
    [[nodiscard]] virtual FileResult<void> sync_dir(const std::string& dir) = 0;
    // Bytes that can still be written below this folder.
    [[nodiscard]] virtual FileResult<std::uint64_t> free_space(const std::string& dir) = 0;
};

// A whole small file, at most `limit` bytes (more is an error: io, "larger than expected").
[[nodiscard]] FileResult<Bytes> read_file(Files& files, const std::string& path, std::size_t limit);
// Replaces a small file so that a crash leaves either the old or the new content: temporary file, sync, rename,
// sync_dir.
[[nodiscard]] FileResult<void> write_file_atomically(Files& files, const std::string& path, ByteSpan content);
// "a/b/c" -> "a/b"; "c" -> ".".
std::string parent_dir(const std::string& path);

}  // namespace keel::store
