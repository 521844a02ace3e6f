// Amounts of bitcoin in satoshi.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "base/checked.hpp"

namespace keel::primitives {

inline constexpr std::int64_t kSatoshiPerBitcoin = 100'000'000;

// Any 64-bit number can arrive from outside; is_valid() tells whether it is money. add() never overflows silently.
class Amount {
public:
    constexpr Amount() = default;
    constexpr explicit Amount(std::int64_t satoshi) : satoshi_(satoshi) {}

    [[nodiscard]] constexpr std::int64_t satoshi() const { return satoshi_; }
    // Between zero and 21 million bitcoin, both included.
    [[nodiscard]] constexpr bool is_valid() const {
        return satoshi_ >= 0 && satoshi_ <= 21'000'000 * kSatoshiPerBitcoin;
    }
    // Nothing on overflow of 64 bits.
    [[nodiscard]] constexpr std::optional<Amount> add(Amount other) const {
        const auto sum = checked_add(satoshi_, other.satoshi_);
        return sum ? std::optional(Amount(*sum)) : std::nullopt;
    }
    [[nodiscard]] constexpr std::optional<Amount> subtract(Amount other) const {
        const auto difference = checked_sub(satoshi_, other.satoshi_);
        return difference ? std::optional(Amount(*difference)) : std::nullopt;
    }

    constexpr auto operator<=>(const Amount&) const = default;

private:
    std::int64_t satoshi_ = 0;
};

inline constexpr Amount kMaxMoney{21'000'000 * kSatoshiPerBitcoin};

}  // namespace keel::primitives
