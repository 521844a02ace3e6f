#include "rules/primitives/money_text.hpp"

#include <map>

#include <gtest/gtest.h>

namespace keel::primitives {
namespace {

TEST(MoneyText, ShowsAtLeastTwoDecimals) {
    const std::map<std::int64_t, std::string> rows = {{0, "0.00"},
                                                      {1, "0.00000001"},
                                                      {10'000'000, "0.10"},
                                                      {100'000'000, "1.00"},
                                                      {123'456'000, "1.23456"},
                                                      {-1, "-0.00000001"},
                                                      {-250'000'000, "-2.50"},
                                                      {INT64_MIN, "-92233720368.54775808"}};
    for (const auto& [satoshi, text] : rows) {
        EXPECT_EQ(money_text(Amount(satoshi)), text);
    }
}

TEST(MoneyText, ReadsWhatUsersWrite) {
    const std::map<std::string, std::optional<std::int64_t>> rows = {{"0", 0},
                                                                     {"0.00000001", 1},
                                                                     {" 1.5 ", 150'000'000},
                                                                     {"21000000", 2'100'000'000'000'000},
                                                                     {".1", 10'000'000},
                                                                     {"21000000.00000001", std::nullopt},
                                                                     {"0.000000001", std::nullopt},
                                                                     {"-1", std::nullopt},
                                                                     {"1e3", std::nullopt},
                                                                     {"1 2", std::nullopt},
                                                                     {"99999999999", std::nullopt},
                                                                     {"", std::nullopt}};
    for (const auto& [text, satoshi] : rows) {
        const auto read = parse_money(text);
        ASSERT_EQ(read.has_value(), satoshi.has_value()) << text;
        EXPECT_TRUE(!read || read->satoshi() == *satoshi) << text;
    }
}

}  // namespace
}  // namespace keel::primitives
