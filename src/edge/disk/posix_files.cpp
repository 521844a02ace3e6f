#include "edge/disk/posix_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace keel::disk {

using store::File;
using store::FileError;
using store::FileFault;
using store::FileResult;
using store::Files;
using store::OpenMode;

namespace {

FileFault fault_of(int code) {
    switch (code) {
        case ENOENT:
        case ENOTDIR: return FileFault::not_found;
        case EEXIST: return FileFault::exists;
        case ENOSPC:
        case EDQUOT:
        case EFBIG: return FileFault::full;
        case EROFS: return FileFault::read_only;
        case EACCES:
        case EPERM: return FileFault::denied;
        case EMFILE:
        case ENFILE: return FileFault::too_many_open;
        default: return FileFault::io;
    }
}

std::string text_of(int code) {
    std::array<char, 256> buffer{};
    return strerror_r(code, buffer.data(), buffer.size());
}

FileError error_of(int code, const char* operation, const std::string& path) {
    return {fault_of(code), operation, path, text_of(code)};
}

Failure<FileError> refused(const char* operation, const std::string& path) {
    return Failure(error_of(errno, operation, path));
}

// Calls until it is not interrupted by a signal.
template <class Call>
auto uninterrupted(Call call) {
    auto result = call();
    while (result < 0 && errno == EINTR) {
        result = call();
    }
    return result;
}

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    [[nodiscard]] int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

class PosixFile final : public File {
public:
    PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

