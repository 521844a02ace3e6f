#include "app/network/workspace.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace keel::network {
namespace {

constexpr std::string_view kPrefix = "keel-network-";
constexpr const char* kLockName = "network.lock";
constexpr std::uint64_t kPortLow = 10'000;
constexpr std::uint64_t kPortHigh = 32'000;  // Linux takes outgoing ports from 32768 upwards

// The lock's descriptor; -1 when somebody holds it or the file cannot be made.
int take_lock(const std::filesystem::path& folder) {
    const int file = ::open((folder / kLockName).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) != 0) {
        close(file);
        return -1;
    }
    return file;
}

void remove_tree(const std::filesystem::path& folder) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
}

// Older than the moments between making a folder and locking it.
bool is_settled(const std::filesystem::path& folder) {
    std::error_code error;
    const auto written = std::filesystem::last_write_time(folder, error);
    return !error && written + std::chrono::seconds(10) < std::filesystem::file_time_type::clock::now();
}

// Folders of networks that were killed: their lock file is there and nobody holds it.
void sweep(const std::filesystem::path& parent) {
    std::error_code ignored;
    std::vector<std::filesystem::path> stale;
    for (const auto& entry : std::filesystem::directory_iterator(parent, ignored)) {
        if (entry.path().filename().string().starts_with(kPrefix) &&
            std::filesystem::exists(entry.path() / kLockName, ignored) && is_settled(entry.path())) {
            stale.push_back(entry.path());
        }
    }
    for (const auto& folder : stale) {
        const int lock = take_lock(folder);
        if (lock >= 0) {
            remove_tree(folder);
            close(lock);
        }
    }
}

bool is_free(std::uint16_t port) {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) {
        return false;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const bool bound = bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(probe);
    return bound;
}

}  // namespace

Result<Workspace, std::string> Workspace::open(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::path place = folder;
    if (folder.empty()) {
        const auto parent = std::filesystem::temp_directory_path(error);
        if (error) {
            return std::unexpected("There is no folder for temporary files: " + error.message() + ".");
        }
        sweep(parent);
        std::string name = (parent / kPrefix).string() + "XXXXXX";
        if (mkdtemp(name.data()) == nullptr) {
            return std::unexpected("Cannot make a folder in " + parent.string() + ": " + std::strerror(errno) + ".");
        }
        place = name;
    } else {
        place = std::filesystem::absolute(folder);
        std::filesystem::create_directories(place, error);
        if (error) {
            return std::unexpected("Cannot make the folder " + place.string() + ": " + error.message() + ".");
        }
    }
    const int lock = take_lock(place);
    if (lock < 0) {
        return std::unexpected("The folder " + place.string() + " is used by another network or cannot be written.");
    }
    return Workspace(place, lock, folder.empty());
}

Workspace::Workspace(Workspace&& other) noexcept
    : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)), temporary_(other.temporary_) {}

Workspace::~Workspace() {
    if (lock_ < 0) {
        return;
    }
    if (temporary_) {
        remove_tree(folder_);
    } else {
        std::error_code ignored;
        std::filesystem::remove(folder_ / kLockName, ignored);
    }
    close(lock_);
}

std::filesystem::path Workspace::node_folder(int number) const { return folder_ / ("node" + std::to_string(number)); }

Result<std::vector<std::uint16_t>, std::string> free_ports(std::size_t count, Rng& rng) {
    std::vector<std::uint16_t> out;
    std::uint64_t port = rng.between(kPortLow, kPortHigh);
    for (std::uint64_t tried = kPortLow; tried <= kPortHigh && out.size() < count; ++tried) {
        if (is_free(static_cast<std::uint16_t>(port))) {
            out.push_back(static_cast<std::uint16_t>(port));
        }
        port = port == kPortHigh ? kPortLow : port + 1;
    }
    if (out.size() < count) {
        return std::unexpected("There are not enough free ports on 127.0.0.1 for so many nodes.");
    }
    return out;
}

}  // namespace keel::network
