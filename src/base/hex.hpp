// Hexadecimal text, lower case on output, either case on input.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/hash256.hpp"

namespace keel {

std::string to_hex(ByteSpan bytes);
// Byte order reversed: how block hashes and txids are shown.
std::string to_hex_reversed(ByteSpan bytes);

// Nothing when the length is odd or a character is not hexadecimal.
std::optional<Bytes> from_hex(std::string_view text);

template <class Tag>
std::string to_hex(const Hash256<Tag>& hash) {
    return to_hex_reversed(hash.bytes);
}

// Exactly 64 characters in display (reversed) order, or nothing.
template <class HashType>
std::optional<HashType> hash_from_hex(std::string_view text) {
    if (text.size() != 64) {
        return std::nullopt;
    }
    auto bytes = from_hex(text);
    if (!bytes) {
        return std::nullopt;
    }
    HashType out;
    std::ranges::reverse_copy(*bytes, out.bytes.begin());
    return out;
}

}  // namespace keel
