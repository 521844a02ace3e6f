#include "engine/txgraph/diagram.hpp"

#include <algorithm>

namespace keel::txgraph {

namespace {

// Walks a diagram from left to right. Behind its last point the line goes on level.
class Line {
public:
    explicit Line(Diagram chunks) : left_(chunks) {}

    [[nodiscard]] bool ended() const { return left_.empty(); }
    // Size up to the next corner.
    [[nodiscard]] std::int64_t next_size() const { return left_.front().size - gone_; }
    // Goes right by `size`, at most to the next corner.
    void advance(std::int64_t size) {
        if (ended()) {
            return;
        }
        gone_ += size;
        if (gone_ == left_.front().size) {
            base_ += left_.front().fee;
            gone_ = 0;
            left_ = left_.subspan(1);
        }
    }
    // Height here is base() + slope(): fee * gone / size of the chunk that is being passed.
    [[nodiscard]] std::int64_t base() const { return base_; }
    [[nodiscard]] FeeSize slope() const {
        return ended() || gone_ == 0 ? FeeSize{.fee = 0, .size = 1}
                                     : FeeSize{.fee = left_.front().fee, .size = left_.front().size};
    }
    [[nodiscard]] std::int64_t gone() const { return gone_; }

private:
    Diagram left_;
    std::int64_t base_ = 0;
    std::int64_t gone_ = 0;
};

// At any corner of either line one of them has a corner: its height is whole, and only the other one needs a fraction.
std::strong_ordering compare_heights(const Line& a, const Line& b) {
    const SignedWide whole = static_cast<SignedWide>(a.base()) - b.base();
    // whole + a.fee * a.gone / a.size - b.fee * b.gone / b.size, where one of the fractions is zero with size 1.
    const SignedWide left = whole * a.slope().size * b.slope().size + static_cast<SignedWide>(a.slope().fee) * a.gone();
    const SignedWide right = static_cast<SignedWide>(b.slope().fee) * b.gone();
    return left <=> right;
}

}  // namespace

std::partial_ordering compare_diagrams(Diagram a, Diagram b) {
    Line first(a);
    Line second(b);
    bool first_above = false;
    bool second_above = false;
    while (!first.ended() || !second.ended()) {
        const std::int64_t step = first.ended()    ? second.next_size()
                                  : second.ended() ? first.next_size()
                                                   : std::min(first.next_size(), second.next_size());
        first.advance(step);
        second.advance(step);
        const auto heights = compare_heights(first, second);
        first_above = first_above || heights > 0;
        second_above = second_above || heights < 0;
        if (first_above && second_above) {
            return std::partial_ordering::unordered;
        }
    }
    return static_cast<int>(first_above) <=> static_cast<int>(second_above);
}

}  // namespace keel::txgraph
