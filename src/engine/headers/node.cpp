#include "engine/headers/node.hpp"

#include <algorithm>

namespace keel::headers {

using primitives::Height;

namespace {

constexpr std::size_t kMedianSpan = 11;

std::int64_t median_time(const primitives::Header& header, const Node* previous) {
    std::array<std::int64_t, kMedianSpan> times{};
    std::size_t count = 0;
    times[count++] = header.time;
    for (const Node* node = previous; node != nullptr && count < kMedianSpan; node = node->previous()) {
        times[count++] = node->header().time;
    }
    const auto end = times.begin() + static_cast<std::ptrdiff_t>(count);
    std::sort(times.begin(), end);
    return times[count / 2];
}

}  // namespace

Node::Node(const primitives::Header& header, const primitives::BlockHash& hash, const Node* previous, std::uint32_t id)
    : hash_(hash),
      header_(header),
      previous_(previous),
      jump_(nullptr),
      chain_work_(consensus::block_work(header.bits)),
      median_time_past_(median_time(header, previous)),
      height_(previous == nullptr ? Height(0) : previous->height() + 1),
      id_(id) {
    if (previous == nullptr) {
        return;
    }
    chain_work_ += previous->chain_work_;
    // Skew-binary numbers: two equal jumps in a row merge into one.
    const Node* far = previous->jump_;
    const bool merge = far != nullptr && far->jump_ != nullptr &&
                       previous->height_ - far->height_ == far->height_ - far->jump_->height_;
    jump_ = merge ? far->jump_ : previous;
}

const Node* Node::ancestor(Height height) const {
    if (height > height_ || height < Height(0)) {
        return nullptr;
    }
    const Node* node = this;
    while (node->height_ > height) {
        node = node->jump_->height_ >= height ? node->jump_ : node->previous_;
    }
    return node;
}

const Node* fork_point(const Node& a, const Node& b) {
    const Height common = std::min(a.height(), b.height());
    std::int32_t low = 0;  // the branches agree here
    std::int32_t high = common.value();
    const Node* at = a.ancestor(common);
    if (at == b.ancestor(common)) {
        return at;
    }
    while (high - low > 1) {
        const std::int32_t middle = low + (high - low) / 2;
        (a.ancestor(Height(middle)) == b.ancestor(Height(middle)) ? low : high) = middle;
    }
    return a.ancestor(Height(low));
}

std::vector<primitives::BlockHash> locator(const Node& from) {
    constexpr std::size_t kSingleSteps = 10;
    std::vector<primitives::BlockHash> out;
    std::int32_t step = 1;
    for (Height height = from.height(); height > Height(0); height = height - step) {
        out.push_back(from.ancestor(height)->hash());
        if (out.size() > kSingleSteps) {
            step *= 2;
        }
        if (height.value() <= step) {
            break;
        }
    }
    out.push_back(from.ancestor(Height(0))->hash());
    return out;
}

}  // namespace keel::headers
