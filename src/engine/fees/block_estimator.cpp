#include "engine/fees/block_estimator.hpp"

#include <algorithm>
#include <cmath>

namespace keel::fees {

namespace {

constexpr double kLowestLimit = 100;  // satoshi for 1,000 virtual bytes
constexpr double kHighestLimit = 1e7;
constexpr double kSpacing = 1.05;
constexpr double kEverything = 1e99;

constexpr HorizonShape kHours{.periods = 12, .scale = 1, .decay = 0.962};
constexpr HorizonShape kDays{.periods = 24, .scale = 2, .decay = 0.9952};
constexpr HorizonShape kWeeks{.periods = 42, .scale = 24, .decay = 0.99931};

// A file whose last block is further back than this says nothing about today.
constexpr std::uint32_t kHistoryMax = 6 * 1008;

// Shares of transactions that have to confirm: within half the target, the target, and twice the target.
constexpr double kHalfTargetShare = 0.6;
constexpr double kTargetShare = 0.85;
constexpr double kDoubleTargetShare = 0.95;

// Transactions a block that make a range of rates worth judging; more where history is short.
constexpr double kSufficientTxs = 0.1;
constexpr double kSufficientTxsOfHours = 0.5;

// More than there is money: what a file with odd averages may at most lead to.
constexpr double kRateMax = 21e14;

// 0 for no answer.
std::int64_t rounded(double rate) { return rate < 0 ? 0 : std::llround(std::min(rate, kRateMax)); }

std::vector<double> default_limits() {
    std::vector<double> limits;
    for (double limit = kLowestLimit; limit <= kHighestLimit; limit *= kSpacing) {
        limits.push_back(limit);
    }
    limits.push_back(kEverything);
    return limits;
}

}  // namespace

double Payment::rate() const {
    const std::int64_t scaled = fee * 1000;
    const std::int64_t down = scaled / virtual_size - (scaled % virtual_size < 0 ? 1 : 0);
    return static_cast<double>(down);
}

BlockEstimator::BlockEstimator()
    : limits_(default_limits()),
      horizons_{Horizon(limits_.size(), kHours), Horizon(limits_.size(), kDays), Horizon(limits_.size(), kWeeks)} {}

std::uint32_t BlockEstimator::bucket_of(double rate) const {
    const auto limit = std::ranges::lower_bound(limits_, rate);
    return static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(limit - limits_.begin(), std::ssize(limits_) - 1));
}

void BlockEstimator::entered(const Entered& tx) {
    // At another height, the estimator and the chain are not in step: the next block brings them together.
    if (!tx.telling || tx.height != best_height_ || waiting_.contains(tx.id)) {
        return;
    }
    const std::uint32_t bucket = bucket_of(tx.payment.rate());
    blank_ = false;
    waiting_[tx.id] = {.height = tx.height, .bucket = bucket};
    for (Horizon& each : horizons_) {
        each.enter(tx.height, bucket);
    }
}

BlockEstimator BlockEstimator::without_waiting() const {
    BlockEstimator out;
    out.limits_ = limits_;
    out.horizons_ = horizons_;
    out.blank_ = blank_;
    out.best_height_ = best_height_;
    out.first_recorded_ = first_recorded_;
    out.historical_first_ = historical_first_;
    out.historical_best_ = historical_best_;
    return out;
}

bool BlockEstimator::left(const primitives::Txid& id) { return stop_following(id, false); }

bool BlockEstimator::stop_following(const primitives::Txid& id, bool in_block) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) {
        return false;
    }
    for (Horizon& each : horizons_) {
        each.leave(found->second.height, best_height_, found->second.bucket, in_block);
    }
    waiting_.erase(found);
    return true;
}

