// Base58 and Base58Check: the alphabet of legacy addresses and of keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace keel::address {

// Each leading zero byte becomes a '1'. Quadratic in the length.
std::string base58_encode(ByteSpan data);
// Nothing for a character outside the alphabet or more than `max_bytes` bytes. No blanks are skipped.
[[nodiscard]] std::optional<Bytes> base58_decode(std::string_view text, std::size_t max_bytes);

// With the first four bytes of the double SHA-256 appended.
std::string base58check_encode(ByteSpan payload);
// The payload of at most `max_bytes`, or nothing when the text is not base58 or the checksum does not match.
[[nodiscard]] std::optional<Bytes> base58check_decode(std::string_view text, std::size_t max_bytes);

}  // namespace keel::address
