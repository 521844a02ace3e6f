#include "engine/store/files.hpp"

namespace keel::store {

std::string FileError::message() const { return "Cannot " + operation + " " + path + ": " + reason + "."; }

std::string parent_dir(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

FileResult<Bytes> read_file(Files& files, const std::string& path, std::size_t limit) {
    KEEL_TRY(const auto file, files.open(path, OpenMode::read));
    KEEL_TRY(const auto size, file->size());
    if (size > limit) {
        return Failure(
            FileError{FileFault::io, "read", path, "larger than expected (" + std::to_string(size) + " bytes)"});
    }
    Bytes content(size);
    KEEL_TRY(const auto got, file->read_at(0, content));
    content.resize(got);
    return content;
}

FileResult<void> write_file_atomically(Files& files, const std::string& path, ByteSpan content) {
    const std::string temporary = path + ".new";
    {
        KEEL_TRY(const auto file, files.open(temporary, OpenMode::write));
        KEEL_CHECK(file->truncate(0));
        KEEL_CHECK(file->write_at(0, content));
        KEEL_CHECK(file->sync());
    }
    KEEL_CHECK(files.rename(temporary, path));
    return files.sync_dir(parent_dir(path));
}

}  // namespace keel::store
