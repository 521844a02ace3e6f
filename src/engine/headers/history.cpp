#include "engine/headers/history.hpp"

namespace keel::headers {

using consensus::HeaderFacts;
using primitives::Height;

namespace {

HeaderFacts facts(const Node& node) { return {node.header().version, node.header().time, node.header().bits}; }

}  // namespace

HeaderFacts History::at(Height height) const { return facts(*last_->ancestor(height)); }

primitives::BlockHash History::hash(Height height) const { return last_->ancestor(height)->hash(); }

std::int64_t History::median_time_past(Height height) const { return last_->ancestor(height)->median_time_past(); }

void History::walk_back(Height from, const Visitor& visit) const {
    for (const Node* node = last_->ancestor(from); node != nullptr; node = node->previous()) {
        if (!visit(node->height(), facts(*node))) {
            return;
        }
    }
}

}  // namespace keel::headers
