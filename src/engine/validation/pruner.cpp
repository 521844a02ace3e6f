#include "engine/validation/pruner.hpp"

#include <map>

namespace keel::validation {

using headers::Mark;
using headers::Node;
using primitives::Height;

bool Pruner::is_due(const BlockStore& store, const Node& tip) const {
    const bool too_large = target_ != 0 && store.files().bytes_on_disk() + kHeadroom > target_;
    const bool deep_enough = tip.height() >= ports_.params.prune_after_height;
    return asked_.has_value() || (too_large && deep_enough);
}

bool Pruner::choose(BlockStore& store, const Node& tip) {
    if (!is_due(store, tip) || has_chosen()) {
        return false;
    }
    Height limit = tip.height() - kKeepBlocks;
    if (asked_ && *asked_ < limit) {
        limit = *asked_;
    }
    std::map<std::uint32_t, std::vector<const Node*>> files;
    for (const Node* node : ports_.tree.all()) {
        if (node->is(Mark::has_data)) {
            files[node->data_place().file].push_back(node);
        }
    }
    std::uint64_t bytes = store.files().bytes_on_disk();
    for (const auto& [number, nodes] : files) {
        const bool old = std::ranges::all_of(nodes, [&](const Node* node) { return node->height() <= limit; });
        const bool enough = !asked_ && bytes + kHeadroom <= target_;
        if (enough || !old || number == store.files().newest_file()) {
            continue;
        }
        bytes -= store.files().file_bytes(number);
        chosen_.insert(number);
        for (const Node* node : nodes) {
            ports_.tree.clear_data(*node);
            if (tip.has_ancestor(*node)) {
                ports_.view.set_pruned_height(std::max(ports_.view.pruned_height(), node->height().value()));
            }
        }
    }
    asked_.reset();
    return has_chosen();
}

OrBroken<void> Pruner::remove(BlockStore& store) {
    for (const std::uint32_t number : chosen_) {
        if (const auto removed = store.files().remove_file(number); !removed) {
            return Failure(broken_store("Cannot prune block files", removed.error()));
        }
        log(ports_.logger, LogCategory::prune, LogLevel::info, "Pruned block file ", number, ".");
    }
    chosen_.clear();
    return {};
}

}  // namespace keel::validation
