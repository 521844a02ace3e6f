// The folder in which a private network lives, and the ports it uses.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/rng.hpp"

namespace keel::network {

// Locked against a second network. A temporary folder is removed when this goes away; one that a killed process left
// behind is removed by the next network that starts.
class Workspace {
public:
    // Empty: a new temporary folder. The error is a sentence.
    static Result<Workspace, std::string> open(const std::filesystem::path& folder);

    Workspace(Workspace&& other) noexcept;
    Workspace& operator=(Workspace&&) = delete;
    ~Workspace();

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::filesystem::path node_folder(int number) const;

private:
    Workspace(std::filesystem::path folder, int lock, bool temporary)
        : folder_(std::move(folder)), lock_(lock), temporary_(temporary) {}

    std::filesystem::path folder_;
    int lock_ = -1;  // file descriptor; -1: moved from
    bool temporary_ = false;
};

// TCP ports of the loopback address on which nobody listens now, below those that outgoing connections use. The search
// starts at a random place so that networks started at the same time do not meet.
[[nodiscard]] Result<std::vector<std::uint16_t>, std::string> free_ports(std::size_t count, Rng& rng);

}  // namespace keel::network
