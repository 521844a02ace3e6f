// The arguments of `keel network up`.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "app/network/topology.hpp"
#include "base/result.hpp"

namespace keel::network {

inline constexpr int kNodesMax = 500;

struct Options {
    int nodes = 4;
    Topology topology = Topology::ring;
    std::chrono::milliseconds block_interval{5000};  // zero: nobody mines
    std::filesystem::path folder;                    // empty: a temporary one, removed at the end
    std::chrono::milliseconds duration{0};           // zero: until a signal comes
    bool json = false;
    std::string program;  // empty: this program, as `keel node`
    bool help = false;

    bool operator==(const Options&) const = default;
};

// `--name value` and `--name=value`. The error is one sentence.
[[nodiscard]] Result<Options, std::string> parse_options(std::span<const std::string> arguments);
std::string help_text();

}  // namespace keel::network
