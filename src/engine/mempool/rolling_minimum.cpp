#include "engine/mempool/rolling_minimum.hpp"

#include <algorithm>
#include <array>

namespace keel::mempool {

namespace {

constexpr unsigned kFraction = 32;
constexpr seconds kHalfLife{12 * 3600};
constexpr seconds kPause{10};

// 2^-32 times what remains of 1 after 1/2, 1/4, 1/8, ... of a half-life.
constexpr std::array<std::uint64_t, 16> kRemains{3037000500, 3611622603, 3938502376, 4112874773, 4202935003, 4248701965,
                                                 4271771996, 4283353945, 4289156690, 4292061010, 4293513907, 4294240540,
                                                 4294603903, 4294785595, 4294876445, 4294921870};

Wide decay(Wide value, seconds passed, seconds half_life) {
    const auto halvings = passed / half_life;
    if (halvings >= 100) {
        return 0;
    }
    value >>= static_cast<unsigned>(halvings);
    // Below 2^85 before: 21 million bitcoin in 2^-32 satoshi; each product fits.
    auto rest = static_cast<std::uint64_t>((passed % half_life).count()) << kRemains.size();
    rest /= static_cast<std::uint64_t>(half_life.count());
    for (std::size_t i = 0; i < kRemains.size(); ++i) {
        if ((rest >> (kRemains.size() - 1 - i) & 1U) != 0) {
            value = (value * kRemains[i]) >> kFraction;
        }
    }
    return value;
}

}  // namespace

void RollingMinimum::evicted(const policy::FeeRate& rate) {
    const Wide scaled = static_cast<Wide>(std::max<std::int64_t>(rate.per_kvb().satoshi(), 0)) << kFraction;
    if (scaled > rate_) {
        rate_ = scaled;
        block_since_ = false;
    }
}

void RollingMinimum::block_connected(UnixTime now) {
    last_ = now;
    block_since_ = true;
}

void RollingMinimum::advance(UnixTime now, const Fill& fill, const policy::FeeRate& incremental) {
    if (!block_since_ || rate_ == 0 || now <= last_ + kPause) {
        return;
    }
    const std::int64_t speed = fill.usage < fill.limit / 4 ? 4 : (fill.usage < fill.limit / 2 ? 2 : 1);
    rate_ = decay(rate_, now - last_, kHalfLife / speed);
    last_ = now;
    if (rate_ < (static_cast<Wide>(incremental.per_kvb().satoshi()) << kFraction) / 2) {
        rate_ = 0;
    }
}

primitives::Amount RollingMinimum::rounded() const {
    return primitives::Amount(static_cast<std::int64_t>((rate_ + (Wide{1} << (kFraction - 1))) >> kFraction));
}

policy::FeeRate RollingMinimum::rate(const policy::FeeRate& incremental) const {
    const policy::FeeRate current = policy::FeeRate::per_kvb(rounded());
    if (rate_ == 0 || !block_since_) {
        return current;
    }
    return std::max(current, incremental);
}

}  // namespace keel::mempool
