#include "engine/store/memory_files.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace keel::store {

// What a file holds. Name lookups and handles share nodes, as with inodes.
struct MemoryFiles::Node {
    // A write, or with no data a new size.
    struct Pending {
        std::uint64_t offset = 0;  // or the new size
        Bytes data;
        bool resize = false;
    };
    Bytes now;
    Bytes durable;
    std::vector<Pending> pending;

    void sync() {
        durable = now;
        pending.clear();
    }
    void resize(std::uint64_t size) {
        now.resize(size);
        pending.push_back({size, {}, true});
    }
    void crash(Rng& rng);
};

void MemoryFiles::Node::crash(Rng& rng) {
    for (const Pending& op : pending) {
        if (op.resize) {
            if (rng.chance(1, 2)) {
                durable.resize(op.offset);
            }
            continue;
        }
        for (std::size_t at = 0; at < op.data.size();) {
            const std::uint64_t begin = op.offset + at;
            const auto length =
                std::min<std::size_t>(kSector - static_cast<std::size_t>(begin % kSector), op.data.size() - at);
            if (rng.chance(1, 2)) {
                durable.resize(std::max<std::size_t>(durable.size(), begin + length));
                std::ranges::copy(ByteSpan(op.data).subspan(at, length),
                                  durable.begin() + static_cast<std::ptrdiff_t>(begin));
            }
            at += length;
        }
    }
    pending.clear();
    now = durable;
}

class MemoryFiles::Handle final : public File {
public:
    Handle(MemoryFiles& files, std::string path, std::shared_ptr<Node> node, bool writable)
        : files_(files), path_(std::move(path)), node_(std::move(node)), epoch_(files.epoch_), writable_(writable) {}

    [[nodiscard]] FileResult<std::size_t> read_at(std::uint64_t offset, MutableByteSpan out) const override {
        const std::scoped_lock lock(files_.mutex_);
        KEEL_CHECK(alive("read"));
        if (files_.faults_.failing_reads) {
            return Failure(error(FileFault::io, "read", "Input/output error"));
        }
        if (offset >= node_->now.size()) {
            return std::size_t{0};
        }
        const auto length = std::min<std::size_t>(out.size(), node_->now.size() - static_cast<std::size_t>(offset));
        std::ranges::copy(ByteSpan(node_->now).subspan(static_cast<std::size_t>(offset), length), out.begin());
        return length;
    }
    [[nodiscard]] FileResult<std::uint64_t> size() const override {
        const std::scoped_lock lock(files_.mutex_);
        KEEL_CHECK(alive("read"));
        return node_->now.size();
    }
    [[nodiscard]] FileResult<void> write_at(std::uint64_t offset, ByteSpan data) override {
        const std::scoped_lock lock(files_.mutex_);
        KEEL_CHECK(writable("write"));
        KEEL_CHECK(grow("write", offset + data.size()));
        if (offset + data.size() > node_->now.size()) {
            node_->now.resize(offset + data.size());
        }
        std::ranges::copy(data, node_->now.begin() + static_cast<std::ptrdiff_t>(offset));
        node_->pending.push_back({offset, to_bytes(data), false});
        return {};
    }
    [[nodiscard]] FileResult<void> truncate(std::uint64_t size) override {
        const std::scoped_lock lock(files_.mutex_);
        KEEL_CHECK(writable("truncate"));
        KEEL_CHECK(grow("truncate", size));
        node_->resize(size);
        return {};
    }
    [[nodiscard]] FileResult<void> preallocate(std::uint64_t offset, std::uint64_t length) override {
        const std::scoped_lock lock(files_.mutex_);
        KEEL_CHECK(writable("reserve space in"));
        KEEL_CHECK(grow("reserve space in", offset + length));
        if (offset + length > node_->now.size()) {
            node_->resize(offset + length);
        }
        return {};
    }
    [[nodiscard]] FileResult<void> sync() override {
        const std::scoped_lock lock(files_.mutex_);
        KEEL_CHECK(alive("sync"));
        if (files_.faults_.failing_syncs) {
            return Failure(error(FileFault::io, "sync", "Input/output error"));
        }
        node_->sync();
        return {};
    }

private:
    [[nodiscard]] FileError error(FileFault fault, const char* operation, const char* reason) const {
        return {fault, operation, path_, reason};
    }
    [[nodiscard]] FileResult<void> alive(const char* operation) const {
        if (epoch_ != files_.epoch_) {
            return Failure(error(FileFault::io, operation, "the disk lost power since this file was opened"));
        }
        return {};
    }
    [[nodiscard]] FileResult<void> writable(const char* operation) const {
        KEEL_CHECK(alive(operation));
        if (files_.faults_.read_only) {
            return Failure(error(FileFault::read_only, operation, "Read-only file system"));
        }
        if (!writable_) {
            return Failure(error(FileFault::denied, operation, "opened for reading"));
        }
        return {};
    }
    [[nodiscard]] FileResult<void> grow(const char* operation, std::uint64_t size) {
        auto& left = files_.faults_.bytes_until_full;
        if (!left || size <= node_->now.size()) {
            return {};
        }
        const std::uint64_t more = size - node_->now.size();
        if (more > *left) {
            return Failure(error(FileFault::full, operation, "No space left on device"));
        }
        *left -= more;
        return {};
    }

