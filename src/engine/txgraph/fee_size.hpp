// A fee and the size it pays for, and the order of fee rates between such pairs.
//
// Rates are never divided out: two of them are compared by cross multiplication in 128 bits, exactly. The unit of size
// is the caller's (the mempool counts sigop-adjusted weight units). Sums stay far within 64 bits: fees are bounded by
// what exists of money and by what prioritisation can add, sizes by 4,000,000 a transaction.
#pragma once

#include <compare>
#include <cstdint>

#include "base/wide.hpp"

namespace keel::txgraph {

struct FeeSize {
    std::int64_t fee = 0;   // satoshi; negative when the user lowered the priority
    std::int64_t size = 0;  // positive, but for the empty set

    FeeSize& operator+=(const FeeSize& other) {
        fee += other.fee;
        size += other.size;
        return *this;
    }
    FeeSize& operator-=(const FeeSize& other) {
        fee -= other.fee;
        size -= other.size;
        return *this;
    }
    friend FeeSize operator+(FeeSize a, const FeeSize& b) { return a += b; }
    friend FeeSize operator-(FeeSize a, const FeeSize& b) { return a -= b; }
    friend bool operator==(const FeeSize&, const FeeSize&) = default;
};

// Greater: `a` pays more for each unit of size. The empty set (size 0) equals everything; do not sort by it.
inline std::weak_ordering compare_rates(const FeeSize& a, const FeeSize& b) {
    const SignedWide left = static_cast<SignedWide>(a.fee) * b.size;
    const SignedWide right = static_cast<SignedWide>(b.fee) * a.size;
    return left <=> right;
}

}  // namespace keel::txgraph
