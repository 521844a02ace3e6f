#include "rules/script/script_number.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"

namespace keel::script {
namespace {

std::string encode(std::int64_t value) { return to_hex(EncodedNumber(value).span()); }

Bytes bytes(std::string_view hex) { return *from_hex(hex); }

// Numbers around every power of two, and random ones of every length up to `bits`.
std::vector<std::int64_t> interesting_numbers(unsigned bits) {
    Rng rng(7);
    std::vector<std::int64_t> out{0};
    for (unsigned bit = 0; bit < bits; ++bit) {
        const std::int64_t power = std::int64_t{1} << bit;
        const auto random = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(power)));
        for (const std::int64_t value : {power - 1, power, random}) {
            out.push_back(value);
            out.push_back(-value);
        }
    }
    return out;
}

TEST(ScriptNumber, KnownEncodings) {
    EXPECT_EQ(encode(0), "");
    EXPECT_EQ(encode(1), "01");
    EXPECT_EQ(encode(-1), "81");
    EXPECT_EQ(encode(127), "7f");
    EXPECT_EQ(encode(128), "8000");
    EXPECT_EQ(encode(-128), "8080");
    EXPECT_EQ(encode(-255), "ff80");
    EXPECT_EQ(encode(256), "0001");
    EXPECT_EQ(encode(0x7FFFFFFF), "ffffff7f");
    EXPECT_EQ(encode(std::numeric_limits<std::int64_t>::max()), "ffffffffffffff7f");
    EXPECT_EQ(encode(std::numeric_limits<std::int64_t>::min()), "000000000000008080");
}

TEST(ScriptNumber, WhatIsEncodedIsMinimalAndDecodesToTheSame) {
    for (const std::int64_t value : interesting_numbers(55)) {
        const EncodedNumber encoded(value);
        EXPECT_EQ(decode_number(encoded.span(), Minimal::required, 8), value);
    }
}

TEST(ScriptNumber, AnyPaddingIsNotMinimalButMeansTheSame) {
    for (const std::int64_t value : interesting_numbers(39)) {
        Bytes padded = to_bytes(EncodedNumber(value).span());
        const bool negative = value < 0;
        if (padded.empty()) {
            padded.push_back(std::byte{0});
        } else {
            padded.back() &= std::byte{0x7F};
            // The sign bit moves to a byte of its own, or to one more if it already had one.
            if ((value < 0 ? -value : value) >> (8 * padded.size() - 1) != 0) {
                padded.back() |= std::byte{0x80};
            }
            padded.push_back(negative ? std::byte{0x80} : std::byte{0});
        }
        EXPECT_EQ(decode_number(padded, Minimal::no, 8), value) << value;
        if (to_bytes(EncodedNumber(value).span()) != padded) {
            EXPECT_FALSE(decode_number(padded, Minimal::required, 8).has_value()) << value;
        }
    }
}

TEST(ScriptNumber, LengthIsLimited) {
    EXPECT_EQ(decode_number(bytes("ffffffff"), Minimal::required), -0x7FFFFFFF);
    EXPECT_FALSE(decode_number(bytes("0000000001"), Minimal::no).has_value());
    EXPECT_EQ(decode_number(bytes("0000000001"), Minimal::required, kLockTimeSizeMax), std::int64_t{1} << 32U);
    EXPECT_FALSE(decode_number(bytes("000000000001"), Minimal::no, kLockTimeSizeMax).has_value());
}

TEST(ScriptNumber, NegativeZeroIsZeroButNotMinimal) {
    EXPECT_EQ(decode_number(bytes("80"), Minimal::no), 0);
    EXPECT_EQ(decode_number(bytes("0080"), Minimal::no), 0);
    EXPECT_FALSE(decode_number(bytes("80"), Minimal::required).has_value());
}

TEST(ScriptNumber, OnlyZerosAreFalse) {
    for (const char* const hex : {"", "00", "0000", "80", "000080"}) {
        EXPECT_FALSE(cast_to_bool(bytes(hex))) << hex;
    }
    for (const char* const hex : {"01", "81", "0100", "8000", "000081", "0001"}) {
        EXPECT_TRUE(cast_to_bool(bytes(hex))) << hex;
    }
}

}  // namespace
}  // namespace keel::script
