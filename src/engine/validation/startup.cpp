#include "engine/validation/startup.hpp"

#include "base/assert.hpp"
#include "engine/headers/accept_header.hpp"
#include "engine/headers/history.hpp"
#include "engine/store/header_records.hpp"

namespace keel::validation {

using headers::Node;

namespace {

using FileEndMap = std::map<std::uint32_t, store::BlockFiles::Ends>;

constexpr std::string_view kRebuild = " Restart with -reindex to rebuild it.";

OrBroken<store::FileEnds> load_tree(const Ports& ports) {
    store::FileEnds ends;
    store::HeaderLoader loader(ports.index);
    for (;;) {
        auto item = loader.next();
        if (!item) {
            return Failure(broken_kv("Cannot read the block index", item.error()));
        }
        if (!*item) {
            break;
        }
        const store::HeaderRecord& record = (*item)->record;
        const Node* parent = ports.tree.find(record.header.previous);
        const bool is_genesis = record.header.previous.is_zero();
        if (is_genesis ? (*item)->hash != ports.tree.genesis().hash() : parent == nullptr) {
            return Failure(Broken{concat("The block index is damaged or belongs to another network: block ",
                                         (*item)->hash, " does not fit.", kRebuild)});
        }
        const Node& node = is_genesis ? ports.tree.genesis() : ports.tree.insert(record.header, *parent);
        ports.tree.restore(node, restored_from(record));
        ends.add(record);
    }
    // Nothing of this has to be written again.
    static_cast<void>(ports.tree.take_changed());
    return ends;
}

OrBroken<void> check_tip(const Ports& ports, const chain::CoinCache& cache) {
    if (cache.height() != primitives::kNoHeight && ports.tree.find(cache.best_block()) == nullptr) {
        return Failure(Broken{concat("The coins belong to block ", cache.best_block(),
                                     ", which the block index does not know.", kRebuild)});
    }
    return {};
}

// Whether the block was adopted; one that breaks a rule or has no parent here is left where it is.
bool adopt(const Ports& ports, const store::FoundBlock& found, UnixTime now) {
    auto block = primitives::Block::parse(found.raw);
    if (!block) {
        return false;
    }
    const auto checked = consensus::check_block(*block, ports.params);
    const auto accepted = headers::accept_header(ports.tree, (*block)->header(), ports.params, now);
    if (!checked || !accepted || accepted->node->is(headers::Mark::has_data) || accepted->node->previous() == nullptr) {
        return false;
    }
    const headers::History past(*accepted->node->previous());
    if (!consensus::check_block_context(*checked, past, ports.params)) {
        return false;
    }
    ports.tree.set_data(*accepted->node,
                        {found.pos.file, found.pos.offset, static_cast<std::uint32_t>(found.raw.size())},
                        static_cast<std::uint32_t>((*block)->tx_count()));
    return true;
}

OrBroken<std::size_t> recover_tail(const Ports& ports, store::BlockFiles& files, UnixTime now) {
    std::size_t recovered = 0;
    for (;;) {
        const auto found = files.scan_tail();
        if (!found) {
            return Failure(broken_store("Cannot read the end of the block files", found.error()));
        }
        if (!*found) {
            return recovered;
        }
        recovered += adopt(ports, **found, now) ? 1U : 0U;
    }
}

// For -reindex: everything in the files is to be kept; undo data will be written again.
OrBroken<FileEndMap> whole_files(const Ports& ports, const store::BlockFilesOptions& options) {
    FileEndMap ends;
    for (std::uint32_t number = 0;; ++number) {
        const std::string path = options.dir + "/" + store::block_file_name(number);
        const auto exists = ports.files.exists(path);
        if (!exists) {
            return Failure(Broken{exists.error().message()});
        }
        if (!*exists) {
            return ends;
        }
        const auto file = ports.files.open(path, store::OpenMode::read);
        const auto size = file ? (*file)->size() : store::FileResult<std::uint64_t>(Failure(file.error()));
        if (!size) {
            return Failure(Broken{size.error().message()});
        }
        ends[number].block = *size;
    }
}

// The genesis block is known to everybody and never downloaded: it is stored and connected here.
OrBroken<void> begin_chain(const Ports& ports, Loaded& loaded) {
    const Node& genesis = ports.tree.genesis();
    if (genesis.tx_count() == 0) {
        const auto place = loaded.files.write_block(ports.params.genesis->raw());
        if (!place) {
            return Failure(broken_store("Cannot store the genesis block", place.error()));
        }
        const auto size = static_cast<std::uint32_t>(ports.params.genesis->raw().size());
        ports.tree.set_data(genesis, {place->file, place->offset, size}, 1);
    }
    if (loaded.cache.height() == primitives::kNoHeight) {
        const auto delta = loaded.cache.connect(*ports.params.genesis, {.height = primitives::Height(0)});
        KEEL_ASSERT(delta.has_value());
        loaded.cache.settle();
        ports.tree.set_connected(genesis);
    }
    return {};
}

}  // namespace

OrBroken<Loaded> load(const Ports& ports, const Options& options, UnixTime now) {
    KEEL_TRY(const store::FileEnds recorded, load_tree(ports));
    FileEndMap ends = recorded.ends();
    if (options.reindex) {
        KEEL_TRY(ends, whole_files(ports, options.block_files));
    }
    auto files = store::BlockFiles::open(ports.files, options.block_files, options.xor_key, ends);
    if (!files) {
        return Failure(broken_store("Cannot open the block files", files.error()));
    }
    auto cache = chain::CoinCache::open(ports.coins, options.cache);
    if (!cache) {
        return Failure(broken_kv("Cannot open the coins", cache.error()));
    }
    KEEL_CHECK(check_tip(ports, *cache));
    Loaded loaded{*std::move(files), *std::move(cache), 0};
    if (!options.reindex) {
        KEEL_TRY(loaded.recovered, recover_tail(ports, loaded.files, now));
    }
    KEEL_CHECK(begin_chain(ports, loaded));
    return loaded;
}

}  // namespace keel::validation
