// Vectors in JSON. Apart from data.hpp because Boost.JSON's header costs seconds to compile.
#pragma once

#include <filesystem>

#include <boost/json.hpp>

namespace keel::testing {

// The parsed file; one that cannot be read or parsed ends the test program with a message.
boost::json::value load_json(const std::filesystem::path& path);

// A string value as text; anything else ends the test program.
inline std::string_view text_of(const boost::json::value& value) {
    const boost::json::string& text = value.as_string();
    return {text.data(), text.size()};
}

}  // namespace keel::testing
