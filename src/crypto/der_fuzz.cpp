// parse_der_lax() against a reading of the same rules as one loop over indices, and verify_ecdsa() on whatever parses.
#include <cstdlib>

#include "base/assert.hpp"
#include "crypto/der.hpp"
#include "crypto/secp.hpp"

namespace keel::crypto {
namespace {

// Position after a length field, and the length; nothing when refused.
struct Length {
    std::size_t at;
    std::size_t value;
};

std::optional<Length> length_at(ByteSpan in, std::size_t at) {
    if (at >= in.size()) {
        return std::nullopt;
    }
    const auto first = std::to_integer<std::size_t>(in[at++]);
    if (first < 0x80) {
        return Length{at, first};
    }
    const std::size_t end = at + first - 0x80;
    if (end > in.size()) {
        return std::nullopt;
    }
    std::size_t value = 0;
    std::size_t significant = 0;
    for (; at < end; ++at) {
        if (significant > 0 || in[at] != std::byte{0}) {
            ++significant;
        }
        value = value * 256 + std::to_integer<std::size_t>(in[at]);
    }
    return significant < 4 ? std::optional(Length{at, value}) : std::nullopt;
}

std::optional<CompactSignature> naive(ByteSpan in) {
    if (in.size() < 2 || in[0] != std::byte{0x30}) {
        return std::nullopt;
    }
    const auto first = std::to_integer<std::size_t>(in[1]);
    std::size_t at = 2 + (first >= 0x80 ? first - 0x80 : 0);
    CompactSignature out{};
    bool too_long = false;
    for (std::size_t half = 0; half < 2; ++half) {
        if (at >= in.size() || in[at] != std::byte{0x02}) {
            return std::nullopt;
        }
        const auto length = length_at(in, at + 1);
        if (!length || length->at + length->value > in.size()) {
            return std::nullopt;
        }
        at = length->at + length->value;
        for (std::size_t i = 0; i < length->value; ++i) {
            const std::byte digit = in[at - 1 - i];
            if (i < 32) {
                out[32 * half + 31 - i] = digit;
            } else if (digit != std::byte{0}) {
                too_long = true;
            }
        }
    }
    return too_long ? CompactSignature{} : out;
}

}  // namespace
}  // namespace keel::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    const ByteSpan in = std::as_bytes(std::span(data, size));
    const auto parsed = crypto::parse_der_lax(in);
    KEEL_ASSERT(parsed == crypto::naive(in));
    KEEL_ASSERT(parsed || !crypto::is_low_s(in));
    return 0;
}
