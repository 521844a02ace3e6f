#include "app/daemon/chain_reader.hpp"

namespace keel::daemon {
namespace {

using api::ReadFailure;
using headers::Mark;
using headers::Node;

// A block that was there once counts its transactions for ever.
ReadFailure why_missing(const Node& node) {
    return node.tx_count() != 0 ? ReadFailure::pruned : ReadFailure::not_stored;
}

}  // namespace

std::unique_ptr<store::BlockReader> ReaderPool::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto reader = std::move(idle_.back());
            idle_.pop_back();
            return reader;
        }
    }
    return std::make_unique<store::BlockReader>(make_());
}

ChainReader::ChainReader(node::Node& node, const primitives::Params& params, const runtime::Clock& clock,
                         Switchboard& switchboard)
    : node_(node), params_(params), clock_(clock), switchboard_(switchboard), readers_([&node] {
          return node.make_reader();
      }) {}

Result<Bytes, ReadFailure> ChainReader::read_block(const Node& node) const {
    if (node.previous() == nullptr && !node.is(Mark::has_data)) {
        return to_bytes(params_.genesis->raw());
    }
    if (!node.is(Mark::has_data)) {
        return Failure(why_missing(node));
    }
    const headers::Place place = node.data_place();
    auto raw =
        readers_.with([&](const store::BlockReader& reader) { return reader.read_block({place.file, place.offset}); });
    if (!raw) {
        return Failure(node.is(Mark::has_data) ? ReadFailure::damaged : why_missing(node));
    }
    return std::move(*raw);
}

Result<store::SpentCoins, ReadFailure> ChainReader::read_undo(const Node& node) const {
    if (node.previous() == nullptr) {
        return store::SpentCoins();
    }
    if (!node.is(Mark::has_undo)) {
        return Failure(why_missing(node));
    }
    const headers::Place place = node.undo_place();
    auto undo = readers_.with([&](const store::BlockReader& reader) {
        return reader.read_undo({place.file, place.offset}, node.previous()->hash());
    });
    if (!undo) {
        return Failure(node.is(Mark::has_undo) ? ReadFailure::damaged : why_missing(node));
    }
    return std::move(*undo);
}

bool ChainReader::initial_download() const {
    if (synced_) {
        return false;
    }
    const Node& at = tip();
    const bool old = unix_time(at.header().time) < now() - facts_.max_tip_age;
    if (loading() || at.chain_work() < consensus::ChainWork(params_.minimum_chain_work) || old) {
        return true;
    }
    synced_ = true;
    return false;
}

api::PruneStatus ChainReader::prune_status() const {
    return {.enabled = facts_.prune.enabled,
            .automatic = facts_.prune.target != 0,
            .target_bytes = facts_.prune.target,
            .pruned_height = node_.view().pruned_height()};
}

const Node& ChainReader::wait_for_tip(const Node& known, milliseconds timeout) const {
    switchboard_.tips().wait(timeout, [&] { return &tip() != &known; });
    return tip();
}

}  // namespace keel::daemon
