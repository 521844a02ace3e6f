#include "rules/primitives/money_text.hpp"

#include <algorithm>

namespace keel::primitives {

namespace {

constexpr std::size_t kDecimals = 8;
constexpr std::size_t kWholeDigitsMax = 10;  // more than 21 million bitcoin, and far from overflow

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n\f\v";
    const std::size_t first = text.find_first_not_of(kSpace);
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool all_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string money_text(Amount amount) {
    const bool negative = amount.satoshi() < 0;
    const auto value = static_cast<std::uint64_t>(amount.satoshi());
    std::string text = std::to_string(negative ? 0 - value : value);
    if (text.size() <= kDecimals) {
        text.insert(0, kDecimals + 1 - text.size(), '0');
    }
    text.insert(text.size() - kDecimals, 1, '.');
    const std::size_t cents = text.find('.') + 2;  // at least two decimals stay
    while (text.size() > cents + 1 && text.back() == '0') {
        text.pop_back();
    }
    return negative ? "-" + text : text;
}

std::optional<Amount> parse_money(std::string_view text) {
    text = trim(text);
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, dot);
    const std::string_view decimals = dot == text.size() ? std::string_view() : text.substr(dot + 1);
    const bool plausible = !text.empty() && whole.size() <= kWholeDigitsMax && decimals.size() <= kDecimals;
    if (!plausible || !all_digits(whole) || !all_digits(decimals)) {
        return std::nullopt;
    }
    std::int64_t satoshi = 0;
    for (const char c : whole) {
        satoshi = satoshi * 10 + (c - '0');
    }
    for (std::size_t i = 0; i < kDecimals; ++i) {
        satoshi = satoshi * 10 + (i < decimals.size() ? decimals[i] - '0' : 0);
    }
    return Amount(satoshi).is_valid() ? std::optional(Amount(satoshi)) : std::nullopt;
}

}  // namespace keel::primitives
