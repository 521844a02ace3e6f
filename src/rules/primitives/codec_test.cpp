#include "rules/primitives/codec.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"

namespace keel::primitives {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

TEST(Codec, CompactSizesHaveTheirKnownForms) {
    const struct {
        std::uint64_t value;
        std::string_view form;
    } rows[] = {{0, "00"},
                {252, "fc"},
                {253, "fdfd00"},
                {0xFFFF, "fdffff"},
                {0x1'0000, "fe00000100"},
                {0xFFFF'FFFF, "feffffffff"},
                {0x1'0000'0000, "ff0000000001000000"},
                {0xFFFF'FFFF'FFFF'FFFF, "ffffffffffffffffff"}};
    for (const auto& row : rows) {
        Bytes out;
        Writer(out).write_compact_size(row.value);
        EXPECT_EQ(to_hex(out), row.form);
        EXPECT_EQ(compact_size_length(row.value), out.size());
        Reader in(out);
        EXPECT_EQ(in.read_compact_size(0xFFFF'FFFF'FFFF'FFFF), row.value);
        EXPECT_TRUE(in.ok());
        EXPECT_EQ(in.remaining(), 0U);
    }
}

TEST(Codec, LongerFormsThanNeededAreRefused) {
    for (const auto* text :
         {"fd0000", "fdfc00", "fe00000000", "feffff0000", "ff0000000000000000", "ffffffffff00000000"}) {
        const Bytes bytes = hex(text);
        Reader in(bytes);
        EXPECT_EQ(in.read_compact_size(0xFFFF'FFFF'FFFF'FFFF), 0U);
        ASSERT_FALSE(in.ok()) << text;
        EXPECT_EQ(in.error(), DecodeError::non_canonical_size) << text;
    }
}

TEST(Codec, LimitIsInclusive) {
    const Bytes bytes = hex("fe00000002");
    Reader at(bytes);
    EXPECT_EQ(at.read_compact_size(), kMaxSize);
    EXPECT_TRUE(at.ok());
    Reader below(bytes);
    EXPECT_EQ(below.read_compact_size(kMaxSize - 1), 0U);
    EXPECT_EQ(below.error(), DecodeError::size_too_large);
}

TEST(Codec, EveryPrefixOfACompactSizeIsTruncated) {
    for (const auto* text : {"fdfd00", "fe00000100", "ff0000000001000000"}) {
        const Bytes whole = hex(text);
        for (std::size_t n = 0; n < whole.size(); ++n) {
            Reader in(ByteSpan(whole).first(n));
            in.read_compact_size(0xFFFF'FFFF'FFFF'FFFF);
            ASSERT_FALSE(in.ok());
            EXPECT_EQ(in.error(), DecodeError::truncated);
        }
    }
}

TEST(Codec, CountsAreBoundedByTheBytesPresent) {
    const Bytes bytes = hex("03112233445566");
    Reader fits(bytes);
    EXPECT_EQ(fits.read_count(10, 2), 3U);
    EXPECT_TRUE(fits.ok());
    Reader too_many(bytes);
    EXPECT_EQ(too_many.read_count(10, 3), 0U);
    EXPECT_EQ(too_many.error(), DecodeError::truncated);
    Reader above_limit(bytes);
    EXPECT_EQ(above_limit.read_count(2, 2), 0U);
    EXPECT_EQ(above_limit.error(), DecodeError::size_too_large);
}

TEST(Codec, AFailedReaderStaysFailedAndGivesZeros) {
    const Bytes bytes = hex("ffffffff");
    Reader in(bytes);
    EXPECT_EQ(in.read<std::uint64_t>(), 0U);
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.position(), 0U);
    EXPECT_EQ(in.read<std::uint8_t>(), 0U);
    EXPECT_TRUE(in.take(1).empty());
    in.fail(DecodeError::trailing_bytes);
    EXPECT_EQ(in.error(), DecodeError::truncated);
}

TEST(Codec, LeftOverBytesAreAnError) {
    const Bytes bytes = hex("0102");
    Reader in(bytes);
    in.read<std::uint8_t>();
    in.expect_end();
    EXPECT_EQ(in.error(), DecodeError::trailing_bytes);
}

TEST(Codec, FieldsReadBackAsWritten) {
    Rng rng(1);
    for (int round = 0; round < 200; ++round) {
        const auto a = static_cast<std::int32_t>(rng.next());
        const auto b = rng.next();
        const auto port = static_cast<std::uint16_t>(rng.next());
        RawHash hash;
        rng.fill(hash.bytes);
        Bytes text(rng.below(300));
        rng.fill(text);
        Bytes out;
        Writer writer(out);
        writer.write(a);
        writer.write(b);
        writer.write_be(port);
        writer.write_hash(hash);
        writer.write_var_bytes(text);
        Reader in(out);
        EXPECT_EQ(in.read<std::int32_t>(), a);
        EXPECT_EQ(in.read<std::uint64_t>(), b);
        EXPECT_EQ(in.read_be<std::uint16_t>(), port);
        EXPECT_EQ(in.read_hash<RawHash>(), hash);
        EXPECT_TRUE(equal(in.read_var_bytes(), text));
        in.expect_end();
        EXPECT_TRUE(in.ok());
    }
}

}  // namespace
}  // namespace keel::primitives
