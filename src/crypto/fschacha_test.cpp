#include "crypto/fschacha.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::crypto {
namespace {

using testing::text_of;

Bytes hex(const boost::json::value& value) { return *from_hex(text_of(value)); }

CipherKey key_of(const boost::json::value& value) {
    CipherKey out{};
    std::ranges::copy(hex(value), out.begin());
    return out;
}

using Direction = FsChaCha20Poly1305::Direction;

Bytes seal(FsChaCha20Poly1305& cipher, ByteSpan plain, ByteSpan aad) {
    Bytes out(plain.size());
    cipher.begin(aad);
    cipher.update(plain, out);
    append(out, cipher.seal());
    return out;
}

// Nothing when the packet is not authentic. The packet is decrypted in two pieces.
std::optional<Bytes> open(FsChaCha20Poly1305& cipher, ByteSpan packet, ByteSpan aad) {
    const ByteSpan body = packet.first(packet.size() - FsChaCha20Poly1305::kTagSize);
    Bytes out(body.size());
    const std::size_t half = body.size() / 2;
    cipher.begin(aad);
    cipher.update(body.first(half), out);
    cipher.update(body.subspan(half), MutableByteSpan(out).subspan(half));
    FsChaCha20Poly1305::Tag tag;
    std::ranges::copy(packet.last(tag.size()), tag.begin());
    if (!cipher.check(tag)) return std::nullopt;
    return out;
}

TEST(FsChaCha20, GivesThePublishedAnswersAfterARotation) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/crypto/core_crypto_vectors.json");
    const auto vectors = testing::load_json(path);
    ASSERT_EQ(vectors.at("FSChaCha20").as_array().size(), 3U);
    for (const auto& vector : vectors.at("FSChaCha20").as_array()) {
        const Bytes plain = hex(vector.at("plaintext"));
        const auto interval = static_cast<std::uint32_t>(vector.at("rekey_interval").as_int64());
        FsChaCha20 cipher(key_of(vector.at("key")), interval);
        Bytes out(plain.size());
        for (std::uint32_t i = 0; i < interval; ++i) {
            cipher.crypt(plain, out);
        }
        cipher.crypt(plain, out);
        EXPECT_EQ(to_hex(out), text_of(vector.at("ciphertext_after_rotation")));
    }
}

TEST(FsChaCha20Poly1305, GivesThePublishedAnswers) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/crypto/core_crypto_vectors.json");
    const auto vectors = testing::load_json(path);
    ASSERT_EQ(vectors.at("FSChaCha20Poly1305").as_array().size(), 2U);
    for (const auto& vector : vectors.at("FSChaCha20Poly1305").as_array()) {
        const CipherKey key = key_of(vector.at("key"));
        FsChaCha20Poly1305 sender(key, Direction::encrypt);
        FsChaCha20Poly1305 receiver(key, Direction::decrypt);
        for (std::int64_t i = 0; i < vector.at("msg_idx").as_int64(); ++i) {
            ASSERT_TRUE(open(receiver, seal(sender, {}, {}), {}));
        }
        const Bytes packet = seal(sender, hex(vector.at("plain")), hex(vector.at("aad")));
        EXPECT_EQ(to_hex(packet), text_of(vector.at("cipher")));
        EXPECT_EQ(open(receiver, packet, hex(vector.at("aad"))), hex(vector.at("plain")));
    }
}

TEST(FsChaCha20Poly1305, RefusesWhatWasChanged) {
    const CipherKey key{};
    FsChaCha20Poly1305 sender(key, Direction::encrypt);
    const Bytes aad(7, std::byte{1});
    const Bytes packet = seal(sender, Bytes(20, std::byte{2}), aad);
    for (std::size_t i = 0; i < packet.size(); ++i) {
        Bytes changed = packet;
        changed[i] ^= std::byte{4};
        FsChaCha20Poly1305 receiver(key, Direction::decrypt);
        EXPECT_FALSE(open(receiver, changed, aad)) << i;
    }
    FsChaCha20Poly1305 receiver(key, Direction::decrypt);
    EXPECT_FALSE(open(receiver, packet, {}));
    // Nor does it take the same packet again.
    FsChaCha20Poly1305 replayed(key, Direction::decrypt);
    EXPECT_TRUE(open(replayed, packet, aad));
    EXPECT_FALSE(open(replayed, packet, aad));
}

}  // namespace
}  // namespace keel::crypto
