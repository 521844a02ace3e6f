#include "crypto/siphash.hpp"

#include <bit>

namespace keel::crypto {
namespace {

using Vars = std::array<std::uint64_t, 4>;

inline Vars start(SipKey key) {
    return {0x736f6d6570736575 ^ key.k0, 0x646f72616e646f6d ^ key.k1, 0x6c7967656e657261 ^ key.k0,
            0x7465646279746573 ^ key.k1};
}

inline void round(Vars& v) {
    v[0] += v[1];
    v[2] += v[3];
    v[1] = std::rotl(v[1], 13) ^ v[0];
    v[3] = std::rotl(v[3], 16) ^ v[2];
    v[0] = std::rotl(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = std::rotl(v[1], 17) ^ v[2];
    v[3] = std::rotl(v[3], 21) ^ v[0];
    v[2] = std::rotl(v[2], 32);
}

inline void absorb(Vars& v, std::uint64_t word) {
    v[3] ^= word;
    round(v);
    round(v);
    v[0] ^= word;
}

inline std::uint64_t squeeze(Vars& v) {
    v[2] ^= 0xFF;
    round(v);
    round(v);
    round(v);
    round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

inline void absorb_32(Vars& v, const std::byte* data) {
    for (std::size_t i = 0; i < 32; i += 8) {
        absorb(v, load_le<std::uint64_t>(data + i));
    }
}

}  // namespace

SipHasher::SipHasher(SipKey key) : v_(start(key)) {}

SipHasher& SipHasher::write(ByteSpan data) {
    while (!data.empty() && length_ % 8 != 0) {
        pending_ |= std::to_integer<std::uint64_t>(data.front()) << (8 * (length_ % 8));
        data = data.subspan(1);
        if (++length_ % 8 == 0) {
            absorb(v_, pending_);
            pending_ = 0;
        }
    }
    for (; data.size() >= 8; data = data.subspan(8), length_ += 8) {
        absorb(v_, load_le<std::uint64_t>(data.data()));
    }
    for (const std::byte b : data) {
        pending_ |= std::to_integer<std::uint64_t>(b) << (8 * (length_++ % 8));
    }
    return *this;
}

SipHasher& SipHasher::write(std::uint64_t word) {
    std::array<std::byte, 8> bytes;
    store_le(bytes.data(), word);
    return write(bytes);
}

std::uint64_t SipHasher::finish() const {
    Vars v = v_;
    absorb(v, pending_ | (length_ << 56U));
    return squeeze(v);
}

std::uint64_t siphash_32(SipKey key, const std::byte* data32) {
    Vars v = start(key);
    absorb_32(v, data32);
    absorb(v, std::uint64_t{32} << 56U);
    return squeeze(v);
}

std::uint64_t siphash_36(SipKey key, const std::byte* data32, std::uint32_t extra) {
    Vars v = start(key);
    absorb_32(v, data32);
    absorb(v, (std::uint64_t{36} << 56U) | extra);
    return squeeze(v);
}

}  // namespace keel::crypto
