// Files on a POSIX file system, and the lock that keeps a second process out of a data directory.
//
// Writes are pwrite, sync is fdatasync, reservation posix_fallocate (falling back to nothing where the file system
// cannot do it), sync_dir fsync of the folder. Thread-safe as the port asks.
#pragma once

#include <memory>

#include "engine/store/files.hpp"

namespace keel::disk {

// `root`: folder that relative paths start from; it need not exist yet.
std::unique_ptr<store::Files> posix_files(std::string root);

// An exclusive lock on a file (`.lock`), held until destroyed or the process ends. The file itself stays.
class LockFile {
public:
    // Error: FileFault::exists when another process holds it.
    [[nodiscard]] static store::FileResult<LockFile> acquire(const std::string& path);

    LockFile(LockFile&& other) noexcept;
    LockFile& operator=(LockFile&& other) noexcept;
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;
    ~LockFile();

private:
    explicit LockFile(int fd) : fd_(fd) {}
    int fd_;
};

}  // namespace keel::disk
