#include <span>

#include "base/assert.hpp"
#include "crypto/hash.hpp"
#include "crypto/sha256.hpp"

namespace keel::crypto {
namespace {

constexpr std::byte kInner{0x36};
constexpr std::byte kOuter{0x5c};

// The key as one block of the hash, each byte changed by `with`.
template <std::size_t BlockSize>
std::array<std::byte, BlockSize> pad_key(ByteSpan key, std::byte with) {
    std::array<std::byte, BlockSize> out;
    out.fill(with);
    for (std::size_t i = 0; i < key.size(); ++i) {
        out[i] ^= key[i];
    }
    return out;
}

}  // namespace

RawHash hmac_sha256(ByteSpan key, ByteSpan data) {
    if (key.size() > 64) {
        return hmac_sha256(sha256(key).bytes, data);
    }
    const RawHash inner = Sha256().write(pad_key<64>(key, kInner)).write(data).finish();
    return Sha256().write(pad_key<64>(key, kOuter)).write(inner.bytes).finish();
}

Hash512 hmac_sha512(ByteSpan key, ByteSpan data) {
    if (key.size() > 128) {
        return hmac_sha512(sha512(key), data);
    }
    Bytes inner = to_bytes(pad_key<128>(key, kInner));
    append(inner, data);
    Bytes outer = to_bytes(pad_key<128>(key, kOuter));
    append(outer, sha512(inner));
    return sha512(outer);
}

void hkdf_sha256(ByteSpan input_key, ByteSpan salt, ByteSpan info, MutableByteSpan out) {
    KEEL_ASSERT(out.size() <= 255 * 32);
    const RawHash pseudo_random_key = hmac_sha256(salt, input_key);
    Bytes block;
    for (unsigned counter = 1; !out.empty(); ++counter) {
        append(block, info);
        block.push_back(static_cast<std::byte>(counter));
        const RawHash made = hmac_sha256(pseudo_random_key.bytes, block);
        const std::size_t n = std::min<std::size_t>(out.size(), 32);
        std::copy_n(made.bytes.begin(), n, out.begin());
        out = out.subspan(n);
        block = to_bytes(made.bytes);
    }
}

}  // namespace keel::crypto
