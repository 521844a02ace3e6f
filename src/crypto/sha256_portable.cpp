// SHA-256 in plain C++, for any CPU.
#include <bit>

#include "base/endian.hpp"
#include "crypto/sha256_kernel_list.hpp"
#include "crypto/sha256_round_constants.hpp"

namespace keel::crypto {
namespace {

using Schedule = std::array<std::uint32_t, 64>;

Schedule expand(const std::byte* block) {
    Schedule w;
    for (std::size_t i = 0; i < 16; ++i) {
        w[i] = __builtin_bswap32(load_le<std::uint32_t>(block + 4 * i));
    }
    for (std::size_t i = 16; i < 64; ++i) {
        const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3U);
        const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10U);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    return w;
}

// One round with the variables of FIPS 180-4 named by position, so that no round moves them.
inline void round(Sha256State& s, std::size_t i, std::uint32_t input) {
    const auto at = [&](std::size_t k) -> std::uint32_t& { return s[(k - i) & 7U]; };
    const std::uint32_t e = at(4);
    const std::uint32_t a = at(0);
    const std::uint32_t big1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t choose = (e & at(5)) ^ (~e & at(6));
    const std::uint32_t big0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t majority = (a & at(1)) ^ (a & at(2)) ^ (at(1) & at(2));
    const std::uint32_t t = at(7) + big1 + choose + input;
    at(3) += t;
    at(7) = t + big0 + majority;
}

void compress(Sha256State& state, const std::byte* blocks, std::size_t count) {
    for (; count > 0; --count, blocks += 64) {
        const Schedule w = expand(blocks);
        Sha256State s = state;
        for (std::size_t i = 0; i < 64; i += 8) {
            for (std::size_t j = 0; j < 8; ++j) {
                round(s, j, kSha256Rounds[i + j] + w[i + j]);
            }
        }
        for (std::size_t i = 0; i < 8; ++i) {
            state[i] += s[i];
        }
    }
}

void compress_lanes(Sha256State* states, const std::byte* const* blocks, std::size_t count) {
    compress(states[0], blocks[0], count);
}

// Writes the state as big-endian bytes.
void write_state(std::byte* out, const Sha256State& state) {
    for (std::size_t i = 0; i < 8; ++i) {
        store_le(out + 4 * i, __builtin_bswap32(state[i]));
    }
}

void double_64(std::byte* out, const std::byte* in) {
    alignas(16) static constexpr std::array<std::byte, 64> kPadding64 = [] {
        std::array<std::byte, 64> block{};
        block[0] = std::byte{0x80};
        block[62] = std::byte{0x02};  // 512 bits
        return block;
    }();
    Sha256State inner = kSha256Start;
    compress(inner, in, 1);
    compress(inner, kPadding64.data(), 1);
    std::array<std::byte, 64> second{};
    write_state(second.data(), inner);
    second[32] = std::byte{0x80};
    second[62] = std::byte{0x01};  // 256 bits
    Sha256State outer = kSha256Start;
    compress(outer, second.data(), 1);
    write_state(out, outer);
}

}  // namespace

const Sha256Kernel kSha256Portable{"portable", 1, compress, compress_lanes, double_64};

}  // namespace keel::crypto
