// The forward secure ciphers of BIP324: ChaCha20 (RFC 8439) with keys that replace themselves every 224 uses, so that
// a key that leaks reveals nothing of what was sent long before.
//
// Both ends of a connection hold the same objects and use them in the same order. The work is done by OpenSSL's
// kernels (about 2 GB/s); a context takes about 1 KB.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.hpp"

namespace keel::crypto {

inline constexpr std::uint32_t kCipherUsesPerKey = 224;

using CipherKey = std::array<std::byte, 32>;

class CipherContext;  // of OpenSSL

// BIP324 "FSChaCha20": a stream cipher. Encrypting and decrypting are the same.
class FsChaCha20 {
public:
    explicit FsChaCha20(const CipherKey& key, std::uint32_t uses_per_key = kCipherUsesPerKey);
    FsChaCha20(FsChaCha20&&) noexcept;
    FsChaCha20& operator=(FsChaCha20&&) noexcept;
    ~FsChaCha20();

    // One use. `out` may be `in`.
    void crypt(ByteSpan in, MutableByteSpan out);

private:
    void start(const CipherKey& key);

    std::unique_ptr<CipherContext> context_;
    std::uint32_t uses_per_key_;
    std::uint32_t uses_ = 0;
    std::uint64_t key_number_ = 0;
};

// BIP324 "FSChaCha20Poly1305": an authenticated cipher. One use is a begin, any number of updates, and an end; a
// packet may pass in pieces.
class FsChaCha20Poly1305 {
public:
    static constexpr std::size_t kTagSize = 16;
    using Tag = std::array<std::byte, kTagSize>;
    enum class Direction : std::uint8_t { encrypt, decrypt };

    FsChaCha20Poly1305(const CipherKey& key, Direction direction, std::uint32_t uses_per_key = kCipherUsesPerKey);
    FsChaCha20Poly1305(FsChaCha20Poly1305&&) noexcept;
    FsChaCha20Poly1305& operator=(FsChaCha20Poly1305&&) noexcept;
    ~FsChaCha20Poly1305();

    // `aad` is authenticated with the packet, but not part of it.
    void begin(ByteSpan aad);
    // `out` may be `in`. What is decrypted must not be trusted before the tag was checked.
    void update(ByteSpan in, MutableByteSpan out);
    // Ends an encryption.
    Tag seal();
    // Ends a decryption: whether the packet is what the other end encrypted.
    [[nodiscard]] bool check(const Tag& tag);

private:
    void start(std::uint32_t packet);
    void count_use();

    std::unique_ptr<CipherContext> context_;
    CipherKey key_;  // in use; needed again for deriving the next one
    Direction direction_;
    std::uint32_t uses_per_key_;
    std::uint32_t uses_ = 0;
    std::uint64_t key_number_ = 0;
};

}  // namespace keel::crypto
