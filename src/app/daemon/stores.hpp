// What is on disk, opened in order: the key of the block files, the block index, the coins.
#pragma once

#include "app/daemon/options.hpp"
#include "engine/store/block_files.hpp"
#include "engine/store/kv.hpp"

namespace keel::daemon {

struct Stores {
    std::unique_ptr<store::Files> files;
    store::BlockFilesOptions block_files;
    store::XorKey xor_key{};
    std::unique_ptr<store::Kv> index;
    std::unique_ptr<store::Kv> coins;
    // The block index is (still) being rebuilt from the block files: -reindex, or one that was interrupted.
    bool rebuilding = false;
};

// The error is a sentence that says what to do. -reindex and -reindex-chainstate empty what they rebuild.
[[nodiscard]] Result<Stores, std::string> open_stores(const settings::Loaded& loaded, const Options& options);

// The rebuild is through: the next start does not take it up again. Only while nobody else writes to the index.
[[nodiscard]] Result<void, std::string> end_rebuild(store::Kv& index);

}  // namespace keel::daemon
