#include "rules/consensus/history.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace keel::consensus {

std::int64_t PastHeaders::median_time_past(Height height) const {
    KEEL_ASSERT(height >= Height(0) && height <= this->height());
    std::array<std::uint32_t, kMedianTimeSpan> times;
    std::size_t count = 0;
    walk_back(height, [&](Height, const HeaderFacts& facts) {
        times[count++] = facts.time;
        return count < times.size();
    });
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(count / 2);
    std::nth_element(times.begin(), middle, times.begin() + static_cast<std::ptrdiff_t>(count));
    return *middle;
}

void PastHeaders::walk_back(Height from, const Visitor& visit) const {
    for (Height height = from; height >= Height(0); --height) {
        if (!visit(height, at(height))) {
            return;
        }
    }
}

}  // namespace keel::consensus
