// JSON text to values, with two promises that the library's own reader does not give: numbers with a fraction are
// rounded correctly, so that amounts are exact (json_values.hpp), and a member whose name occurred before in its object
// is kept under a changed name (duplicate_name) instead of replacing it, so that who cares can refuse it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

namespace keel::rpc {

inline constexpr std::size_t kJsonDepthMax = 256;

// Nothing when `text` is not exactly one JSON value, or nested deeper than kJsonDepthMax. Work linear in the text.
[[nodiscard]] std::optional<boost::json::value> parse_json(std::string_view text);

// The original name of a repeated member; nothing for all others.
[[nodiscard]] std::optional<std::string_view> duplicate_name(std::string_view member_name);

}  // namespace keel::rpc
