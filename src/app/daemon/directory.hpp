// The data directory while a node runs in it: made when missing, locked against a second process, marked with the
// process number, and readable by its owner alone.
#pragma once

#include "app/settings/load.hpp"
#include "edge/disk/posix_files.hpp"

namespace keel::daemon {

// Sets the process's umask. Creates the data directory (when it is the default one), the chain's folder and its fixed
// subfolders.
[[nodiscard]] Result<void, std::string> create_directories(const settings::Loaded& loaded);

// Held while the node runs.
class DirectoryLock {
public:
    [[nodiscard]] static Result<DirectoryLock, std::string> acquire(const settings::Loaded& loaded);

private:
    explicit DirectoryLock(std::vector<disk::LockFile> locks) : locks_(std::move(locks)) {}
    std::vector<disk::LockFile> locks_;
};

// Written when made, removed when destroyed.
class PidFile {
public:
    [[nodiscard]] static Result<PidFile, std::string> write(const std::filesystem::path& path);
    PidFile(PidFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    PidFile& operator=(PidFile&& other) noexcept {
        path_.swap(other.path_);
        return *this;
    }
    ~PidFile();

private:
    explicit PidFile(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

}  // namespace keel::daemon
