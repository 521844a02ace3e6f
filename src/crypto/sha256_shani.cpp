// SHA-256 with the SHA extensions of x86. The bulk forms advance two states at once: the round instruction has a
// latency of four cycles, and a second stream fills the gaps (1.6 to 1.9 times the throughput of one).
#if defined(__x86_64__)

#include <immintrin.h>

#include "crypto/sha256_kernel_list.hpp"
#include "crypto/sha256_padding.hpp"
#include "crypto/sha256_round_constants.hpp"

#define KEEL_SHANI __attribute__((target("sha,sse4.1,ssse3")))
#define KEEL_SHANI_INLINE inline __attribute__((always_inline, target("sha,sse4.1,ssse3")))

namespace keel::crypto {
namespace {

// The instructions want the state as (A, B, E, F) and (C, D, G, H).
struct Vars {
    __m128i abef;
    __m128i cdgh;
};

KEEL_SHANI_INLINE __m128i load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }

KEEL_SHANI_INLINE Vars load_state(const Sha256State& s) {
    const __m128i badc = _mm_shuffle_epi32(load(s.data()), 0xB1);
    const __m128i hgfe = _mm_shuffle_epi32(load(s.data() + 4), 0x1B);
    return {_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xF0)};
}

struct Halves {
    __m128i abcd;
    __m128i efgh;
};

KEEL_SHANI_INLINE Halves halves(const Vars& v) {
    const __m128i feba = _mm_shuffle_epi32(v.abef, 0x1B);
    const __m128i dchg = _mm_shuffle_epi32(v.cdgh, 0xB1);
    return {_mm_blend_epi16(feba, dchg, 0xF0), _mm_alignr_epi8(dchg, feba, 8)};
}

KEEL_SHANI_INLINE void store_state(Sha256State& s, const Vars& v) {
    const Halves h = halves(v);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(s.data()), h.abcd);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(s.data() + 4), h.efgh);
}

KEEL_SHANI_INLINE __m128i swap_words(__m128i bytes) {
    return _mm_shuffle_epi8(bytes, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

KEEL_SHANI_INLINE void store_hash(std::byte* out, const Vars& v) {
    const Halves h = halves(v);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), swap_words(h.abcd));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16), swap_words(h.efgh));
}

KEEL_SHANI_INLINE void four_rounds(Vars& v, __m128i input) {
    v.cdgh = _mm_sha256rnds2_epu32(v.cdgh, v.abef, input);
    v.abef = _mm_sha256rnds2_epu32(v.abef, v.cdgh, _mm_shuffle_epi32(input, 0x0E));
}

KEEL_SHANI_INLINE void add(Vars& v, const Vars& before) {
    v.abef = _mm_add_epi32(v.abef, before.abef);
    v.cdgh = _mm_add_epi32(v.cdgh, before.cdgh);
}

// Sixty-four rounds of N streams; message[lane] holds the sixteen words of each and is used up.
template <std::size_t N>
KEEL_SHANI_INLINE void block_rounds(Vars (&v)[N], __m128i (&message)[N][4]) {
    Vars before[N];
    for (std::size_t n = 0; n < N; ++n) {
        before[n] = v[n];
    }
#pragma GCC unroll 16
    for (std::size_t i = 0; i < 16; ++i) {
        const __m128i k = load(kSha256Rounds.data() + 4 * i);
#pragma GCC unroll 2
        for (std::size_t n = 0; n < N; ++n) {
            __m128i(&m)[4] = message[n];
            four_rounds(v[n], _mm_add_epi32(m[i & 3], k));
            if (i < 12) {
                const __m128i near = _mm_alignr_epi8(m[(i + 3) & 3], m[(i + 2) & 3], 4);
                const __m128i partial = _mm_add_epi32(_mm_sha256msg1_epu32(m[i & 3], m[(i + 1) & 3]), near);
                m[i & 3] = _mm_sha256msg2_epu32(partial, m[(i + 3) & 3]);
            }
        }
    }
    for (std::size_t n = 0; n < N; ++n) {
        add(v[n], before[n]);
    }
}

// The block that only pads a 64-byte message: its schedule is known beforehand.
template <std::size_t N>
KEEL_SHANI_INLINE void padding_rounds(Vars (&v)[N]) {
    Vars before[N];
    for (std::size_t n = 0; n < N; ++n) {
        before[n] = v[n];
    }
#pragma GCC unroll 16
    for (std::size_t i = 0; i < 16; ++i) {
        const __m128i input = load(kPadding64Inputs.data() + 4 * i);
#pragma GCC unroll 2
        for (std::size_t n = 0; n < N; ++n) {
            four_rounds(v[n], input);
        }
    }
    for (std::size_t n = 0; n < N; ++n) {
        add(v[n], before[n]);
    }
}

template <std::size_t N>
KEEL_SHANI_INLINE void load_blocks(__m128i (&message)[N][4], const std::byte* const* blocks, std::size_t offset) {
    for (std::size_t n = 0; n < N; ++n) {
        for (std::size_t i = 0; i < 4; ++i) {
            message[n][i] = swap_words(load(blocks[n] + offset + 16 * i));
        }
    }
}

template <std::size_t N>
KEEL_SHANI_INLINE void advance(Sha256State* states, const std::byte* const* blocks, std::size_t count) {
    Vars v[N];
    for (std::size_t n = 0; n < N; ++n) {
        v[n] = load_state(states[n]);
    }
    for (std::size_t at = 0; at < 64 * count; at += 64) {
        __m128i message[N][4];
        load_blocks<N>(message, blocks, at);
        block_rounds<N>(v, message);
    }
    for (std::size_t n = 0; n < N; ++n) {
        store_state(states[n], v[n]);
    }
}

KEEL_SHANI void compress(Sha256State& state, const std::byte* blocks, std::size_t count) {
    advance<1>(&state, &blocks, count);
}

KEEL_SHANI void compress_lanes(Sha256State* states, const std::byte* const* blocks, std::size_t count) {
    advance<2>(states, blocks, count);
}

KEEL_SHANI void double_64(std::byte* out, const std::byte* in) {
    Vars v[2] = {load_state(kSha256Start), load_state(kSha256Start)};
    const std::byte* const blocks[2] = {in, in + 64};
    __m128i message[2][4];
    load_blocks<2>(message, blocks, 0);
    block_rounds<2>(v, message);
    padding_rounds<2>(v);
    for (std::size_t n = 0; n < 2; ++n) {
        const Halves inner = halves(v[n]);
        message[n][0] = inner.abcd;
        message[n][1] = inner.efgh;
        message[n][2] = _mm_set_epi32(0, 0, 0, static_cast<int>(0x80000000));
        message[n][3] = _mm_set_epi32(256, 0, 0, 0);
        v[n] = load_state(kSha256Start);
    }
    block_rounds<2>(v, message);
    store_hash(out, v[0]);
    store_hash(out + 32, v[1]);
}

}  // namespace

const Sha256Kernel kSha256ShaNi{"sha-ni", 2, compress, compress_lanes, double_64};

}  // namespace keel::crypto

#endif
