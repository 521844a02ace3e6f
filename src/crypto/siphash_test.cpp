#include "crypto/siphash.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::crypto {
namespace {

using testing::text_of;

std::uint64_t number(const boost::json::value& hex) { return std::stoull(std::string(text_of(hex)), nullptr, 16); }

TEST(SipHash, AgreesWithThePublishedVectors) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/siphash.json");
    const auto vectors = testing::load_json(path);
    for (const auto& vector : vectors.as_array()) {
        SipHasher hasher({number(vector.at("key").at(0)), number(vector.at("key").at(1))});
        for (const auto& piece : vector.at("input").as_array()) {
            hasher.write(*from_hex(text_of(piece)));
        }
        EXPECT_EQ(hasher.finish(), number(vector.at("expected").at("siphash24"))) << vector;
    }
}

TEST(SipHash, ReferenceAnswerForFifteenBytes) {
    // Appendix A of the SipHash paper.
    SipHasher hasher({0x0706050403020100, 0x0f0e0d0c0b0a0908});
    hasher.write(*from_hex("000102030405060708090a0b0c0d0e"));
    EXPECT_EQ(hasher.finish(), 0xa129ca6149be45e5U);
}

TEST(SipHash, FixedSizesEqualTheStreamingForm) {
    Rng rng(1);
    for (int i = 0; i < 100; ++i) {
        const SipKey key{rng.next(), rng.next()};
        RawHash hash;
        rng.fill(hash.bytes);
        const auto extra = static_cast<std::uint32_t>(rng.next());
        std::array<std::byte, 4> extra_bytes;
        store_le(extra_bytes.data(), extra);
        EXPECT_EQ(siphash(key, hash), SipHasher(key).write(hash.bytes).finish());
        EXPECT_EQ(siphash(key, hash, extra), SipHasher(key).write(hash.bytes).write(extra_bytes).finish());
    }
}

TEST(SipHash, PiecesDoNotMatter) {
    Rng rng(2);
    Bytes data(300);
    rng.fill(data);
    const std::uint64_t whole = SipHasher({1, 2}).write(data).finish();
    for (int i = 0; i < 100; ++i) {
        SipHasher hasher({1, 2});
        for (ByteSpan rest = data; !rest.empty();) {
            const auto n = static_cast<std::size_t>(rng.between(1, std::min<std::size_t>(rest.size(), 20)));
            hasher.write(rest.first(n));
            rest = rest.subspan(n);
        }
        EXPECT_EQ(hasher.finish(), whole);
    }
}

}  // namespace
}  // namespace keel::crypto
