// A request to a /rest/ path and its answer, taken apart and put together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash256.hpp"

namespace keel::rest {

struct Request {
    std::string_view target;  // "/rest/block/00..00.json?x=y"
    std::string_view body;
};

struct Reply {
    int status = 200;
    std::string content_type;
    std::string cache_control;
    std::string body;
};

enum class Format : std::uint8_t { none, binary, hex, json };

// What follows an endpoint's prefix, without query and suffix.
struct Path {
    std::string_view text;
    Format format = Format::none;
    std::string_view query;

    // Separated by slashes.
    [[nodiscard]] std::vector<std::string_view> parts() const;
    // The value of a query parameter; nothing when it is not there. Escapes are decoded.
    [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
};
Path parse_path(std::string_view rest_of_target);

// A decimal number without sign and leading blanks; nothing else.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);
[[nodiscard]] std::optional<RawHash> parse_hash(std::string_view text);

enum class Lifetime : bool { brief, immutable };

Reply error(int status, std::string_view message);
// The path has no answer in the format asked for.
Reply no_such_format(std::string_view available = ".bin, .hex, .json");
Reply json_reply(std::string json, Lifetime lifetime);
// Bytes as they are, or as a line of hex.
Reply bytes_reply(ByteSpan bytes, Format format, Lifetime lifetime);
// Removes what does not belong in a URI, for error messages.
std::string sanitized(std::string_view text);

}  // namespace keel::rest
