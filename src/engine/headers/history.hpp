// A branch of the tree as the rules want to see it.
#pragma once

#include "engine/headers/node.hpp"
#include "rules/consensus/history.hpp"

namespace keel::headers {

// The chain from genesis to `last`, which must outlive this (nodes live as long as their tree). Any thread.
class History final : public consensus::PastHeaders {
public:
    explicit History(const Node& last) : last_(&last) {}

    [[nodiscard]] primitives::Height height() const override { return last_->height(); }
    [[nodiscard]] consensus::HeaderFacts at(primitives::Height height) const override;
    [[nodiscard]] primitives::BlockHash hash(primitives::Height height) const override;
    [[nodiscard]] std::int64_t median_time_past(primitives::Height height) const override;
    void walk_back(primitives::Height from, const Visitor& visit) const override;

private:
    const Node* last_;
};

}  // namespace keel::headers
