#include "base/rng.hpp"

#include <bit>
#include <cstring>

#include "base/assert.hpp"
#include "base/endian.hpp"
#include "base/wide.hpp"

namespace keel {
namespace {

using State = std::array<std::uint32_t, 16>;

void quarter_round(State& s, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
    s[a] += s[b];
    s[d] = std::rotl(s[d] ^ s[a], 16);
    s[c] += s[d];
    s[b] = std::rotl(s[b] ^ s[c], 12);
    s[a] += s[b];
    s[d] = std::rotl(s[d] ^ s[a], 8);
    s[c] += s[d];
    s[b] = std::rotl(s[b] ^ s[c], 7);
}

void double_round(State& s) {
    quarter_round(s, 0, 4, 8, 12);
    quarter_round(s, 1, 5, 9, 13);
    quarter_round(s, 2, 6, 10, 14);
    quarter_round(s, 3, 7, 11, 15);
    quarter_round(s, 0, 5, 10, 15);
    quarter_round(s, 1, 6, 11, 12);
    quarter_round(s, 2, 7, 8, 13);
    quarter_round(s, 3, 4, 9, 14);
}

// log2(x) for x >= 1 in units of 2^-32, by repeated squaring of a 1.31 fixed-point mantissa.
std::uint64_t log2_fixed(std::uint64_t x) {
    const auto whole = static_cast<std::uint64_t>(std::bit_width(x) - 1);
    std::uint64_t mantissa = (x << (63 - whole)) >> 32U;
    std::uint64_t fraction = 0;
    for (int bit = 31; bit >= 0; --bit) {
        mantissa = (mantissa * mantissa) >> 31U;
        if (mantissa >= (std::uint64_t{1} << 32U)) {
            fraction |= std::uint64_t{1} << static_cast<unsigned>(bit);
            mantissa >>= 1U;
        }
    }
    return (whole << 32U) | fraction;
}

}  // namespace

Rng::Rng(const Seed& seed) { std::memcpy(key_.data(), seed.data(), seed.size()); }

Rng::Rng(std::uint64_t seed) {
    key_[0] = static_cast<std::uint32_t>(seed);
    key_[1] = static_cast<std::uint32_t>(seed >> 32U);
}

void Rng::refill() {
    State start{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    std::ranges::copy(key_, start.begin() + 4);
    start[12] = static_cast<std::uint32_t>(counter_);
    start[13] = static_cast<std::uint32_t>(counter_ >> 32U);
    State s = start;
    for (int i = 0; i < 10; ++i) {
        double_round(s);
    }
    for (std::size_t i = 0; i < s.size(); ++i) {
        store_le(block_.data() + 4 * i, s[i] + start[i]);
    }
    ++counter_;
    used_ = 0;
}

std::uint64_t Rng::next() {
    if (used_ + 8 > block_.size()) {
        refill();
    }
    const auto out = load_le<std::uint64_t>(block_.data() + used_);
    used_ += 8;
    return out;
}

std::uint64_t Rng::below(std::uint64_t bound) {
    KEEL_ASSERT(bound > 0);
    // Numbers under 2^64 mod bound would favour small results; they are drawn again.
    const std::uint64_t reject_under = (0 - bound) % bound;
    for (;;) {
        const std::uint64_t drawn = next();
        if (drawn >= reject_under) {
            return drawn % bound;
        }
    }
}

std::uint64_t Rng::between(std::uint64_t low, std::uint64_t high) {
    KEEL_ASSERT(low <= high);
    const std::uint64_t width = high - low + 1;
    return width == 0 ? next() : low + below(width);
}

bool Rng::chance(std::uint64_t numerator, std::uint64_t denominator) { return below(denominator) < numerator; }

void Rng::fill(MutableByteSpan out) {
    while (!out.empty()) {
        std::array<std::byte, 8> word;
        store_le(word.data(), next());
        const std::size_t n = std::min(out.size(), word.size());
        std::copy_n(word.begin(), n, out.begin());
        out = out.subspan(n);
    }
}

microseconds Rng::exponential(microseconds mean) {
    // -ln(u / 2^48) = (48 - log2(u)) * ln 2, with ln 2 in units of 2^-32. u >= 1 bounds the factor by 48 ln 2 < 34.
    constexpr std::uint64_t kLn2 = 2977044472;
    constexpr std::uint64_t kMaxFactor = std::uint64_t{32} << 32U;
    const std::uint64_t u = below(std::uint64_t{1} << 48U) + 1;
    const std::uint64_t log_part = (std::uint64_t{48} << 32U) - log2_fixed(u);
    const auto factor = static_cast<std::uint64_t>((Wide{log_part} * kLn2) >> 32U);
    const auto scaled = Wide{std::min(factor, kMaxFactor)} * static_cast<Wide>(mean.count());
    return microseconds(static_cast<std::int64_t>(scaled >> 32U));
}

Rng Rng::fork() {
    Seed seed;
    fill(seed);
    return Rng(seed);
}

}  // namespace keel
