// The small value types: byte order, checked arithmetic, strong integers, results, log lines.
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/checked.hpp"
#include "base/endian.hpp"
#include "base/logger.hpp"
#include "base/result.hpp"
#include "base/strong.hpp"

namespace keel {
namespace {

TEST(Endian, BothOrdersReadWhatTheyWrite) {
    std::array<std::byte, 8> bytes;
    store_le(bytes.data(), std::uint32_t{0x01020304});
    EXPECT_EQ(bytes[0], std::byte{4});
    EXPECT_EQ(load_le<std::uint32_t>(bytes.data()), 0x01020304U);
    store_be(bytes.data(), std::uint64_t{0x0102030405060708});
    EXPECT_EQ(bytes[0], std::byte{1});
    EXPECT_EQ(load_be<std::uint64_t>(bytes.data()), 0x0102030405060708U);
    store_le(bytes.data(), std::int32_t{-2});
    EXPECT_EQ(load_le<std::int32_t>(bytes.data()), -2);
    EXPECT_EQ(byteswap(std::uint16_t{0x0102}), 0x0201U);
}

TEST(Checked, ReportsOverflowAtTheEdge) {
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(checked_add(kMax - 1, std::int64_t{1}), kMax);
    EXPECT_FALSE(checked_add(kMax, std::int64_t{1}).has_value());
    EXPECT_EQ(checked_sub(kMin + 1, std::int64_t{1}), kMin);
    EXPECT_FALSE(checked_sub(kMin, std::int64_t{1}).has_value());
    EXPECT_FALSE(checked_sub(std::uint32_t{0}, std::uint32_t{1}).has_value());
    EXPECT_EQ(checked_mul(std::int64_t{1} << 61, std::int64_t{2}), std::int64_t{1} << 62);
    EXPECT_FALSE(checked_mul(std::int64_t{1} << 62, std::int64_t{2}).has_value());
    EXPECT_FALSE(checked_mul(kMin, std::int64_t{-1}).has_value());
}

TEST(Bytes, CompareLikeText) {
    EXPECT_TRUE(equal(as_bytes("abc"), as_bytes("abc")));
    EXPECT_FALSE(equal(as_bytes("abc"), as_bytes("abd")));
    EXPECT_EQ(compare(as_bytes("ab"), as_bytes("abc")), std::strong_ordering::less);
    EXPECT_EQ(compare(as_bytes("\xff"), as_bytes("a")), std::strong_ordering::greater);
    Bytes out = to_bytes(as_bytes("a"));
    append(out, as_bytes("bc"));
    EXPECT_EQ(as_text(out), "abc");
}

using Position = Strong<struct PositionTag, std::int32_t>;

TEST(StrongInteger, StepsAndMeasuresDistances) {
    Position at(5);
    ++at;
    EXPECT_EQ(at, Position(6));
    --at;
    EXPECT_EQ(at + 3, Position(8));
    EXPECT_EQ(at - 6, Position(-1));
    EXPECT_EQ(Position(9) - at, 4);
    EXPECT_LT(at, Position(6));
    EXPECT_EQ(std::hash<Position>{}(at), std::hash<std::int32_t>{}(5));
}

Result<int, std::string> parse_digit(char c) {
    if (c < '0' || c > '9') {
        return std::unexpected(std::string("no digit: ") + c);
    }
    return c - '0';
}

Result<int, std::string> sum(char a, char b) {
    KEEL_TRY(const int x, parse_digit(a));
    KEEL_TRY(const int y, parse_digit(b));
    KEEL_CHECK(parse_digit('0'));
    return x + y;
}

TEST(ResultMacros, BindTheValueOrReturnTheError) {
    EXPECT_EQ(sum('3', '4'), 7);
    EXPECT_EQ(sum('3', 'x').error(), "no digit: x");
    EXPECT_EQ(sum('y', 'x').error(), "no digit: y");
}

class Lines : public Logger {
public:
    [[nodiscard]] bool enabled(LogCategory, LogLevel level) const override { return level >= LogLevel::info; }
    void write(LogCategory, LogLevel, std::string_view text) override { lines.emplace_back(text); }
    std::vector<std::string> lines;
};

TEST(Logging, BuildsALineOnlyWhenItIsWanted) {
    Lines out;
    log(out, LogCategory::net, LogLevel::debug, "unseen ", 1);
    log(out, LogCategory::net, LogLevel::info, "peer ", Position(3), " is ", true, ", hash ", RawHash{}, ' ', -7);
    ASSERT_EQ(out.lines.size(), 1U);
    EXPECT_EQ(out.lines[0].substr(0, 23), "peer 3 is true, hash 00");
    NullLogger none;
    EXPECT_FALSE(none.enabled(LogCategory::all, LogLevel::error));
    none.write(LogCategory::all, LogLevel::error, "nobody hears this");
}

TEST(AssertDeath, StatesWhatFailedAndWhere) {
    const int x = 1;
    EXPECT_DEATH(KEEL_ASSERT(x == 2), "values_test.cpp.*x == 2");
}

}  // namespace
}  // namespace keel
