#include "crypto/muhash.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::crypto {
namespace {

using testing::text_of;

std::array<std::byte, 32> element(std::int64_t i) {
    std::array<std::byte, 32> out{};
    out[0] = static_cast<std::byte>(i);
    return out;
}

MuHash set_of(const boost::json::value& vector) {
    MuHash out;
    for (const auto& i : vector.at("insert").as_array()) {
        out.insert(element(i.as_int64()));
    }
    if (const auto* removed = vector.as_object().if_contains("remove")) {
        for (const auto& i : removed->as_array()) {
            out.remove(element(i.as_int64()));
        }
    }
    return out;
}

TEST(MuHash, AgreesWithThePublishedVectors) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/crypto/muhash3072.json");
    const auto vectors = testing::load_json(path);
    for (const auto& vector : vectors.at("insert_insert_remove").as_array()) {
        EXPECT_EQ(to_hex(set_of(vector).finalize()), text_of(vector.at("finalize_uint256_hex")));
    }
    const auto& serialized = vectors.at("serialization");
    EXPECT_EQ(to_hex(set_of(serialized).state()),
              text_of(serialized.at("numerator||denominator_hex(384+384 bytes LE)")));
    const auto& overflow = vectors.at("overflow");
    const auto state = MuHash::from_state(*from_hex(text_of(overflow.at("serialized_hex"))));
    ASSERT_TRUE(state.has_value());
    EXPECT_EQ(to_hex(state->finalize().span()), text_of(overflow.at("finalize_bytes_hex")));
}

TEST(MuHash, OrderDoesNotMatterAndRemovalUndoesInsertion) {
    Rng rng(1);
    std::vector<std::int64_t> elements(20);
    for (std::size_t i = 0; i < elements.size(); ++i) {
        elements[i] = static_cast<std::int64_t>(i);
    }
    MuHash expected;
    for (std::int64_t i = 0; i < 10; ++i) {
        expected.insert(element(i));
    }
    for (int round = 0; round < 5; ++round) {
        rng.shuffle(std::span(elements));
        MuHash got;
        for (std::int64_t i : elements) {
            got.insert(element(i));
        }
        for (std::int64_t i = 10; i < 20; ++i) {
            got.remove(element(i));
        }
        EXPECT_EQ(got.finalize(), expected.finalize());
    }
}

TEST(MuHash, IsAMultiset) {
    MuHash once;
    once.insert(element(1));
    MuHash twice = once;
    twice.insert(element(1));
    EXPECT_NE(once.finalize(), twice.finalize());
}

TEST(MuHash, PartsCombine) {
    MuHash all;
    MuHash left;
    MuHash right;
    for (std::int64_t i = 0; i < 10; ++i) {
        all.insert(element(i));
        (i % 3 == 0 ? left : right).insert(element(i));
    }
    MuHash joined = left;
    joined.insert_all(right);
    EXPECT_EQ(joined.finalize(), all.finalize());
    all.remove_all(right);
    EXPECT_EQ(all.finalize(), left.finalize());
}

TEST(MuHash, StateSurvivesARoundTrip) {
    MuHash hash;
    hash.insert(element(1));
    hash.remove(element(2));
    const auto restored = MuHash::from_state(hash.state());
    ASSERT_TRUE(restored.has_value());
    EXPECT_EQ(restored->state(), hash.state());
    EXPECT_EQ(restored->finalize(), hash.finalize());
}

TEST(MuHash, RefusesAStateThatNoSetHas) {
    auto state = MuHash().state();
    EXPECT_FALSE(MuHash::from_state(ByteSpan(state).first(767)).has_value());
    state[0] = std::byte{0};  // a numerator of zero
    EXPECT_FALSE(MuHash::from_state(state).has_value());
    // The modulus itself, 2^3072 - 1103717, is zero in disguise.
    std::fill_n(state.begin(), 384, std::byte{0xff});
    std::ranges::copy(*from_hex("9b28ef"), state.begin());
    EXPECT_FALSE(MuHash::from_state(state).has_value());
    state[0] = std::byte{0x9c};
    EXPECT_TRUE(MuHash::from_state(state).has_value());
}

}  // namespace
}  // namespace keel::crypto
