#include "base/hex.hpp"

namespace keel {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::optional<unsigned> digit(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    const char lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'f') {
        return static_cast<unsigned>(lower - 'a' + 10);
    }
    return std::nullopt;
}

template <class Range>
std::string encode(const Range& bytes) {
    std::string out;
    out.reserve(2 * std::size(bytes));
    for (std::byte b : bytes) {
        out += kDigits[std::to_integer<std::size_t>(b) >> 4U];
        out += kDigits[std::to_integer<std::size_t>(b) & 0xFU];
    }
    return out;
}

}  // namespace

std::string to_hex(ByteSpan bytes) { return encode(bytes); }

std::string to_hex_reversed(ByteSpan bytes) { return encode(Bytes(bytes.rbegin(), bytes.rend())); }

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    Bytes out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto high = digit(text[i]);
        const auto low = digit(text[i + 1]);
        if (!high || !low) {
            return std::nullopt;
        }
        out.push_back(static_cast<std::byte>((*high << 4U) | *low));
    }
    return out;
}

}  // namespace keel
