// Kv on RocksDB, tuned for coins: bloom filters on whole keys, hash index within blocks, no compression, XXH3
// checksums, sorted MultiGet, and generations taken over as sorted files.
//
// Memory: the block cache (data, and filters and indexes where told so) and memtables together stay within
// RocksOptions::memory; with max_open_files = -1 filters and indexes of all files are held besides it, about 1.6 bytes
// a key. table_memory() says how much that is.
#pragma once

#include "engine/store/kv.hpp"

namespace keel::disk {

enum class RocksProfile : std::uint8_t {
    coins,    // random point reads of present keys, large sorted ingests
    records,  // small, read through at start: block index, and indexes
};

struct RocksOptions {
    std::string path;                   // a folder; created with its parents
    std::vector<std::string> families;  // in the order KvFamily counts
    RocksProfile profile = RocksProfile::records;
    std::size_t memory = 8U << 20U;  // block cache and memtables together, in bytes
    bool wipe = false;               // start empty: -reindex, -reindex-chainstate
    int background_threads = 1;      // for flush and compaction
};

// Opens or creates. Leftovers of an interrupted ingest are removed.
[[nodiscard]] Result<std::unique_ptr<store::Kv>, store::KvError> open_rocks(const RocksOptions& options);

}  // namespace keel::disk
