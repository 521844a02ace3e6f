// What the validation engine is given by its surroundings, and its settings.
#pragma once

#include <string>

#include "base/logger.hpp"
#include "base/result.hpp"
#include "engine/chain/coin_cache.hpp"
#include "engine/headers/tree.hpp"
#include "engine/mempool/view.hpp"
#include "engine/store/block_files.hpp"
#include "engine/validation/chain_view.hpp"
#include "engine/validation/stages.hpp"
#include "engine/validation/workers.hpp"
#include "rules/primitives/params.hpp"

namespace keel::validation {

// The world broke, or what is stored cannot be used: one sentence for the user. Nothing more may be written.
struct Broken {
    std::string message;
};
template <class T>
using OrBroken = Result<T, Broken>;

// Everything outlives the engine. `verify` runs script checks and coin reads, `flush` the writing of generations (one
// job at a time, so one thread is enough). `index` and `coins` are written by jobs on `flush` only.
struct Ports {
    const primitives::Params& params;
    store::Files& files;
    store::Kv& index;
    store::Kv& coins;
    headers::Tree& tree;
    ChainView& view;
    mempool::View& pool_view;
    Workers& verify;
    Workers& flush;
    Stages& stages;
    Logger& logger;
};

struct Options {
    store::BlockFilesOptions block_files;
    store::XorKey xor_key{};
    chain::CoinCache::Options cache;
    mempool::Options pool;
    // Scripts of ancestors of this block are assumed valid when it is in the best header chain; zero: check all.
    primitives::BlockHash assume_valid;
    // Header chains with less work are not trusted with assumptions, nor are unrequested blocks on them stored.
    consensus::ChainWork minimum_chain_work;
    // Block and undo files are deleted to stay below this many bytes; 0: keep all.
    std::uint64_t prune_target = 0;
    // Connected work reaches the disk at least this often, and what is known about headers and blocks this often.
    seconds flush_interval{600};
    seconds record_interval{30};
    // After connecting nothing for this long, a cache above `resting_cache` bytes gives its memory back.
    seconds rest_after{15};
    std::size_t resting_cache = std::size_t{64} << 20U;
    // The index is empty and all block files are to be imported again: they are kept and written behind.
    bool reindex = false;
};

}  // namespace keel::validation
