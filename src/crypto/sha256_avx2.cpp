// SHA-256 of eight independent streams with AVX2: each vector holds one word of all eight. A single stream gains
// nothing from it and uses the portable code.
#if defined(__x86_64__)

#include <immintrin.h>

#include "crypto/sha256_kernel_list.hpp"
#include "crypto/sha256_padding.hpp"
#include "crypto/sha256_round_constants.hpp"

#define KEEL_AVX2 __attribute__((target("avx2")))
#define KEEL_AVX2_INLINE inline __attribute__((always_inline, target("avx2")))

namespace keel::crypto {
namespace {

KEEL_AVX2_INLINE __m256i add(__m256i a, __m256i b) { return _mm256_add_epi32(a, b); }
KEEL_AVX2_INLINE __m256i exclusive(__m256i a, __m256i b) { return _mm256_xor_si256(a, b); }
template <int Bits>
KEEL_AVX2_INLINE __m256i rotate(__m256i x) {
    return _mm256_or_si256(_mm256_srli_epi32(x, Bits), _mm256_slli_epi32(x, 32 - Bits));
}
KEEL_AVX2_INLINE __m256i big0(__m256i x) { return exclusive(exclusive(rotate<2>(x), rotate<13>(x)), rotate<22>(x)); }
KEEL_AVX2_INLINE __m256i big1(__m256i x) { return exclusive(exclusive(rotate<6>(x), rotate<11>(x)), rotate<25>(x)); }
KEEL_AVX2_INLINE __m256i small0(__m256i x) {
    return exclusive(exclusive(rotate<7>(x), rotate<18>(x)), _mm256_srli_epi32(x, 3));
}
KEEL_AVX2_INLINE __m256i small1(__m256i x) {
    return exclusive(exclusive(rotate<17>(x), rotate<19>(x)), _mm256_srli_epi32(x, 10));
}
KEEL_AVX2_INLINE __m256i choose(__m256i x, __m256i y, __m256i z) {
    return exclusive(z, _mm256_and_si256(x, exclusive(y, z)));
}
KEEL_AVX2_INLINE __m256i majority(__m256i x, __m256i y, __m256i z) {
    return _mm256_or_si256(_mm256_and_si256(x, y), _mm256_and_si256(z, _mm256_or_si256(x, y)));
}

KEEL_AVX2_INLINE __m256i load(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }
KEEL_AVX2_INLINE void store(void* to, __m256i value) { _mm256_storeu_si256(static_cast<__m256i*>(to), value); }
KEEL_AVX2_INLINE __m256i every(std::uint32_t word) { return _mm256_set1_epi32(static_cast<int>(word)); }

KEEL_AVX2_INLINE __m256i swap_words(__m256i bytes) {
    return _mm256_shuffle_epi8(
        bytes, _mm256_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203, 0x0c0d0e0f08090a0b, 0x0405060700010203));
}

// Rows of eight words become columns.
KEEL_AVX2_INLINE void transpose(__m256i (&r)[8]) {
    __m256i pairs[8];
    for (int i = 0; i < 4; ++i) {
        pairs[2 * i] = _mm256_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
        pairs[2 * i + 1] = _mm256_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
    __m256i quads[8];
    for (int i = 0; i < 2; ++i) {
        for (int half = 0; half < 2; ++half) {
            quads[4 * i + 2 * half] = _mm256_unpacklo_epi64(pairs[4 * i + half], pairs[4 * i + 2 + half]);
            quads[4 * i + 2 * half + 1] = _mm256_unpackhi_epi64(pairs[4 * i + half], pairs[4 * i + 2 + half]);
        }
    }
    for (int i = 0; i < 4; ++i) {
        r[i] = _mm256_permute2x128_si256(quads[i], quads[i + 4], 0x20);
        r[i + 4] = _mm256_permute2x128_si256(quads[i], quads[i + 4], 0x31);
    }
}

KEEL_AVX2_INLINE void round(__m256i (&s)[8], int i, __m256i input) {
    const auto at = [i](int k) { return (k - i) & 7; };
    const __m256i t = add(add(add(s[at(7)], big1(s[at(4)])), choose(s[at(4)], s[at(5)], s[at(6)])), input);
    s[at(3)] = add(s[at(3)], t);
    s[at(7)] = add(t, add(big0(s[at(0)]), majority(s[at(0)], s[at(1)], s[at(2)])));
}

// Sixty-four rounds over the sixteen message words in `w`, which are used up.
KEEL_AVX2 void block_rounds(__m256i (&state)[8], __m256i (&w)[16]) {
    __m256i s[8];
    for (int i = 0; i < 8; ++i) {
        s[i] = state[i];
    }
    for (int base = 0; base < 64; base += 16) {
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) {
            round(s, i & 7, add(w[i], every(kSha256Rounds[static_cast<std::size_t>(base + i)])));
            // Words 16 ahead; those made in the last pass are not used.
            w[i] = add(add(w[i], small0(w[(i + 1) & 15])), add(w[(i + 9) & 15], small1(w[(i + 14) & 15])));
        }
    }
    for (int i = 0; i < 8; ++i) {
        state[i] = add(state[i], s[i]);
    }
}

KEEL_AVX2 void padding_rounds(__m256i (&state)[8]) {
    __m256i s[8];
    for (int i = 0; i < 8; ++i) {
        s[i] = state[i];
    }
    for (int base = 0; base < 64; base += 8) {
#pragma GCC unroll 8
        for (int i = 0; i < 8; ++i) {
            round(s, i, every(kPadding64Inputs[static_cast<std::size_t>(base + i)]));
        }
    }
    for (int i = 0; i < 8; ++i) {
        state[i] = add(state[i], s[i]);
    }
}

KEEL_AVX2_INLINE void load_blocks(__m256i (&w)[16], const std::byte* const* blocks, std::size_t offset) {
    for (std::size_t half = 0; half < 2; ++half) {
        __m256i rows[8];
        for (int lane = 0; lane < 8; ++lane) {
            rows[lane] = swap_words(load(blocks[lane] + offset + 32 * half));
        }
        transpose(rows);
        for (std::size_t i = 0; i < 8; ++i) {
            w[8 * half + i] = rows[i];
        }
    }
}

KEEL_AVX2_INLINE void start_state(__m256i (&state)[8]) {
    for (std::size_t i = 0; i < 8; ++i) {
        state[i] = every(kSha256Start[i]);
    }
}

void compress(Sha256State& state, const std::byte* blocks, std::size_t count) {
    kSha256Portable.compress(state, blocks, count);
}

KEEL_AVX2 void compress_lanes(Sha256State* states, const std::byte* const* blocks, std::size_t count) {
    __m256i state[8];
    for (int lane = 0; lane < 8; ++lane) {
        state[lane] = load(states[lane].data());
    }
    transpose(state);
    for (std::size_t at = 0; at < 64 * count; at += 64) {
        __m256i w[16];
        load_blocks(w, blocks, at);
        block_rounds(state, w);
    }
    transpose(state);
    for (int lane = 0; lane < 8; ++lane) {
        store(states[lane].data(), state[lane]);
    }
}

KEEL_AVX2 void double_64(std::byte* out, const std::byte* in) {
    const std::byte* blocks[8];
    for (std::size_t lane = 0; lane < 8; ++lane) {
        blocks[lane] = in + 64 * lane;
    }
    __m256i state[8];
    __m256i w[16];
    start_state(state);
    load_blocks(w, blocks, 0);
    block_rounds(state, w);
    padding_rounds(state);
    for (int i = 0; i < 8; ++i) {
        w[i] = state[i];
        w[i + 8] = _mm256_setzero_si256();
    }
    w[8] = every(0x80000000);
    w[15] = every(256);
    start_state(state);
    block_rounds(state, w);
    transpose(state);
    for (std::size_t lane = 0; lane < 8; ++lane) {
        store(out + 32 * lane, swap_words(state[lane]));
    }
}

}  // namespace

const Sha256Kernel kSha256Avx2{"avx2", 8, compress, compress_lanes, double_64};

}  // namespace keel::crypto

#endif
