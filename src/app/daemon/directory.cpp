#include "app/daemon/directory.hpp"

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "base/logger.hpp"

namespace keel::daemon {
namespace {

namespace fs = std::filesystem;
using Error = Failure<std::string>;

// New folders get an empty `wallets`, where programs that share the directory expect their own files.
Result<void, std::string> create_home(const fs::path& folder) {
    std::error_code error;
    if (!fs::exists(folder, error)) {
        fs::create_directories(folder / "wallets", error);
    }
    if (error) {
        return Error(concat("Cannot create the data directory ", folder.string(), ": ", error.message(), "."));
    }
    return {};
}

Result<void, std::string> create_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        return Error(concat("Cannot create the folder ", folder.string(), ": ", error.message(), "."));
    }
    return {};
}

Result<disk::LockFile, std::string> lock(const fs::path& folder) {
    auto held = disk::LockFile::acquire((folder / ".lock").string());
    if (held) {
        return std::move(*held);
    }
    if (held.error().fault == store::FileFault::exists) {
        return Error(
            concat("Cannot obtain a lock on directory ", folder.string(), ". Keel is probably already running."));
    }
    return Error(
        concat("Cannot write to directory '", folder.string(), "'; check permissions. ", held.error().message()));
}

}  // namespace

Result<void, std::string> create_directories(const settings::Loaded& loaded) {
    umask(077);
    KEEL_CHECK(create_home(loaded.data_dir));
    KEEL_CHECK(create_home(loaded.chain_dir));
    KEEL_CHECK(create_folder(loaded.blocks_dir));
    KEEL_CHECK(create_folder(loaded.chain_dir / "blocks"));  // holds the index even where -blocksdir is set
    KEEL_CHECK(create_folder(loaded.chain_dir / "chainstate"));
    return create_folder(loaded.chain_dir / "indexes");
}

Result<DirectoryLock, std::string> DirectoryLock::acquire(const settings::Loaded& loaded) {
    std::vector<disk::LockFile> locks;
    KEEL_TRY(auto home, lock(loaded.chain_dir));
    locks.push_back(std::move(home));
    KEEL_TRY(auto blocks, lock(loaded.blocks_dir));  // may be elsewhere, and shared by mistake
    locks.push_back(std::move(blocks));
    return DirectoryLock(std::move(locks));
}

Result<PidFile, std::string> PidFile::write(const fs::path& path) {
    std::ofstream out(path);
    out << getpid() << '\n';
    out.close();
    if (!out) {
        return Error(concat("Unable to create the PID file '", path.string(), "'."));
    }
    return PidFile(path);
}

PidFile::~PidFile() {
    if (!path_.empty()) {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
}

}  // namespace keel::daemon
