// SHA-1, RIPEMD-160 and SHA-512 in plain C++: their inputs here are short, where calling a library costs more than the
// hash itself.
#include "crypto/hash.hpp"

#include <bit>
#include <cstdint>

#include "base/endian.hpp"
#include "crypto/sha256.hpp"

namespace keel::crypto {
namespace {

// Merkle-Damgard padding shared by the three: 0x80, zeroes, and the bit length at the end, in blocks of BlockSize.
// Calls compress(block) for each block.
template <std::size_t BlockSize, std::size_t LengthSize, bool BigEndian, class Compress>
void for_each_block(ByteSpan data, Compress&& compress) {
    std::size_t at = 0;
    for (; at + BlockSize <= data.size(); at += BlockSize) {
        compress(data.data() + at);
    }
    std::array<std::byte, 2 * BlockSize> tail{};
    const ByteSpan rest = data.subspan(at);
    std::ranges::copy(rest, tail.begin());
    tail[rest.size()] = std::byte{0x80};
    const std::size_t size = rest.size() + 1 + LengthSize <= BlockSize ? BlockSize : 2 * BlockSize;
    const std::uint64_t bits = std::uint64_t{data.size()} * 8;
    store_le(tail.data() + size - 8, BigEndian ? __builtin_bswap64(bits) : bits);
    for (std::size_t i = 0; i < size; i += BlockSize) {
        compress(tail.data() + i);
    }
}

using Words5 = std::array<std::uint32_t, 5>;
constexpr Words5 kStart160{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};

struct Sha1Step {
    std::uint32_t mix;
    std::uint32_t constant;
};

Sha1Step sha1_step(std::size_t i, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    if (i < 20) {
        return {(b & c) | (~b & d), 0x5A827999};
    }
    if (i < 40) {
        return {b ^ c ^ d, 0x6ED9EBA1};
    }
    if (i < 60) {
        return {(b & c) | (b & d) | (c & d), 0x8F1BBCDC};
    }
    return {b ^ c ^ d, 0xCA62C1D6};
}

void sha1_compress(Words5& state, const std::byte* block) {
    std::array<std::uint32_t, 80> w;
    for (std::size_t i = 0; i < 16; ++i) {
        w[i] = __builtin_bswap32(load_le<std::uint32_t>(block + 4 * i));
    }
    for (std::size_t i = 16; i < 80; ++i) {
        w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    }
    auto [a, b, c, d, e] = state;
    for (std::size_t i = 0; i < 80; ++i) {
        const Sha1Step step = sha1_step(i, b, c, d);
        const std::uint32_t next = std::rotl(a, 5) + step.mix + e + step.constant + w[i];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    const Words5 add{a, b, c, d, e};
    for (std::size_t i = 0; i < 5; ++i) {
        state[i] += add[i];
    }
}

// RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996): word order, rotations and constants of the left and right lines.
struct RipemdLine {
    std::array<std::uint8_t, 80> word;
    std::array<std::uint8_t, 80> rotation;
    std::array<std::uint32_t, 5> constant;
};

constexpr RipemdLine kLeft{
    {0,  1, 2,  3,  4, 5,  6,  7,  8, 9, 10, 11, 12, 13, 14, 15, 7, 4,  13, 1, 10, 6, 15, 3,  12, 0, 9,
     5,  2, 14, 11, 8, 3,  10, 14, 4, 9, 15, 8,  1,  2,  7,  0,  6, 13, 11, 5, 12, 1, 9,  11, 10, 0, 8,
     12, 4, 13, 3,  7, 15, 14, 5,  6, 2, 4,  0,  5,  9,  7,  12, 2, 10, 14, 1, 3,  8, 11, 6,  15, 13},
    {11, 14, 15, 12, 5,  8,  7,  9, 11, 13, 14, 15, 6,  7,  9, 8,  7,  6,  8,  13, 11, 9,  7,  15, 7,  12, 15,
     9,  11, 7,  13, 12, 11, 13, 6, 7,  14, 9,  13, 15, 14, 8, 13, 6,  5,  12, 7,  5,  11, 12, 14, 15, 14, 15,
     9,  8,  9,  14, 5,  6,  8,  6, 5,  12, 9,  15, 5,  11, 6, 8,  13, 12, 5,  12, 13, 14, 11, 8,  5,  6},
    {0x00000000, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E}};

constexpr RipemdLine kRight{
    {5,  14, 7, 0,  9, 2,  11, 4, 13, 6,  15, 8,  1,  10, 3, 12, 6, 11, 3, 7, 0,  13, 5, 10, 14, 15, 8,
     12, 4,  9, 1,  2, 15, 5,  1, 3,  7,  14, 6,  9,  11, 8, 12, 2, 10, 0, 4, 13, 8,  6, 4,  1,  3,  11,
     15, 0,  5, 12, 2, 13, 9,  7, 10, 14, 12, 15, 10, 4,  1, 5,  8, 7,  6, 2, 13, 14, 0, 3,  9,  11},
    {8, 9,  9,  11, 13, 15, 15, 5,  7,  7, 8, 11, 14, 14, 12, 6, 9,  13, 15, 7,  12, 8,  9,  11, 7,  7,  12,
     7, 6,  15, 13, 11, 9,  7,  15, 11, 8, 6, 6,  14, 12, 13, 5, 14, 13, 13, 7,  5,  15, 5,  8,  11, 14, 14,
     6, 14, 6,  9,  12, 9,  12, 5,  15, 8, 8, 5,  12, 9,  12, 5, 14, 6,  8,  13, 6,  5,  15, 13, 11, 11},
    {0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0x00000000}};

template <std::size_t Function>
std::uint32_t ripemd_mix(std::uint32_t x, std::uint32_t y, std::uint32_t z) {
    if constexpr (Function == 0) {
        return x ^ y ^ z;
    } else if constexpr (Function == 1) {
        return (x & y) | (~x & z);
    } else if constexpr (Function == 2) {
        return (x | ~y) ^ z;
    } else if constexpr (Function == 3) {
        return (x & z) | (y & ~z);
    } else {
        return x ^ (y | ~z);
    }
}

// Sixteen steps of one line; Round counts from 0 to 4.
template <std::size_t Round, std::size_t Function>
inline void ripemd_round(Words5& v, const std::array<std::uint32_t, 16>& message, const RipemdLine& line) {
#pragma GCC unroll 16
    for (std::size_t i = 16 * Round; i < 16 * (Round + 1); ++i) {
        const std::uint32_t sum =
            v[0] + ripemd_mix<Function>(v[1], v[2], v[3]) + message[line.word[i]] + line.constant[Round];
        const std::uint32_t next = std::rotl(sum, line.rotation[i]) + v[4];
        v = {v[4], next, v[1], std::rotl(v[2], 10), v[3]};
    }
}

void ripemd_compress(Words5& state, const std::byte* block) {
    std::array<std::uint32_t, 16> message;
    for (std::size_t i = 0; i < 16; ++i) {
        message[i] = load_le<std::uint32_t>(block + 4 * i);
    }
    Words5 left = state;
    Words5 right = state;
    ripemd_round<0, 0>(left, message, kLeft);
    ripemd_round<0, 4>(right, message, kRight);
    ripemd_round<1, 1>(left, message, kLeft);
    ripemd_round<1, 3>(right, message, kRight);
    ripemd_round<2, 2>(left, message, kLeft);
    ripemd_round<2, 2>(right, message, kRight);
    ripemd_round<3, 3>(left, message, kLeft);
    ripemd_round<3, 1>(right, message, kRight);
    ripemd_round<4, 4>(left, message, kLeft);
    ripemd_round<4, 0>(right, message, kRight);
    state = {state[1] + left[2] + right[3], state[2] + left[3] + right[4], state[3] + left[4] + right[0],
             state[4] + left[0] + right[1], state[0] + left[1] + right[2]};
}

using Words8 = std::array<std::uint64_t, 8>;

constexpr std::array<std::uint64_t, 80> kSha512Rounds{
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
    0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
    0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
    0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
    0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
    0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817};

void sha512_compress(Words8& state, const std::byte* block) {
    std::array<std::uint64_t, 80> w;
    for (std::size_t i = 0; i < 16; ++i) {
        w[i] = __builtin_bswap64(load_le<std::uint64_t>(block + 8 * i));
    }
    for (std::size_t i = 16; i < 80; ++i) {
        const std::uint64_t s0 = std::rotr(w[i - 15], 1) ^ std::rotr(w[i - 15], 8) ^ (w[i - 15] >> 7U);
        const std::uint64_t s1 = std::rotr(w[i - 2], 19) ^ std::rotr(w[i - 2], 61) ^ (w[i - 2] >> 6U);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < 80; ++i) {
        const std::uint64_t big1 = std::rotr(e, 14) ^ std::rotr(e, 18) ^ std::rotr(e, 41);
        const std::uint64_t t1 = h + big1 + ((e & f) ^ (~e & g)) + kSha512Rounds[i] + w[i];
        const std::uint64_t big0 = std::rotr(a, 28) ^ std::rotr(a, 34) ^ std::rotr(a, 39);
        const std::uint64_t t2 = big0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const Words8 add{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i) {
        state[i] += add[i];
    }
}

}  // namespace

Hash160 sha1(ByteSpan data) {
    Words5 state = kStart160;
    for_each_block<64, 8, true>(data, [&](const std::byte* block) { sha1_compress(state, block); });
    Hash160 out;
    for (std::size_t i = 0; i < 5; ++i) {
        store_le(out.data() + 4 * i, __builtin_bswap32(state[i]));
    }
    return out;
}

Hash160 ripemd160(ByteSpan data) {
    Words5 state = kStart160;
    for_each_block<64, 8, false>(data, [&](const std::byte* block) { ripemd_compress(state, block); });
    Hash160 out;
    for (std::size_t i = 0; i < 5; ++i) {
        store_le(out.data() + 4 * i, state[i]);
    }
    return out;
}

Hash160 hash160(ByteSpan data) { return ripemd160(sha256(data).bytes); }

Hash512 sha512(ByteSpan data) {
    Words8 state{0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                 0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
    for_each_block<128, 16, true>(data, [&](const std::byte* block) { sha512_compress(state, block); });
    Hash512 out;
    for (std::size_t i = 0; i < 8; ++i) {
        store_le(out.data() + 8 * i, __builtin_bswap64(state[i]));
    }
    return out;
}

}  // namespace keel::crypto
