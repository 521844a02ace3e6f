#include "crypto/der.hpp"

namespace keel::crypto {
namespace {

// A cursor that refuses to leave the input.
struct Cursor {
    ByteSpan rest;

    std::optional<std::size_t> byte() {
        if (rest.empty()) {
            return std::nullopt;
        }
        const auto value = std::to_integer<std::size_t>(rest.front());
        rest = rest.subspan(1);
        return value;
    }
    bool skip(std::size_t count) {
        if (count > rest.size()) {
            return false;
        }
        rest = rest.subspan(count);
        return true;
    }
};

constexpr std::size_t kLongForm = 0x80;

// The length of the sequence is passed over: what follows need not agree with it.
bool skip_sequence_header(Cursor& in) {
    if (in.byte() != 0x30U) {
        return false;
    }
    const auto first = in.byte();
    return first && ((*first & kLongForm) == 0 || in.skip(*first - kLongForm));
}

// A length in short form, or in long form with any number of leading zero bytes and fewer than four others.
std::optional<std::size_t> read_length(Cursor& in) {
    const auto first = in.byte();
    if (!first || (*first & kLongForm) == 0) {
        return first;
    }
    std::size_t count = *first - kLongForm;
    if (count > in.rest.size()) {
        return std::nullopt;
    }
    while (count > 0 && in.rest.front() == std::byte{0}) {
        in.rest = in.rest.subspan(1);
        --count;
    }
    if (count >= 4) {
        return std::nullopt;
    }
    std::size_t length = 0;
    for (; count > 0; --count) {
        length = (length << 8U) | *in.byte();
    }
    return length;
}

std::optional<ByteSpan> read_integer(Cursor& in) {
    if (in.byte() != 0x02U) {
        return std::nullopt;
    }
    const auto length = read_length(in);
    if (!length || *length > in.rest.size()) {
        return std::nullopt;
    }
    ByteSpan value = in.rest.first(*length);
    in.rest = in.rest.subspan(*length);
    while (!value.empty() && value.front() == std::byte{0}) {
        value = value.subspan(1);
    }
    return value;
}

}  // namespace

std::optional<CompactSignature> parse_der_lax(ByteSpan der) {
    Cursor in{der};
    if (!skip_sequence_header(in)) {
        return std::nullopt;
    }
    const auto r = read_integer(in);
    if (!r) {
        return std::nullopt;
    }
    const auto s = read_integer(in);
    if (!s) {
        return std::nullopt;
    }
    CompactSignature out{};
    if (r->size() <= 32 && s->size() <= 32) {
        std::ranges::copy(*r, out.begin() + (32 - static_cast<std::ptrdiff_t>(r->size())));
        std::ranges::copy(*s, out.begin() + (64 - static_cast<std::ptrdiff_t>(s->size())));
    }
    return out;
}

}  // namespace keel::crypto
