// A fee rate: what is paid for a size, kept as the exact fraction.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "rules/primitives/amount.hpp"

namespace keel::policy {

using primitives::Amount;

// Compares by the value of the fraction, so 2/4 equals 1/2. Fees may be negative (prioritisation). The rate of nothing
// (0 for 0) is zero where it is multiplied, and equals everything where it is compared.
class FeeRate {
public:
    constexpr FeeRate() = default;
    // A size of zero or less is "nothing".
    constexpr FeeRate(Amount fee, std::int64_t vsize)
        : fee_(vsize > 0 ? fee : Amount()), vsize_(vsize > 0 ? vsize : 0) {}
    static constexpr FeeRate per_kvb(Amount fee) { return {fee, 1000}; }

    // For this many virtual bytes, rounded up; of a negative rate at most -1 satoshi where the size is not zero.
    [[nodiscard]] Amount fee_for(std::int64_t vsize) const;
    // For 1,000 virtual bytes, rounded down.
    [[nodiscard]] Amount per_kvb() const;
    [[nodiscard]] Amount fee() const { return fee_; }
    [[nodiscard]] std::int64_t vsize() const { return vsize_; }
    // "0.00001000 BTC/kvB"
    [[nodiscard]] std::string text() const;

    friend std::strong_ordering operator<=>(const FeeRate& a, const FeeRate& b);
    friend bool operator==(const FeeRate& a, const FeeRate& b) { return (a <=> b) == 0; }
    // Sum of both for 1,000 virtual bytes.
    friend FeeRate operator+(const FeeRate& a, const FeeRate& b);

private:
    Amount fee_;
    std::int64_t vsize_ = 0;
};

}  // namespace keel::policy
