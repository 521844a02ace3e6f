// Blocks and undo data of tree nodes: where they are on disk, reading them back, and what the index says about them.
//
// Owned by the validation thread. A block read back is parsed and checked again, so damage on disk shows as a clear
// error and never as a wrong chain.
#pragma once

#include "engine/store/header_records.hpp"
#include "engine/validation/ports.hpp"
#include "rules/consensus/block_rules.hpp"

namespace keel::validation {

class BlockStore {
public:
    // Memory for blocks that are stored and wait to be connected; beyond it they are read back from disk.
    static constexpr std::size_t kRecentBytesMax = std::size_t{96} << 20U;

    BlockStore(const Ports& ports, store::BlockFiles files) : ports_(ports), files_(std::move(files)) {}

    // Appends the block, or takes `place` as where it already is. The node has data afterwards. Returns the nodes whose
    // branches became complete by it.
    OrBroken<std::vector<const headers::Node*>> put(const headers::Node& node, const consensus::CheckedBlock& block,
                                                    const std::optional<headers::Place>& place);
    // From memory or from disk. The node must have data.
    OrBroken<consensus::CheckedBlock> get(const headers::Node& node);
    [[nodiscard]] bool in_memory(const headers::Node& node) const { return recent_.contains(&node); }
    [[nodiscard]] std::size_t recent_bytes() const { return recent_bytes_; }
    void forget(const headers::Node& node);

    OrBroken<void> put_undo(const headers::Node& node, const store::SpentCoins& spent);
    OrBroken<store::SpentCoins> get_undo(const headers::Node& node) const;

    // Index records of everything that changed since the last call.
    [[nodiscard]] store::KvBatch take_changed_records();
    [[nodiscard]] store::BlockFiles& files() { return files_; }
    [[nodiscard]] const store::BlockFiles& files() const { return files_; }

private:
    Ports ports_;
    store::BlockFiles files_;
    std::unordered_map<const headers::Node*, consensus::CheckedBlock> recent_;
    std::size_t recent_bytes_ = 0;
};

// The index record of a node, and a node's marks from its record.
store::HeaderRecord record_of(const headers::Node& node);
headers::Tree::Restored restored_from(const store::HeaderRecord& record);

// "Cannot read block ...: reason." plus what to do about it.
Broken broken_store(std::string_view what, const store::StoreError& error);
Broken broken_kv(std::string_view what, const store::KvError& error);

}  // namespace keel::validation
