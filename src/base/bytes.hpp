// Bytes and views of bytes: the only representation of raw data in Keel.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace keel {

using Bytes = std::vector<std::byte>;
using ByteSpan = std::span<const std::byte>;
using MutableByteSpan = std::span<std::byte>;

// The bytes of a text, without copying.
inline ByteSpan as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

// The text of some bytes, without copying.
inline std::string_view as_text(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

inline Bytes to_bytes(ByteSpan view) { return {view.begin(), view.end()}; }

inline bool equal(ByteSpan a, ByteSpan b) { return std::ranges::equal(a, b); }

inline std::strong_ordering compare(ByteSpan a, ByteSpan b) {
    return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
}

inline void append(Bytes& out, ByteSpan more) { out.insert(out.end(), more.begin(), more.end()); }

}  // namespace keel
