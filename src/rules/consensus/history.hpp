// What the rules need to know about the chain below a header: the facts of every header from genesis to the parent.
//
// headers::Node adapts to this interface; tests use a plain vector. Implementations are immutable while the rules read
// them, answer without recursion, and may be read by several threads at once.
#pragma once

#include <cstdint>
#include <functional>

#include "rules/primitives/ids.hpp"

namespace keel::consensus {

using primitives::BlockHash;
using primitives::CompactTarget;
using primitives::Height;

// The parts of a header that rules about later headers look at.
struct HeaderFacts {
    std::int32_t version = 0;
    std::uint32_t time = 0;  // seconds since 1970
    CompactTarget bits;
};

// Every header that median_time_past() looks at, at most.
inline constexpr int kMedianTimeSpan = 11;

class PastHeaders {
public:
    // Says whether to go on to the header below.
    using Visitor = std::function<bool(Height, const HeaderFacts&)>;

    virtual ~PastHeaders() = default;

    // Height of the last header; kNoHeight when there is none (what comes next is genesis).
    [[nodiscard]] virtual Height height() const = 0;
    // Of the ancestor at this height, which must be between 0 and height(). At most O(log height).
    [[nodiscard]] virtual HeaderFacts at(Height height) const = 0;
    [[nodiscard]] virtual BlockHash hash(Height height) const = 0;
    // Median of the times of the kMedianTimeSpan headers that end at this height (fewer near genesis).
    [[nodiscard]] virtual std::int64_t median_time_past(Height height) const;
    // Visits the header at `from`, then the one below it, down to genesis, until the visitor says stop. Overridden
    // where following a parent pointer is cheaper than at().
    virtual void walk_back(Height from, const Visitor& visit) const;

    [[nodiscard]] HeaderFacts last() const { return at(height()); }
    [[nodiscard]] std::int64_t median_time_past() const { return median_time_past(height()); }
    // Height of the header that comes next.
    [[nodiscard]] Height next_height() const { return height() + 1; }
};

}  // namespace keel::consensus
