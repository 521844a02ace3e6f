// block_policy_estimates.dat, in Bitcoin Core's format.
#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/fees/block_estimator.hpp"

namespace keel::fees {

namespace {

// The first version of the software that reads what is written here.
constexpr std::int32_t kVersion = 309'900;

bool is_ascending(std::span<const double> limits) {
    return std::ranges::adjacent_find(limits, std::ranges::greater_equal{}) == limits.end();
}

std::vector<double> read_limits(primitives::Reader& in) {
    std::vector<double> limits(in.read_count(kBucketsMax, sizeof(double)));
    for (double& limit : limits) {
        limit = std::bit_cast<double>(in.read<std::uint64_t>());
    }
    const bool usable = limits.size() >= 2 &&
                        std::ranges::all_of(limits, [](double limit) { return std::isfinite(limit) && limit > 0; }) &&
                        is_ascending(limits);
    if (!usable) {
        in.fail(primitives::DecodeError::size_too_large);
    }
    return limits;
}

}  // namespace

const char* describe(FileProblem problem) {
    switch (problem) {
        case FileProblem::version_too_high: return "it was written by a newer version";
        case FileProblem::version_too_old: return "it was written by a version that is too old";
        case FileProblem::corrupt: break;
    }
    return "it is corrupt";
}

Bytes BlockEstimator::encode() const {
    Bytes bytes;
    primitives::Writer out(bytes);
    out.write(kVersion);
    out.write(best_height_);
    // What was seen since the start counts once it covers half as much as the file did.
    const bool own = block_span() > historical_block_span() / 2;
    out.write(own ? first_recorded_ : historical_first_);
    out.write(own ? best_height_ : historical_best_);
    out.write_compact_size(limits_.size());
    for (const double limit : limits_) {
        out.write(std::bit_cast<std::uint64_t>(limit));
    }
    for (const Span span : {Span::days, Span::hours, Span::weeks}) {
        horizon(span).write(out);
    }
    return bytes;
}

Result<BlockEstimator, FileProblem> BlockEstimator::decode(ByteSpan file) {
    primitives::Reader in(file);
    const auto version = in.read<std::int32_t>();
    if (in.ok() && version != kVersion) {
        return Failure(version > kVersion ? FileProblem::version_too_high : FileProblem::version_too_old);
    }
    BlockEstimator out;
    out.blank_ = false;
    out.best_height_ = in.read<std::uint32_t>();
    out.historical_first_ = in.read<std::uint32_t>();
    out.historical_best_ = in.read<std::uint32_t>();
    out.limits_ = read_limits(in);
    if (!in.ok() || out.historical_first_ > out.historical_best_ || out.historical_best_ > out.best_height_) {
        return Failure(FileProblem::corrupt);
    }
    for (const Span span : {Span::days, Span::hours, Span::weeks}) {
        auto read = Horizon::read(in, out.limits_.size());
        if (!read) {
            return Failure(FileProblem::corrupt);
        }
        out.horizons_[static_cast<std::size_t>(span)] = *std::move(read);
    }
    const auto tracked = [&](Span span) { return out.blocks_tracked(span); };
    if (tracked(Span::hours) > tracked(Span::days) || tracked(Span::days) > tracked(Span::weeks)) {
        return Failure(FileProblem::corrupt);
    }
    return out;
}

}  // namespace keel::fees
