#include "front/rpc/json_writer.hpp"

#include <limits>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "base/rng.hpp"

namespace keel::rpc {
namespace {

template <class T>
std::string json(const T& value) {
    std::string out;
    JsonWriter(out).value(value);
    return out;
}

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
    std::string out;
    JsonWriter writer(out);
    writer.begin_object();
    writer.field("a", 1);
    writer.key("b");
    writer.begin_array();
    writer.value(true);
    writer.value(nullptr);
    writer.begin_object();
    writer.end_object();
    writer.begin_array();
    writer.end_array();
    writer.end_array();
    writer.field_hex("c", as_bytes("\x01\xff"));
    writer.end_object();
    EXPECT_EQ(out, R"({"a":1,"b":[true,null,{},[]],"c":"01ff"})");
}

TEST(JsonWriter, IntegersKeepEveryDigit) {
    EXPECT_EQ(json(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
    EXPECT_EQ(json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(json(std::uint8_t{200}), "200");
}

TEST(JsonWriter, AmountsAreExact) {
    using primitives::Amount;
    EXPECT_EQ(json(Amount(0)), "0.00000000");
    EXPECT_EQ(json(Amount(1)), "0.00000001");
    EXPECT_EQ(json(Amount(-1)), "-0.00000001");
    EXPECT_EQ(json(Amount(5'000'000'000)), "50.00000000");
    EXPECT_EQ(json(primitives::kMaxMoney), "21000000.00000000");
    EXPECT_EQ(json(Amount(std::numeric_limits<std::int64_t>::min())), "-92233720368.54775808");
}

TEST(JsonWriter, DoublesHaveSixteenDigits) {
    EXPECT_EQ(json(1.0), "1");
    EXPECT_EQ(json(4.656542373906925e-10), "4.656542373906925e-10");
    EXPECT_EQ(json(0.1), "0.1");
}

TEST(JsonWriter, HashesAreShownReversed) {
    RawHash hash;
    hash.bytes[0] = std::byte{0x6f};
    EXPECT_EQ(json(hash), '"' + std::string(62, '0') + "6f\"");
}

TEST(JsonWriter, EscapesWhatJsonCannotHold) {
    EXPECT_EQ(json("\"\\\b\f\n\r\t\x01\x7f/"), R"("\"\\\b\f\n\r\t\u0001\u007f/")");
    EXPECT_EQ(json("gr\xc3\xbc\xc3\x9f \xe2\x82\xbf \xf0\x9f\x9a\x80"),
              "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xbf \xf0\x9f\x9a\x80\"");
}

TEST(JsonWriter, BrokenUtf8IsReplacedByteByByte) {
    const std::string mark = "\xef\xbf\xbd";
    EXPECT_EQ(json("a\xff"
                   "b"),
              "\"a" + mark + "b\"");
    EXPECT_EQ(json("\xc0\x80"), '"' + mark + mark + '"');             // overlong
    EXPECT_EQ(json("\xed\xa0\x80"), '"' + mark + mark + mark + '"');  // surrogate
    EXPECT_EQ(json("\xe2\x82"), '"' + mark + mark + '"');             // cut short
}

TEST(JsonWriter, WhateverTheTextAParserReadsItBack) {
    Rng rng(1);
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (std::uint64_t i = rng.below(30); i > 0; --i) {
            text += static_cast<char>(rng.below(0x80));
        }
        const boost::json::value parsed = boost::json::parse(json(text));
        EXPECT_EQ(std::string(parsed.as_string().data(), parsed.as_string().size()), text);
        std::string noise;
        for (std::uint64_t i = rng.below(30); i > 0; --i) {
            noise += static_cast<char>(rng.below(0x100));
        }
        boost::json::error_code error;
        EXPECT_TRUE(boost::json::parse(json(noise), error).is_string());
        EXPECT_FALSE(error) << json(noise);
    }
}

TEST(JsonWriterDeath, NestingIsBounded) {
    std::string out;
    JsonWriter writer(out);
    for (std::size_t i = 0; i < JsonWriter::kDepthMax; ++i) {
        writer.begin_array();
    }
    EXPECT_DEATH(writer.begin_array(), "kDepthMax");
}

}  // namespace
}  // namespace keel::rpc
