// SipHash-2-4 (Aumasson, Bernstein 2012): a keyed 64-bit hash for hash tables whose keys an attacker chooses, and the
// short ids of BIP152 and keys of BIP158. Not a cryptographic hash of its own.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/endian.hpp"
#include "base/hash256.hpp"

namespace keel::crypto {

struct SipKey {
    std::uint64_t k0 = 0;
    std::uint64_t k1 = 0;
};

class SipHasher {
public:
    explicit SipHasher(SipKey key);

    SipHasher& write(ByteSpan data);
    // Eight bytes in little-endian order.
    SipHasher& write(std::uint64_t word);
    [[nodiscard]] std::uint64_t finish() const;

private:
    std::array<std::uint64_t, 4> v_;
    std::uint64_t pending_ = 0;  // the bytes of the unfinished word, low first
    std::uint64_t length_ = 0;
};

// SipHash of 32 bytes, unrolled.
std::uint64_t siphash_32(SipKey key, const std::byte* data32);
// SipHash of 32 bytes followed by a little-endian 32-bit number (an outpoint).
std::uint64_t siphash_36(SipKey key, const std::byte* data32, std::uint32_t extra);

template <class Tag>
std::uint64_t siphash(SipKey key, const Hash256<Tag>& hash) {
    return siphash_32(key, hash.bytes.data());
}
template <class Tag>
std::uint64_t siphash(SipKey key, const Hash256<Tag>& hash, std::uint32_t extra) {
    return siphash_36(key, hash.bytes.data(), extra);
}

}  // namespace keel::crypto
