#include "engine/validation/assumed_valid.hpp"

namespace keel::validation {

bool scripts_assumed_valid(const headers::Node& node, const headers::Tree& tree, const AssumedValid& assumed,
                           const primitives::Params& params) {
    constexpr std::int64_t kBuriedUnder = 14 * 24 * 3600;  // seconds of work at the best header's difficulty
    if (assumed.block.is_zero()) {
        return false;
    }
    const headers::Node* trusted = tree.find(assumed.block);
    const headers::Node& best = tree.best_header();
    if (trusted == nullptr || !trusted->has_ancestor(node) || !best.has_ancestor(node) ||
        best.chain_work() < assumed.minimum_work) {
        return false;
    }
    return consensus::equivalent_time(node.chain_work(), best.chain_work(), best.header().bits, params.pow) >
           kBuriedUnder;
}

}  // namespace keel::validation