    [[nodiscard]] FileResult<std::size_t> read_at(std::uint64_t offset, MutableByteSpan out) const override {
        std::size_t done = 0;
        while (done < out.size()) {
            const auto got = uninterrupted([&] {
                return ::pread(fd_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
            });
            if (got < 0) {
                return refused("read", path_);
            }
            if (got == 0) {
                break;
            }
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    [[nodiscard]] FileResult<std::uint64_t> size() const override {
        struct stat info{};
        if (::fstat(fd_.get(), &info) != 0) {
            return refused("examine", path_);
        }
        return static_cast<std::uint64_t>(info.st_size);
    }

    [[nodiscard]] FileResult<void> write_at(std::uint64_t offset, ByteSpan data) override {
        std::size_t done = 0;
        while (done < data.size()) {
            const auto put = uninterrupted([&] {
                return ::pwrite(fd_.get(), data.data() + done, data.size() - done, static_cast<off_t>(offset + done));
            });
            if (put < 0) {
                return refused("write", path_);
            }
            done += static_cast<std::size_t>(put);
        }
        return {};
    }

    [[nodiscard]] FileResult<void> truncate(std::uint64_t size) override {
        if (uninterrupted([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }) != 0) {
            return refused("truncate", path_);
        }
        return {};
    }

    [[nodiscard]] FileResult<void> preallocate(std::uint64_t offset, std::uint64_t length) override {
        const int code = ::posix_fallocate(fd_.get(), static_cast<off_t>(offset), static_cast<off_t>(length));
        if (code == 0) {
            return {};
        }
        if (code != EINVAL && code != EOPNOTSUPP && code != EINTR) {
            return Failure(error_of(code, "reserve space in", path_));
        }
        // The file system cannot reserve; the size at least is what the port promises.
        KEEL_TRY(const auto have, size());
        return have < offset + length ? truncate(offset + length) : FileResult<void>{};
    }

    [[nodiscard]] FileResult<void> sync() override {
        if (uninterrupted([&] { return ::fdatasync(fd_.get()); }) != 0) {
            return refused("sync", path_);
        }
        return {};
    }

private:
    Descriptor fd_;
    std::string path_;
};

int flags_of(OpenMode mode) {
    switch (mode) {
        case OpenMode::read: return O_RDONLY;
        case OpenMode::write: return O_RDWR | O_CREAT;
        case OpenMode::create: return O_RDWR | O_CREAT | O_EXCL;
    }
    return O_RDONLY;
}

class PosixFiles final : public Files {
public:
    explicit PosixFiles(std::string root) : root_(std::move(root)) {}

    [[nodiscard]] FileResult<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
        const std::string full = resolve(path);
        const int fd = uninterrupted([&] { return ::open(full.c_str(), flags_of(mode) | O_CLOEXEC, 0600); });
        if (fd < 0) {
            return refused("open", full);
        }
        return std::make_unique<PosixFile>(fd, full);
    }

    [[nodiscard]] FileResult<void> rename(const std::string& from, const std::string& to) override {
        if (::rename(resolve(from).c_str(), resolve(to).c_str()) != 0) {
            return refused("rename", resolve(from));
        }
        return {};
    }

    [[nodiscard]] FileResult<void> remove(const std::string& path) override {
        if (::unlink(resolve(path).c_str()) != 0 && errno != ENOENT) {
            return refused("remove", resolve(path));
        }
        return {};
    }

    [[nodiscard]] FileResult<bool> exists(const std::string& path) override {
        if (::access(resolve(path).c_str(), F_OK) == 0) {
            return true;
        }
        if (errno == ENOENT || errno == ENOTDIR) {
            return false;
        }
        return refused("examine", resolve(path));
    }

    [[nodiscard]] FileResult<void> make_dir(const std::string& path) override {
        const std::string full = resolve(path);
        for (std::size_t end = full.find('/', 1);; end = full.find('/', end + 1)) {
            if (::mkdir(full.substr(0, end).c_str(), 0700) != 0 && errno != EEXIST) {
                return refused("create folder", full);
            }
            if (end == std::string::npos) {
                return is_dir(full);
            }
        }
    }

    [[nodiscard]] FileResult<std::vector<std::string>> list(const std::string& dir) override {
        const std::string full = resolve(dir);
        DIR* handle = ::opendir(full.c_str());
        if (handle == nullptr) {
            return refused("list", full);
        }
        std::vector<std::string> names;
        errno = 0;
        for (const dirent* entry = ::readdir(handle); entry != nullptr; entry = ::readdir(handle)) {
            struct stat info{};
            if (::fstatat(::dirfd(handle), entry->d_name, &info, 0) == 0 && S_ISREG(info.st_mode)) {
                names.emplace_back(entry->d_name);
            }
            errno = 0;
        }
        const int code = errno;
        ::closedir(handle);
        if (code != 0) {
            return Failure(error_of(code, "list", full));
        }
        std::ranges::sort(names);
        return names;
    }

    [[nodiscard]] FileResult<void> sync_dir(const std::string& dir) override {
        const std::string full = resolve(dir);
        const Descriptor fd(uninterrupted([&] { return ::open(full.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
        if (fd.get() < 0 || uninterrupted([&] { return ::fsync(fd.get()); }) != 0) {
            return refused("sync folder", full);
        }
        return {};
    }

    [[nodiscard]] FileResult<std::uint64_t> free_space(const std::string& dir) override {
        struct statvfs info{};
        if (::statvfs(resolve(dir).c_str(), &info) != 0) {
            return refused("measure", resolve(dir));
        }
        return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
    }

private:
    [[nodiscard]] std::string resolve(const std::string& path) const {
        return root_.empty() || path.starts_with('/') ? path : root_ + '/' + path;
    }
    [[nodiscard]] static FileResult<void> is_dir(const std::string& full) {
        struct stat info{};
        if (::stat(full.c_str(), &info) != 0) {
            return refused("create folder", full);
        }
        if (!S_ISDIR(info.st_mode)) {
            return Failure(error_of(ENOTDIR, "create folder", full));
        }
        return {};
    }

    std::string root_;
};

}  // namespace

std::unique_ptr<Files> posix_files(std::string root) { return std::make_unique<PosixFiles>(std::move(root)); }

FileResult<LockFile> LockFile::acquire(const std::string& path) {
    Descriptor fd(uninterrupted([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); }));
    if (fd.get() < 0) {
        return refused("lock", path);
    }
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return Failure(FileError{FileFault::exists, "lock", path, "another process holds it"});
        }
        return refused("lock", path);
    }
    return LockFile(fd.release());
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

LockFile::~LockFile() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

}  // namespace keel::disk
