// The message schedule of the block that only pads a 64-byte message, with the round constants added: it never
// changes, so the kernels for 64-byte inputs skip its computation.
#pragma once

#include <bit>

#include "crypto/sha256_round_constants.hpp"

namespace keel::crypto {

constexpr std::array<std::uint32_t, 64> sha256_padding_inputs() {
    std::array<std::uint32_t, 64> w{};
    w[0] = 0x80000000;
    w[15] = 512;
    for (std::size_t i = 16; i < 64; ++i) {
        const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3U);
        const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10U);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    for (std::size_t i = 0; i < 64; ++i) {
        w[i] += kSha256Rounds[i];
    }
    return w;
}

alignas(64) inline constexpr std::array<std::uint32_t, 64> kPadding64Inputs = sha256_padding_inputs();

}  // namespace keel::crypto
