#include "app/daemon/stores.hpp"

#include "base/logger.hpp"
#include "edge/disk/posix_files.hpp"
#include "edge/disk/rocks_kv.hpp"
#include "edge/runtime/entropy.hpp"
#include "engine/store/coin_format.hpp"
#include "engine/store/header_records.hpp"

namespace keel::daemon {
namespace {

using Error = Failure<std::string>;

// Present in the index's meta family while it is being rebuilt.
constexpr std::string_view kRebuildKey = "rebuild";

std::string advice(store::KvFault fault, std::string_view rebuild) {
    switch (fault) {
        case store::KvFault::corrupt: return concat(" Restart with ", rebuild, " to rebuild it.");
        case store::KvFault::full: return " Free some disk space and start again.";
        case store::KvFault::read_only: return " Check the permissions of the data directory.";
        case store::KvFault::locked: return " Is another node running there?";
        case store::KvFault::unusable:
            return concat(" It was made by another program or a newer version; restart with ", rebuild,
                          " to rebuild it.");
        case store::KvFault::io: break;
    }
    return "";
}

Result<std::unique_ptr<store::Kv>, std::string> open_kv(const disk::RocksOptions& options, std::string_view rebuild) {
    auto kv = disk::open_rocks(options);
    if (!kv) {
        return Error(concat(kv.error().text, advice(kv.error().fault, rebuild)));
    }
    return std::move(*kv);
}

Result<bool, std::string> is_rebuilding(store::Kv& index, bool begin) {
    if (begin) {
        store::KvBatch batch;
        batch.put(store::kHeaderMetaFamily, as_bytes(kRebuildKey), as_bytes("1"));
        if (const auto written = index.write(batch, store::KvSync::yes); !written) {
            return Error(written.error().text);
        }
        return true;
    }
    const auto mark = index.get(store::kHeaderMetaFamily, as_bytes(kRebuildKey));
    if (!mark) {
        return Error(concat(mark.error().text, advice(mark.error().fault, "-reindex")));
    }
    return mark->has_value();
}

}  // namespace

Result<Stores, std::string> open_stores(const settings::Loaded& loaded, const Options& options) {
    Stores out;
    out.files = disk::posix_files(loaded.chain_dir.string());
    out.block_files = {.dir = loaded.blocks_dir.string(),
                       .magic = loaded.params->magic,
                       .file_max = options.block_file_max,
                       .preallocate = true};
    store::XorKey fresh{};
    if (options.random_xor_key) {
        runtime::random_bytes(fresh);
    }
    auto key = store::open_xor_key(*out.files, out.block_files.dir, fresh);
    if (!key) {
        return Error(key.error().fault == store::StoreFault::file ? key.error().file.message() : key.error().text);
    }
    out.xor_key = *key;
    KEEL_TRY(out.index, open_kv({.path = (loaded.chain_dir / "blocks" / "index").string(),
                                 .families = store::header_families(),
                                 .profile = disk::RocksProfile::records,
                                 .memory = options.memory.index_store,
                                 .wipe = options.reindex,
                                 .background_threads = 1},
                                "-reindex"));
    KEEL_TRY(out.coins, open_kv({.path = (loaded.chain_dir / "chainstate").string(),
                                 .families = store::coin_families(),
                                 .profile = disk::RocksProfile::coins,
                                 .memory = options.memory.coin_store,
                                 .wipe = options.reindex || options.reindex_chainstate,
                                 .background_threads = 1},
                                "-reindex-chainstate"));
    KEEL_TRY(out.rebuilding, is_rebuilding(*out.index, options.reindex));
    return out;
}

Result<void, std::string> end_rebuild(store::Kv& index) {
    store::KvBatch batch;
    batch.remove(store::kHeaderMetaFamily, as_bytes(kRebuildKey));
    if (const auto written = index.write(batch, store::KvSync::yes); !written) {
        return Error(written.error().text);
    }
    return {};
}

}  // namespace keel::daemon
