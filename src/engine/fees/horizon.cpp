#include "engine/fees/horizon.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/assert.hpp"

namespace keel::fees {

namespace {

void write_double(primitives::Writer& out, double value) { out.write(std::bit_cast<std::uint64_t>(value)); }

// Which rule was broken does not matter to anybody: the file is then not used.
void reject(primitives::Reader& in) { in.fail(primitives::DecodeError::size_too_large); }

void write_row(primitives::Writer& out, std::span<const double> row) {
    out.write_compact_size(row.size());
    for (const double value : row) {
        write_double(out, value);
    }
}

void write_rows(primitives::Writer& out, std::span<const std::vector<double>> rows) {
    out.write_compact_size(rows.size());
    for (const std::vector<double>& row : rows) {
        write_row(out, row);
    }
}

// Averages of counts: finite and not negative.
std::vector<double> read_row(primitives::Reader& in, std::size_t buckets) {
    std::vector<double> row(in.read_count(buckets, sizeof(double)));
    for (double& value : row) {
        value = std::bit_cast<double>(in.read<std::uint64_t>());
        if (!std::isfinite(value) || value < 0) {
            reject(in);
        }
    }
    if (row.size() != buckets) {
        reject(in);
    }
    return row;
}

std::vector<std::vector<double>> read_rows(primitives::Reader& in, std::size_t buckets) {
    std::vector<std::vector<double>> rows(in.read_count(kBlocksTrackedMax, 1 + buckets * sizeof(double)));
    for (std::vector<double>& row : rows) {
        row = read_row(in, buckets);
    }
    return rows;
}

// Sums of consecutive buckets, from the highest rate down.
struct Sums {
    RateRange counts;
    std::size_t near = 0;  // the highest bucket of the range
    std::size_t far = 0;   // the lowest

