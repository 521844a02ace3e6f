// Deletes old block files, by hand (pruneblockchain) or to stay below a size (-prune).
//
// A file goes only as a whole, when every block in it is at least kKeepBlocks below the tip, and only after the index
// on disk says that its blocks are gone. Owned by the validation thread. O(headers) when something is to be deleted.
#pragma once

#include <set>

#include "engine/validation/block_store.hpp"

namespace keel::validation {

class Pruner {
public:
    // BIP159: what a pruned node promises to serve; also the deepest reorganization it can follow.
    static constexpr std::int32_t kKeepBlocks = 288;
    // Room left below the target for blocks that arrive before the next look.
    static constexpr std::uint64_t kHeadroom = std::uint64_t{17} << 20U;

    Pruner(const Ports& ports, std::uint64_t target_bytes) : ports_(ports), target_(target_bytes) {}

    // Asks for files whose blocks are all at or below `height`.
    void ask(primitives::Height height) { asked_ = height; }
    // Marks blocks of files that should go as gone. True when the index has to be flushed before remove() may follow.
    bool choose(BlockStore& store, const headers::Node& tip);
    [[nodiscard]] bool has_chosen() const { return !chosen_.empty(); }
    // Deletes the chosen files.
    OrBroken<void> remove(BlockStore& store);

private:
    [[nodiscard]] bool is_due(const BlockStore& store, const headers::Node& tip) const;

    Ports ports_;
    std::uint64_t target_;
    std::optional<primitives::Height> asked_;
    std::set<std::uint32_t> chosen_;
};

}  // namespace keel::validation
