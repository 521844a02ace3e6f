#include "crypto/sha3.hpp"

#include <bit>

namespace keel::crypto {
namespace {

constexpr std::size_t kRate = 136;  // bytes absorbed per permutation: 200 - 2 * 32
constexpr std::size_t kRounds = 24;
constexpr std::size_t kLanes = 25;

using State = std::array<std::uint64_t, kLanes>;

// FIPS 202 section 3.2.5: bit 2^j - 1 of round r is rc(j + 7 r), a linear feedback shift register.
constexpr std::array<std::uint64_t, kRounds> round_constants() {
    std::array<std::uint64_t, kRounds> out{};
    std::uint32_t lfsr = 1;
    for (auto& constant : out) {
        for (std::uint32_t j = 0; j < 7; ++j) {
            if ((lfsr & 1U) != 0) constant |= 1ULL << ((1U << j) - 1U);
            lfsr = (lfsr << 1U) ^ ((lfsr >> 7U) * 0x171U);
        }
    }
    return out;
}
constexpr auto kRoundConstants = round_constants();

void theta(State& a) {
    std::array<std::uint64_t, 5> column{};
    for (std::size_t i = 0; i < kLanes; ++i) {
        column[i % 5] ^= a[i];
    }
    for (std::size_t i = 0; i < kLanes; ++i) {
        a[i] ^= column[(i + 4) % 5] ^ std::rotl(column[(i + 1) % 5], 1);
    }
}

// Rotates each lane and moves it to its new place; both follow one walk over 24 of the 25 lanes.
void rho_and_pi(State& a) {
    std::size_t x = 1;
    std::size_t y = 0;
    std::uint64_t moving = a[1];
    for (int t = 1; t <= 24; ++t) {
        const std::size_t new_y = (2 * x + 3 * y) % 5;
        x = y;
        y = new_y;
        moving = std::rotl(moving, (t * (t + 1) / 2) % 64);
        std::swap(moving, a[x + 5 * y]);
    }
}

void chi(State& a) {
    for (std::size_t y = 0; y < kLanes; y += 5) {
        const std::array<std::uint64_t, 5> row{a[y], a[y + 1], a[y + 2], a[y + 3], a[y + 4]};
        for (std::size_t x = 0; x < 5; ++x) {
            a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
    }
}

void permute(State& a) {
    for (const std::uint64_t constant : kRoundConstants) {
        theta(a);
        rho_and_pi(a);
        chi(a);
        a[0] ^= constant;
    }
}

void absorb(State& a, ByteSpan block) {
    for (std::size_t i = 0; i < kRate / 8; ++i) {
        a[i] ^= load_le<std::uint64_t>(block.data() + 8 * i);
    }
    permute(a);
}

}  // namespace

RawHash sha3_256(ByteSpan data) {
    State state{};
    while (data.size() >= kRate) {
        absorb(state, data.first(kRate));
        data = data.subspan(kRate);
    }
    std::array<std::byte, kRate> last{};
    std::ranges::copy(data, last.begin());
    last[data.size()] ^= std::byte{0x06};  // the two domain bits of SHA-3 and the first bit of padding
    last[kRate - 1] ^= std::byte{0x80};
    absorb(state, last);
    RawHash out;
    for (std::size_t i = 0; i < 4; ++i) {
        store_le(out.bytes.data() + 8 * i, state[i]);
    }
    return out;
}

}  // namespace keel::crypto
