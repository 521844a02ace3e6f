#include "engine/validation/active_chain.hpp"

#include "base/assert.hpp"
#include "engine/headers/history.hpp"
#include "rules/consensus/connect.hpp"

namespace keel::validation {

using headers::History;
using headers::Node;

ActiveChain::ActiveChain(const Ports& ports, const Options& options, chain::CoinCache cache, BlockStore& store)
    : ports_(ports),
      assumed_{options.assume_valid, options.minimum_chain_work},
      cache_(std::move(cache)),
      store_(store),
      tip_(ports.tree.find(cache_.best_block())) {
    KEEL_ASSERT(tip_ != nullptr);
}

bool ActiveChain::has_room() const {
    return in_flight_.size() < kInFlightBlocksMax && in_flight_inputs_ < kInFlightInputsMax;
}

chain::Overwrites ActiveChain::overwrites(const Node& node) const {
    const bool exempt = std::ranges::any_of(ports_.params.bip30_exceptions,
                                            [&](const auto& entry) { return entry.second == node.hash(); });
    if (exempt) {
        return chain::Overwrites::allow;
    }
    const bool look = consensus::must_not_overwrite(node.hash(), History(*node.previous()), ports_.params);
    return look ? chain::Overwrites::refuse : chain::Overwrites::impossible;
}

OrBroken<std::optional<ActiveChain::Invalid>> ActiveChain::connect(const Node& node,
                                                                   const chain::PrefetchJob* prefetched) {
    KEEL_ASSERT(node.previous() == &coin_tip());
    KEEL_TRY(consensus::CheckedBlock block, store_.get(node));
    if (prefetched != nullptr) {
        const StageTimer timer(ports_.stages, Stage::merge);
        if (const auto merged = cache_.merge(*prefetched); !merged) {
            return Failure(broken_kv("Cannot read coins", merged.error()));
        }
    }
    Result<chain::BlockDelta, chain::ConnectError> delta = [&] {
        const StageTimer timer(ports_.stages, Stage::connect_coins);
        return cache_.connect(block.block(),
                              {.height = node.height(), .overwrites = overwrites(node), .prefetched = prefetched});
    }();
    if (!delta) {
        return explain(node, block, delta.error());
    }
    const StageTimer timer(ports_.stages, Stage::connect_rules);
    const History past(*node.previous());
    const std::span<const consensus::CoinView> coins = delta->spent()->coins();
    const auto summary = consensus::connect({.block = block, .past = past, .params = ports_.params, .coins = coins});
    if (!summary) {
        cache_.rollback(block.block(), *delta);
        return Invalid{&node, summary.error()};
    }
    std::shared_ptr<ScriptBatch> scripts;
    if (!scripts_assumed_valid(node, ports_.tree, assumed_, ports_.params)) {
        scripts = std::make_shared<ScriptBatch>(block, delta->spent(), summary->flags, ports_.stages);
        scripts->submit(ports_.verify);
    }
    in_flight_inputs_ += coins.size();
    in_flight_.push_back({&node, std::move(block), *std::move(delta), std::move(scripts)});
    return std::nullopt;
}

OrBroken<std::optional<ActiveChain::Invalid>> ActiveChain::explain(const Node& node,
                                                                   const consensus::CheckedBlock& block,
                                                                   const chain::ConnectError& error) {
    if (error.kind == chain::ConnectError::Kind::disk) {
        return Failure(broken_kv("Cannot read coins", error.disk));
    }
    const History past(*node.previous());
    const auto summary = consensus::connect({.block = block,
                                             .past = past,
                                             .params = ports_.params,
                                             .coins = error.spent->coins(),
                                             .overwrites_coin = error.kind == chain::ConnectError::Kind::overwrites});
    KEEL_ASSERT(!summary);
    return Invalid{&node, summary.error()};
}

OrBroken<std::optional<ActiveChain::Settled>> ActiveChain::settle() {
    if (in_flight_.empty() || (in_flight_.front().scripts != nullptr && !in_flight_.front().scripts->done())) {
        return std::nullopt;
    }
    const InFlight& oldest = in_flight_.front();
    const Node& node = *oldest.node;
    if (oldest.scripts != nullptr && oldest.scripts->failure()) {
        const consensus::Reject reject = *oldest.scripts->failure();
        roll_back_all();
        return Settled{&node, Invalid{&node, reject}, nullptr};
    }
    KEEL_CHECK(store_.put_undo(node, *oldest.delta.spent()));
    cache_.settle();
    ports_.tree.set_connected(node);
    ports_.stages.blocks.fetch_add(1, std::memory_order_relaxed);
    ports_.stages.inputs.fetch_add(oldest.delta.spent()->size(), std::memory_order_relaxed);
    ports_.stages.outputs.fetch_add(oldest.block.block().txs().outputs().size(), std::memory_order_relaxed);
    store_.forget(node);
    primitives::BlockPtr block = oldest.block.ptr();
    in_flight_inputs_ -= oldest.delta.spent()->size();
    in_flight_.pop_front();
    tip_ = &node;
    return Settled{&node, std::nullopt, std::move(block)};
}

void ActiveChain::roll_back_all() {
    for (; !in_flight_.empty(); in_flight_.pop_back()) {
        cache_.rollback(in_flight_.back().block.block(), in_flight_.back().delta);
    }
    in_flight_inputs_ = 0;
}

OrBroken<primitives::BlockPtr> ActiveChain::disconnect_tip() {
    KEEL_ASSERT(is_quiet() && tip_->previous() != nullptr);
    const StageTimer timer(ports_.stages, Stage::disconnect);
    KEEL_TRY(const consensus::CheckedBlock block, store_.get(*tip_));
    KEEL_TRY(const store::SpentCoins spent, store_.get_undo(*tip_));
    const auto clean = cache_.disconnect(block.block(), spent);
    if (!clean) {
        return Failure(broken_kv("Cannot read coins", clean.error()));
    }
    // Blocks up to the historic duplicates (BIP30) cannot be taken back cleanly: their coins were overwritten once.
    const bool excused = std::ranges::any_of(ports_.params.bip30_exceptions,
                                             [this](const auto& entry) { return tip_->height() <= entry.first; });
    if (!*clean && !excused) {
        return Failure(Broken{concat("The undo data of block ", tip_->hash(),
                                     " does not fit the coins. Restart with -reindex-chainstate to rebuild them.")});
    }
    tip_ = tip_->previous();
    return block.ptr();
}

}  // namespace keel::validation
