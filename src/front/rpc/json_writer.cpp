#include "front/rpc/json_writer.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/assert.hpp"

namespace keel::rpc {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_hex(std::string& out, std::byte b) {
    out += kHexDigits[std::to_integer<std::size_t>(b) >> 4U];
    out += kHexDigits[std::to_integer<std::size_t>(b) & 0xFU];
}

template <class Number>
void append_number(std::string& out, Number number) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

// Bytes of the UTF-8 sequence that `text` starts with; 0 when it is none (RFC 3629: no overlong forms, no surrogates,
// nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
    const unsigned first = at(0);
    if (first < 0x80) {
        return 1;
    }
    const std::size_t length = first >= 0xC2 && first < 0xE0 ? 2 : first >= 0xE0 && first < 0xF0 ? 3 : 4;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xC0U) != 0x80) {
            return 0;
        }
    }
    const unsigned second = at(1);
    const bool misused = (first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) ||
                         (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
    return misused ? 0 : length;
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\b': out += "\\b"; break;
        case '\f': out += "\\f"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default: out += "\\u00"; append_hex(out, static_cast<std::byte>(c));
    }
}

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7F; }

}  // namespace

void JsonWriter::separate() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (has_items_[depth_]) {
        out_ += ',';
    }
    has_items_[depth_] = true;
}

void JsonWriter::open(char bracket) {
    separate();
    out_ += bracket;
    KEEL_ASSERT(depth_ < kDepthMax);
    has_items_[++depth_] = false;
}

void JsonWriter::close(char bracket) {
    KEEL_ASSERT(depth_ > 0 && !after_key_);
    --depth_;
    out_ += bracket;
}

void JsonWriter::plain(std::string_view json) {
    separate();
    out_ += json;
}

void JsonWriter::quoted(std::string_view text) {
    out_ += '"';
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            out_ += "\xEF\xBF\xBD";
            text.remove_prefix(1);
            continue;
        }
        if (needs_escape(text.front())) {
            append_escaped(out_, text.front());
        } else {
            out_ += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    out_ += '"';
}

void JsonWriter::key(std::string_view name) {
    separate();
    quoted(name);
    out_ += ':';
    after_key_ = true;
}

void JsonWriter::value(std::nullptr_t) { plain("null"); }

void JsonWriter::value(std::string_view text) {
    separate();
    quoted(text);
}

void JsonWriter::value(double number) {
    KEEL_ASSERT(std::isfinite(number));
    std::array<char, 32> digits;
    const int length = std::snprintf(digits.data(), digits.size(), "%.16g", number);
    plain({digits.data(), static_cast<std::size_t>(length)});
}

void JsonWriter::value(primitives::Amount amount) { plain(amount_text(amount)); }

void JsonWriter::integer(std::int64_t number) {
    separate();
    append_number(out_, number);
}

void JsonWriter::integer(std::uint64_t number) {
    separate();
    append_number(out_, number);
}

void JsonWriter::hex(ByteSpan bytes) {
    separate();
    out_ += '"';
    for (const std::byte b : bytes) {
        append_hex(out_, b);
    }
    out_ += '"';
}

void JsonWriter::reversed_hex(ByteSpan bytes) {
    separate();
    out_ += '"';
    for (std::size_t i = bytes.size(); i-- > 0;) {
        append_hex(out_, bytes[i]);
    }
    out_ += '"';
}

std::string amount_text(primitives::Amount amount) {
    const std::int64_t satoshi = amount.satoshi();
    // Negation in unsigned arithmetic: the most negative number has no positive twin.
    const std::uint64_t size =
        satoshi < 0 ? 0 - static_cast<std::uint64_t>(satoshi) : static_cast<std::uint64_t>(satoshi);
    constexpr std::uint64_t kUnit = primitives::kSatoshiPerBitcoin;
    std::string out(satoshi < 0 ? "-" : "");
    append_number(out, size / kUnit);
    const std::string fraction = std::to_string(size % kUnit);
    out += '.';
    out.append(8 - fraction.size(), '0');
    return out + fraction;
}

}  // namespace keel::rpc
