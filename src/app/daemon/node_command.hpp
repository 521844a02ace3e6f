// `keel node`, and `keel bench import`, which is a node that imports files and says where the time went.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace keel::daemon {

struct Identity {
    std::string version;       // "0.1.0"
    std::string version_line;  // "Keel version v0.1.0"
};

// Both return the exit code and write errors to standard error. Call before any thread exists.
int run_node(std::span<const std::string> arguments, const Identity& identity);
int bench_import(std::span<const std::string> arguments, const Identity& identity);

}  // namespace keel::daemon
