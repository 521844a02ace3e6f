#include "testing/data_json.hpp"

#include <cstdio>
#include <cstdlib>

#include "testing/data.hpp"

namespace keel::testing {

boost::json::value load_json(const std::filesystem::path& path) {
    const Bytes content = read_file(path);
    boost::json::error_code error;
    boost::json::value out = boost::json::parse({reinterpret_cast<const char*>(content.data()), content.size()}, error);
    if (error) {
        std::fprintf(stderr, "%s: %s\n", path.c_str(), error.message().c_str());
        std::abort();
    }
    return out;
}

}  // namespace keel::testing