void BlockEstimator::connected(std::uint32_t height, std::span<const Confirmed> txs) {
    if (height <= best_height_) {
        return;
    }
    best_height_ = height;
    if (blank_) {
        return;
    }
    for (Horizon& each : horizons_) {
        each.begin_block(height);
    }
    bool counted = false;
    for (const Confirmed& tx : txs) {
        if (!stop_following(tx.id, true) || tx.entry_height >= height) {
            continue;
        }
        const double rate = tx.payment.rate();
        const std::uint32_t bucket = bucket_of(rate);
        for (Horizon& each : horizons_) {
            each.confirm(height - tx.entry_height, bucket, rate);
        }
        counted = true;
    }
    if (first_recorded_ == 0 && counted) {
        first_recorded_ = height;
    }
}

void BlockEstimator::give_up_waiting() {
    while (!waiting_.empty()) {
        stop_following(waiting_.begin()->first, false);
    }
}

std::uint32_t BlockEstimator::block_span() const { return first_recorded_ == 0 ? 0 : best_height_ - first_recorded_; }

std::uint32_t BlockEstimator::historical_block_span() const {
    if (historical_first_ == 0 || best_height_ - historical_best_ > kHistoryMax) {
        return 0;
    }
    return historical_best_ - historical_first_;
}

// Half of what history covers, so that there was time enough to fail.
std::uint32_t BlockEstimator::usable_target_max() const {
    return std::min(blocks_tracked(Span::weeks), std::max(block_span(), historical_block_span()) / 2);
}

Estimate BlockEstimator::ask(Span span, std::uint32_t target, double threshold) const {
    const Question question{.target = target,
                            .sufficient_txs = span == Span::hours ? kSufficientTxsOfHours : kSufficientTxs,
                            .threshold = threshold,
                            .best_height = best_height_};
    return horizon(span).estimate(question, limits_);
}

// From the shortest history that tracks the target. With `check_shorter`, shorter ones may lower the answer by what
// they say about the longest target that they track.
double BlockEstimator::combined(std::uint32_t target, double threshold, bool check_shorter) const {
    if (target < 1 || target > blocks_tracked(Span::weeks)) {
        return -1;
    }
    const auto tracks = std::ranges::find_if(kSpans, [&](Span span) { return target <= blocks_tracked(span); });
    double rate = ask(*tracks, target, threshold).rate;
    for (const Span span : {Span::days, Span::hours}) {
        if (!check_shorter || target <= blocks_tracked(span)) {
            continue;
        }
        const double shorter = ask(span, blocks_tracked(span), threshold).rate;
        rate = shorter > 0 && (rate == -1 || shorter < rate) ? shorter : rate;
    }
    return rate;
}

double BlockEstimator::over_longer_spans(std::uint32_t target) const {
    double rate = -1;
    if (target <= blocks_tracked(Span::hours)) {
        rate = ask(Span::days, target, kDoubleTargetShare).rate;
    }
    if (target <= blocks_tracked(Span::days)) {
        rate = std::max(rate, ask(Span::weeks, target, kDoubleTargetShare).rate);
    }
    return rate;
}

SmartEstimate BlockEstimator::smart(std::uint32_t target, bool conservative) const {
    if (target < 1 || target > blocks_tracked(Span::weeks)) {
        return {.rate = 0, .target = target};
    }
    // Nothing can be said about the very next block.
    target = std::min(std::max(target, 2U), usable_target_max());
    if (target <= 1) {
        return {.rate = 0, .target = target};
    }
    double rate = std::max({combined(target / 2, kHalfTargetShare, true), combined(target, kTargetShare, true),
                            combined(2 * target, kDoubleTargetShare, !conservative)});
    if (conservative || rate == -1) {
        rate = std::max(rate, over_longer_spans(2 * target));
    }
    return {.rate = rounded(rate), .target = target};
}

RawEstimate BlockEstimator::raw(std::uint32_t target, double threshold, Span span) const {
    RawEstimate out;
    if (target >= 1 && target <= blocks_tracked(span) && threshold <= 1) {
        out.detail = ask(span, target, threshold);
        out.rate = rounded(out.detail.rate);
    }
    return out;
}

}  // namespace keel::fees
