#include "engine/store/block_import.hpp"

#include <algorithm>

#include "rules/primitives/block.hpp"

namespace keel::store {

namespace {

bool is_block_file_name(const std::string& name) {
    return name.size() >= 12 && name.starts_with("blk") && name.ends_with(".dat") &&
           std::ranges::all_of(std::string_view(name).substr(3, name.size() - 7),
                               [](char c) { return c >= '0' && c <= '9'; });
}

StoreResult<XorKey> stored_key(Files& files, const std::string& dir) {
    const std::string path = dir + "/xor.dat";
    KEEL_TRY(const bool stored, files.exists(path));
    if (!stored) {
        return XorKey{};
    }
    KEEL_TRY(const Bytes content, read_file(files, path, sizeof(XorKey)));
    if (content.size() != sizeof(XorKey)) {
        return Failure(StoreError::damaged("The file " + path + " is not the 8 bytes of an XOR key."));
    }
    XorKey key;
    std::ranges::copy(content, key.begin());
    return key;
}

}  // namespace

BlockScanner::BlockScanner(std::unique_ptr<File> file, const Magic& magic, const XorKey& key, std::size_t window)
    : file_(std::move(file)), magic_(magic), key_(key), window_size_(window) {}

FileResult<std::optional<BlockScanner::Found>> BlockScanner::next() {
    rejectable_.reset();
    KEEL_TRY(const auto length, find_record());
    if (!length) {
        return std::nullopt;
    }
    KEEL_TRY(const bool complete, need(kRecordHeader + *length));
    if (!complete) {  // the file became shorter
        return std::nullopt;
    }
    rejectable_ = position() + 1;
    const auto begin = window_.begin() + static_cast<std::ptrdiff_t>(at_ + kRecordHeader);
    Found block{Bytes(begin, begin + *length), position() + kRecordHeader};
    skip(kRecordHeader + *length);
    return block;
}

FileResult<std::optional<primitives::Header>> BlockScanner::next_header() {
    KEEL_TRY(const auto length, find_record());
    if (!length) {
        return std::nullopt;
    }
    KEEL_TRY(const bool complete, need(kRecordHeader + primitives::Header::kSize));
    if (!complete) {
        return std::nullopt;
    }
    primitives::Reader in(ByteSpan(window_).subspan(at_ + kRecordHeader, primitives::Header::kSize));
    const auto header = primitives::Header::read(in);
    skip(kRecordHeader + *length);
    return header;
}

void BlockScanner::reject() {
    if (rejectable_) {
        // The window still holds the record: it is dropped only when more is read.
        at_ = static_cast<std::size_t>(*rejectable_ - window_offset_);
        rejectable_.reset();
    }
}

// Moves to the next record that may be a block; its length, or nothing at the end.
FileResult<std::optional<std::uint32_t>> BlockScanner::find_record() {
    while (true) {
        KEEL_TRY(const bool found, find_magic());
        if (!found) {
            return std::nullopt;
        }
        KEEL_TRY(const bool framed, need(kRecordHeader));
        const std::uint32_t length = framed ? load_le<std::uint32_t>(&window_[at_ + 4]) : 0;
        const bool possible = length > primitives::Header::kSize && length <= primitives::kMaxBlockBytes;
        KEEL_TRY(const bool complete, possible ? file_has(kRecordHeader + length) : FileResult<bool>(false));
        if (complete) {
            return length;
        }
        ++at_;
    }
}

// Whether that many bytes follow at at_, read or not.
FileResult<bool> BlockScanner::file_has(std::uint64_t bytes) const {
    if (window_.size() - at_ >= bytes) {
        return true;
    }
    KEEL_TRY(const std::uint64_t size, file_->size());
    return size - std::min(size, position()) >= bytes;
}

void BlockScanner::skip(std::size_t bytes) {
    if (bytes <= window_.size() - at_) {
        at_ += bytes;
        return;
    }
    window_offset_ += at_ + bytes;
    window_.clear();
    at_ = 0;
}

// Whether that many bytes follow at at_; reads more as needed.
FileResult<bool> BlockScanner::need(std::size_t bytes) {
    if (window_.size() - at_ >= bytes) {
        return true;
    }
    window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(at_));
    window_offset_ += at_;
    at_ = 0;
    const std::size_t have = window_.size();
    const std::uint64_t from = window_offset_ + have;
    KEEL_TRY(const std::uint64_t size, file_->size());
    const std::uint64_t left = size > from ? size - from : 0;
    window_.resize(have +
                   static_cast<std::size_t>(std::min<std::uint64_t>(std::max(window_size_, bytes - have), left)));
    KEEL_TRY(const std::size_t got, file_->read_at(from, MutableByteSpan(window_).subspan(have)));
    window_.resize(have + got);
    apply_xor(MutableByteSpan(window_).subspan(have), from, key_);
    return window_.size() >= bytes;
}

// Moves to the next magic.
FileResult<bool> BlockScanner::find_magic() {
    while (true) {
        KEEL_TRY(const bool more, need(magic_.size()));
        if (!more) {
            return false;
        }
        const auto begin = window_.begin() + static_cast<std::ptrdiff_t>(at_);
        const auto found = std::search(begin, window_.end(), magic_.begin(), magic_.end());
        at_ = static_cast<std::size_t>(found - window_.begin());
        if (found != window_.end()) {
            return true;
        }
        // A magic may begin in the last bytes.
        at_ -= magic_.size() - 1;
    }
}

StoreResult<ImportSource> find_import_files(Files& files, const std::string& path) {
    const auto names = files.list(path);
    ImportSource out;
    if (names) {
        for (const std::string& name : *names) {
            if (is_block_file_name(name)) {
                out.paths.push_back(path);
                out.paths.back().append("/").append(name);
            }
        }
        // blk100000.dat comes after blk99999.dat.
        std::ranges::sort(out.paths, {}, [](const std::string& file) { return std::pair(file.size(), file); });
        KEEL_TRY(out.key, stored_key(files, path));
        return out;
    }
    KEEL_TRY(const bool here, files.exists(path));
    if (!here) {
        return Failure(StoreError(FileError{FileFault::not_found, "import", path, "No such file or folder"}));
    }
    out.paths.push_back(path);
    if (is_block_file_name(path.substr(path.rfind('/') + 1))) {
        KEEL_TRY(out.key, stored_key(files, parent_dir(path)));
    }
    return out;
}

}  // namespace keel::store
