#include "engine/policy/fee_rate.hpp"

#include "base/wide.hpp"

namespace keel::policy {

namespace {

constexpr std::int64_t kSatoshi = primitives::kSatoshiPerBitcoin;
constexpr std::size_t kDecimals = 8;

// a * b / divisor of magnitudes, rounded up or down.
enum class Round : bool { down, up };
std::int64_t scale(std::uint64_t a, std::uint64_t b, std::uint64_t divisor, Round round) {
    const Wide product = static_cast<Wide>(a) * b;
    const Wide more = round == Round::up ? divisor - 1 : 0;
    return static_cast<std::int64_t>((product + more) / divisor);
}

std::uint64_t magnitude(std::int64_t value) {
    return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

// Towards positive or negative infinity.
std::int64_t evaluate(Amount fee, std::int64_t size, std::int64_t of_size, Round round) {
    const bool negative = fee.satoshi() < 0;
    const Round of_magnitude = negative ? (round == Round::up ? Round::down : Round::up) : round;
    const std::int64_t value = scale(magnitude(fee.satoshi()), static_cast<std::uint64_t>(size),
                                     static_cast<std::uint64_t>(of_size), of_magnitude);
    return negative ? -value : value;
}

}  // namespace

Amount FeeRate::fee_for(std::int64_t vsize) const {
    if (vsize_ == 0) {
        return {};
    }
    const std::int64_t fee = evaluate(fee_, vsize, vsize_, Round::up);
    return Amount(fee == 0 && vsize != 0 && fee_.satoshi() < 0 ? -1 : fee);
}

Amount FeeRate::per_kvb() const { return vsize_ == 0 ? Amount() : Amount(evaluate(fee_, 1000, vsize_, Round::down)); }

std::string FeeRate::text() const {
    const std::int64_t rate = per_kvb().satoshi();
    const std::string decimals = std::to_string(magnitude(rate % kSatoshi));
    return std::to_string(rate / kSatoshi) + "." + std::string(kDecimals - decimals.size(), '0') + decimals +
           " BTC/kvB";
}

std::strong_ordering operator<=>(const FeeRate& a, const FeeRate& b) {
    const bool a_negative = a.fee_.satoshi() < 0;
    const bool b_negative = b.fee_.satoshi() < 0;
    const Wide left = static_cast<Wide>(magnitude(a.fee_.satoshi())) * static_cast<std::uint64_t>(b.vsize_);
    const Wide right = static_cast<Wide>(magnitude(b.fee_.satoshi())) * static_cast<std::uint64_t>(a.vsize_);
    if (a_negative != b_negative) {
        if (left == 0 && right == 0) {
            return std::strong_ordering::equal;
        }
        return a_negative ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    return a_negative ? right <=> left : left <=> right;
}

FeeRate operator+(const FeeRate& a, const FeeRate& b) {
    return FeeRate::per_kvb(Amount(a.per_kvb().satoshi() + b.per_kvb().satoshi()));
}

}  // namespace keel::policy
