#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace keel {
namespace {

TEST(Hex, EncodesInLowerCase) {
    EXPECT_EQ(to_hex(Bytes{std::byte{0x00}, std::byte{0x9a}, std::byte{0xff}}), "009aff");
    EXPECT_EQ(to_hex(ByteSpan{}), "");
    EXPECT_EQ(to_hex_reversed(Bytes{std::byte{0x01}, std::byte{0x02}}), "0201");
}

TEST(Hex, DecodesEitherCase) {
    EXPECT_EQ(from_hex("009aFf"), (Bytes{std::byte{0x00}, std::byte{0x9a}, std::byte{0xff}}));
    EXPECT_EQ(from_hex(""), Bytes{});
}

TEST(Hex, RefusesOddLengthsAndOtherCharacters) {
    for (const char* text : {"0", "abc", "0g", "g0", " 00", "0x00", "00\n", "@@", "``", "//", "::"}) {
        EXPECT_FALSE(from_hex(text).has_value()) << text;
    }
    EXPECT_FALSE(from_hex(std::string_view("0\0", 2)).has_value());
}

TEST(Hex, EveryByteSurvivesARoundTrip) {
    Bytes all;
    for (int i = 0; i < 256; ++i) {
        all.push_back(static_cast<std::byte>(i));
    }
    EXPECT_EQ(from_hex(to_hex(all)), all);
}

TEST(Hash256, IsShownReversed) {
    RawHash hash;
    hash.bytes[0] = std::byte{0x6f};
    const std::string text = to_hex(hash);
    EXPECT_EQ(text, std::string(62, '0') + "6f");
    EXPECT_EQ(hash_from_hex<RawHash>(text), hash);
    EXPECT_FALSE(hash_from_hex<RawHash>(text.substr(1)).has_value());
    EXPECT_FALSE(hash_from_hex<RawHash>(text + "0").has_value());
    EXPECT_FALSE(hash_from_hex<RawHash>(std::string(63, '0') + "x").has_value());
}

TEST(Hash256, ComparesInMemoryOrderAndCastsKeepTheBytes) {
    RawHash small;
    RawHash large;
    small.bytes[31] = std::byte{0xff};
    large.bytes[0] = std::byte{0x01};
    EXPECT_LT(small, large);
    EXPECT_TRUE(RawHash{}.is_zero());
    EXPECT_FALSE(small.is_zero());
    using Other = Hash256<struct OtherTag>;
    EXPECT_EQ(hash_cast<Other>(small).bytes, small.bytes);
    EXPECT_EQ(HashPrefix{}(large), 1U);
}

}  // namespace
}  // namespace keel