    MemoryFiles& files_;
    std::string path_;
    std::shared_ptr<Node> node_;
    std::uint64_t epoch_;
    bool writable_;
};

MemoryFiles::MemoryFiles() { dirs_.insert("."); }
MemoryFiles::~MemoryFiles() = default;

void MemoryFiles::set_faults(const Faults& faults) {
    const std::scoped_lock lock(mutex_);
    faults_ = faults;
}

void MemoryFiles::crash(Rng& rng) {
    const std::scoped_lock lock(mutex_);
    std::map<std::string, std::shared_ptr<Node>> left;
    for (const auto* names : {&now_, &durable_}) {
        for (const auto& [name, unused] : *names) {
            if (left.contains(name)) {
                continue;
            }
            const auto* from = rng.chance(1, 2) ? &now_ : &durable_;
            const auto found = from->find(name);
            left[name] = found == from->end() ? nullptr : found->second;
        }
    }
    std::erase_if(left, [](const auto& item) { return item.second == nullptr; });
    for (const auto& [name, node] : left) {
        node->crash(rng);
    }
    now_ = left;
    durable_ = std::move(left);
    ++epoch_;
}

void MemoryFiles::flip_bit(const std::string& path, Rng& rng) {
    const std::scoped_lock lock(mutex_);
    const auto found = now_.find(path);
    KEEL_ASSERT(found != now_.end() && !found->second->now.empty());
    const auto at = static_cast<std::size_t>(rng.below(found->second->now.size()));
    found->second->now[at] ^= static_cast<std::byte>(1U << rng.below(8));
    found->second->sync();
}

FileResult<std::unique_ptr<File>> MemoryFiles::open(const std::string& path, OpenMode mode) {
    const std::scoped_lock lock(mutex_);
    auto& node = now_[path];
    const auto refuse = [&](FileFault fault, const char* reason) {
        if (node == nullptr) {
            now_.erase(path);
        }
        return Failure(FileError{fault, "open", path, reason});
    };
    if (mode != OpenMode::read && faults_.read_only) {
        return refuse(FileFault::read_only, "Read-only file system");
    }
    if (node != nullptr && mode == OpenMode::create) {
        return refuse(FileFault::exists, "File exists");
    }
    if (node == nullptr && (mode == OpenMode::read || !dirs_.contains(parent_dir(path)))) {
        return refuse(FileFault::not_found, "No such file or directory");
    }
    if (node == nullptr) {
        node = std::make_shared<Node>();
    }
    return std::make_unique<Handle>(*this, path, node, mode != OpenMode::read);
}

FileResult<void> MemoryFiles::rename(const std::string& from, const std::string& to) {
    const std::scoped_lock lock(mutex_);
    const auto found = now_.find(from);
    if (found == now_.end()) {
        return Failure(FileError{FileFault::not_found, "rename", from, "No such file or directory"});
    }
    if (faults_.read_only) {
        return Failure(FileError{FileFault::read_only, "rename", from, "Read-only file system"});
    }
    auto node = found->second;
    now_.erase(found);
    now_[to] = std::move(node);
    return {};
}

FileResult<void> MemoryFiles::remove(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    if (faults_.read_only && now_.contains(path)) {
        return Failure(FileError{FileFault::read_only, "remove", path, "Read-only file system"});
    }
    now_.erase(path);
    return {};
}

FileResult<bool> MemoryFiles::exists(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    return now_.contains(path) || dirs_.contains(path);
}

FileResult<void> MemoryFiles::make_dir(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    if (dirs_.contains(path)) {
        return {};
    }
    if (faults_.read_only) {
        return Failure(FileError{FileFault::read_only, "create", path, "Read-only file system"});
    }
    for (std::string dir = path; !dirs_.contains(dir) && dir != "/"; dir = parent_dir(dir)) {
        dirs_.insert(dir);
    }
    return {};
}

FileResult<std::vector<std::string>> MemoryFiles::list(const std::string& dir) {
    const std::scoped_lock lock(mutex_);
    if (!dirs_.contains(dir)) {
        return Failure(FileError{FileFault::not_found, "list", dir, "No such file or directory"});
    }
    std::vector<std::string> names;
    for (const auto& [name, node] : now_) {
        if (parent_dir(name) == dir) {
            names.push_back(name.substr(name.rfind('/') + 1));
        }
    }
    return names;
}

FileResult<void> MemoryFiles::sync_dir(const std::string& dir) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(durable_, [&](const auto& item) { return parent_dir(item.first) == dir; });
    for (const auto& [name, node] : now_) {
        if (parent_dir(name) == dir) {
            durable_[name] = node;
        }
    }
    return {};
}

FileResult<std::uint64_t> MemoryFiles::free_space(const std::string& dir) {
    const std::scoped_lock lock(mutex_);
    if (!dirs_.contains(dir)) {
        return Failure(FileError{FileFault::not_found, "measure", dir, "No such file or directory"});
    }
    return faults_.bytes_until_full.value_or(1ULL << 40U);
}

}  // namespace keel::store
