// From what is on disk to a running engine: the header tree, the coins, and blocks that a crash left unrecorded.
#pragma once

#include "engine/validation/block_store.hpp"

namespace keel::validation {

struct Loaded {
    store::BlockFiles files;
    chain::CoinCache cache;
    // Whole blocks found behind the last recorded one; they are handed to the engine like any other.
    std::size_t recovered = 0;
};

// Reads all header records into the (empty but for genesis) tree, opens block files behind the last known record and
// the coins. Adopts blocks beyond (at most what was written since the last flush). For -reindex, pass an empty index:
// block files are kept as they are, and their blocks come back through import. Errors are sentences for the user: a
// damaged record, coins without their block, files that cannot be opened.
OrBroken<Loaded> load(const Ports& ports, const Options& options, UnixTime now);

}  // namespace keel::validation
