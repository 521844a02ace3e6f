// What can be read of the chain at once, on any thread, while blocks connect.
//
// A `const headers::Node*` is a snapshot of the branch that ends there: load tip() once per request and answer from it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/headers/tree.hpp"
#include "engine/store/undo.hpp"
#include "rules/primitives/params.hpp"

namespace keel::api {

using headers::Node;

enum class ReadFailure : std::uint8_t {
    not_stored,  // never downloaded
    pruned,      // was there once
    damaged,     // the file cannot be read or its content is not what was written
};

struct PruneStatus {
    bool enabled = false;
    bool automatic = false;           // by target size; otherwise only by pruneblockchain
    std::uint64_t target_bytes = 0;   // when automatic
    std::int32_t pruned_height = -1;  // highest block whose data was removed
};

class ChainReader {
public:
    virtual ~ChainReader() = default;

    [[nodiscard]] virtual const primitives::Params& params() const = 0;
    [[nodiscard]] virtual const headers::Tree& tree() const = 0;
    // Of the active chain.
    [[nodiscard]] virtual const Node& tip() const = 0;
    // The network's time as this node sees it: the clock, or setmocktime's.
    [[nodiscard]] virtual UnixTime now() const = 0;

    // Serialized block, as stored.
    [[nodiscard]] virtual Result<Bytes, ReadFailure> read_block(const Node& node) const = 0;
    // The coins that the block spent. Genesis has none.
    [[nodiscard]] virtual Result<store::SpentCoins, ReadFailure> read_undo(const Node& node) const = 0;

    [[nodiscard]] virtual bool initial_download() const = 0;
    // Files of blocks are being read back, or saved state is still being loaded.
    [[nodiscard]] virtual bool loading() const = 0;
    [[nodiscard]] virtual PruneStatus prune_status() const = 0;
    // Bytes of block and undo files.
    [[nodiscard]] virtual std::uint64_t size_on_disk() const = 0;
    // Sentences for the user about the network or this software; usually none.
    [[nodiscard]] virtual std::vector<std::string> warnings() const = 0;

    // Waits until the tip is another node than `known`, or the time is over, or the node stops; returns the tip then.
    [[nodiscard]] virtual const Node& wait_for_tip(const Node& known, milliseconds timeout) const = 0;
    // True from the moment the node was asked to stop.
    [[nodiscard]] virtual bool stopping() const = 0;
};

}  // namespace keel::api
