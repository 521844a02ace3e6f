// External test vectors: where they are and how to read them.
//
// The folder is $KEEL_DATA, or ../shared/data beside the source tree. It holds public chain data and published vectors
// and is not part of this repository, so a test whose file is missing is skipped with a message, never passed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace keel::testing {

// The file or folder of this name in the data folder, or nothing when it is not there.
std::optional<std::filesystem::path> data_path(std::string_view name);

// What a skipped test says: which path is missing and how to supply it.
std::string data_missing(std::string_view name);

// A file of this repository, such as a page of the documentation that a test checks.
std::filesystem::path source_path(std::string_view name);

// The content of a file that exists; anything else ends the test program with a message.
Bytes read_file(const std::filesystem::path& path);
std::vector<std::string> read_lines(const std::filesystem::path& path);

}  // namespace keel::testing

// Binds the path of a data file, or skips the running test:
//   KEEL_DATA_OR_SKIP(const auto path, "vectors/core/script_tests.json");
#define KEEL_DATA_OR_SKIP(declaration, name)                                                    \
    if (!::keel::testing::data_path(name)) GTEST_SKIP() << ::keel::testing::data_missing(name); \
    declaration = *::keel::testing::data_path(name)