    [[nodiscard]] double total() const { return counts.total_confirmed + counts.left_mempool + counts.in_mempool; }
    [[nodiscard]] RateRange described(std::span<const double> limits) const {
        RateRange range = counts;
        range.start = far == 0 ? 0 : limits[far - 1];
        range.end = limits[near];
        return range;
    }
};

}  // namespace

Horizon::Horizon(std::size_t buckets, const HorizonShape& shape)
    : decay_(shape.decay),
      scale_(shape.scale),
      rates_(buckets),
      confirmed_(buckets),
      confirmed_within_(shape.periods, Row(buckets)),
      failed_after_(shape.periods, Row(buckets)),
      entered_(std::size_t{shape.periods} * shape.scale, std::vector<std::int32_t>(buckets)),
      entered_before_(buckets) {}

void Horizon::enter(std::uint32_t height, std::size_t bucket) { ++entered_[height % entered_.size()][bucket]; }

void Horizon::leave(std::uint32_t entry_height, std::uint32_t best_height, std::size_t bucket, bool in_block) {
    KEEL_ASSERT(entry_height <= best_height);
    const std::uint32_t blocks = best_height - entry_height;
    std::int32_t& count =
        blocks >= entered_.size() ? entered_before_[bucket] : entered_[entry_height % entered_.size()][bucket];
    count = std::max(count - 1, 0);
    if (in_block) {
        return;
    }
    // It failed for each period that it waited through in full.
    const std::size_t periods = std::min<std::size_t>(blocks / scale_, failed_after_.size());
    for (std::size_t period = 0; period < periods; ++period) {
        ++failed_after_[period][bucket];
    }
}

void Horizon::begin_block(std::uint32_t height) {
    std::vector<std::int32_t>& oldest = entered_[height % entered_.size()];
    for (std::size_t bucket = 0; bucket < oldest.size(); ++bucket) {
        entered_before_[bucket] += oldest[bucket];
        oldest[bucket] = 0;
    }
    const auto fade = [&](Row& row) {
        for (double& value : row) {
            value *= decay_;
        }
    };
    std::ranges::for_each(confirmed_within_, fade);
    std::ranges::for_each(failed_after_, fade);
    fade(rates_);
    fade(confirmed_);
}

void Horizon::confirm(std::uint32_t blocks, std::size_t bucket, double rate) {
    KEEL_ASSERT(blocks >= 1);
    for (std::size_t period = (blocks + scale_ - 1) / scale_; period <= confirmed_within_.size(); ++period) {
        ++confirmed_within_[period - 1][bucket];
    }
    ++confirmed_[bucket];
    rates_[bucket] += rate;
}

// What has been in the pool for the target or longer. Heights before the first block wrap around, as 32-bit numbers.
double Horizon::waiting(const Question& question, std::size_t bucket) const {
    std::int64_t count = entered_before_[bucket];
    for (std::uint32_t age = question.target; age < blocks_tracked(); ++age) {
        count += entered_[(question.best_height - age) % static_cast<std::uint32_t>(entered_.size())][bucket];
    }
    return static_cast<double>(count);
}

// Goes from the highest rate down, in ranges of just enough transactions, and keeps the last range that met the
// threshold. A range that fails is extended by the next one, so that a gap of rates that nobody uses does not end the
// search.
Estimate Horizon::estimate(const Question& question, std::span<const double> limits) const {
    KEEL_ASSERT(question.target >= 1 && question.target <= blocks_tracked());
    const std::size_t period = (question.target + scale_ - 1) / scale_ - 1;
    const double needed = question.sufficient_txs / (1 - decay_);
    Estimate out;
    out.decay = decay_;
    out.scale = scale_;
    Sums now;
    now.near = limits.size() - 1;
    now.far = now.near;
    Sums best = now;
    double partial = 0;
    bool found = false;
    bool passing = true;
    bool fresh = true;  // no bucket has been added since the last range passed
    for (std::size_t bucket = limits.size(); bucket-- > 0;) {
        now.near = fresh ? bucket : now.near;
        now.far = bucket;
        fresh = false;
        now.counts.within_target += confirmed_within_[period][bucket];
        now.counts.total_confirmed += confirmed_[bucket];
        now.counts.left_mempool += failed_after_[period][bucket];
        now.counts.in_mempool += waiting(question, bucket);
        partial += confirmed_[bucket];
        if (partial < needed) {
            continue;
        }
        partial = 0;
        if (now.counts.within_target / now.total() < question.threshold) {
            out.fail = passing ? now.described(limits) : out.fail;
            passing = false;
            continue;
        }
        out.fail = {};
        out.pass = now.counts;
        best = now;
        found = true;
        passing = true;
        fresh = true;
        now.counts = {};
    }
    double left = 0;
    for (std::size_t bucket = best.far; bucket <= best.near; ++bucket) {
        left += confirmed_[bucket];
    }
    if (found && left != 0) {
        // The average rate of the bucket that holds the median transaction.
        left /= 2;
        std::size_t bucket = best.far;
        for (; bucket <= best.near && confirmed_[bucket] < left; ++bucket) {
            left -= confirmed_[bucket];
        }
        out.rate = bucket <= best.near ? rates_[bucket] / confirmed_[bucket] : -1;
        out.pass = best.described(limits);
    }
    // The lowest buckets had too few transactions to tell.
    if (passing && !fresh) {
        out.fail = now.described(limits);
    }
    return out;
}

void Horizon::write(primitives::Writer& out) const {
    write_double(out, decay_);
    out.write(scale_);
    write_row(out, rates_);
    write_row(out, confirmed_);
    write_rows(out, confirmed_within_);
    write_rows(out, failed_after_);
}

std::optional<Horizon> Horizon::read(primitives::Reader& in, std::size_t buckets) {
    HorizonShape shape;
    shape.decay = std::bit_cast<double>(in.read<std::uint64_t>());
    shape.scale = in.read<std::uint32_t>();
    if (!(shape.decay > 0 && shape.decay < 1) || shape.scale == 0 || shape.scale > kBlocksTrackedMax) {
        reject(in);
    }
    Row rates = read_row(in, buckets);
    Row confirmed = read_row(in, buckets);
    std::vector<Row> within = read_rows(in, buckets);
    std::vector<Row> failed = read_rows(in, buckets);
    if (within.empty() || within.size() != failed.size() || within.size() * shape.scale > kBlocksTrackedMax) {
        reject(in);
    }
    if (!in.ok()) {
        return std::nullopt;
    }
    shape.periods = static_cast<std::uint32_t>(within.size());
    Horizon out(buckets, shape);
    out.rates_ = std::move(rates);
    out.confirmed_ = std::move(confirmed);
    out.confirmed_within_ = std::move(within);
    out.failed_after_ = std::move(failed);
    return out;
}

}  // namespace keel::fees
