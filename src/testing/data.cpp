#include "testing/data.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace keel::testing {
namespace {

std::filesystem::path root() {
    const char* named = std::getenv("KEEL_DATA");
    return named != nullptr ? std::filesystem::path(named)
                            : std::filesystem::path(KEEL_SOURCE_DIR) / ".." / "shared" / "data";
}

}  // namespace

std::optional<std::filesystem::path> data_path(std::string_view name) {
    std::filesystem::path path = root() / name;
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        return std::nullopt;
    }
    return path;
}

std::string data_missing(std::string_view name) {
    return "no " + (root() / name).lexically_normal().string() +
           ": set KEEL_DATA to the folder of test vectors (see CONTRIBUTING.md) to run this test";
}

std::filesystem::path source_path(std::string_view name) { return std::filesystem::path(KEEL_SOURCE_DIR) / name; }

Bytes read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    Bytes out(in ? static_cast<std::size_t>(in.tellg()) : 0);
    in.seekg(0);
    in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    if (!in) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        std::abort();
    }
    return out;
}

std::vector<std::string> read_lines(const std::filesystem::path& path) {
    const Bytes content = read_file(path);
    std::vector<std::string> out;
    std::string_view rest = as_text(content);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        out.emplace_back(line);
    }
    return out;
}

}  // namespace keel::testing
