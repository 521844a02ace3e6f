// What each command does. Only blocks are taken while others are in flight; everything else finds a settled chain.
#include "base/assert.hpp"
#include "engine/headers/history.hpp"
#include "engine/validation/engine.hpp"
#include "rules/consensus/header_rules.hpp"

namespace keel::validation {

using headers::Mark;
using headers::Node;

namespace {

// Blocks that nobody asked for are taken up to this far above the tip: further ones could fill the disk.
constexpr std::int32_t kUnrequestedAheadMax = 288;
// Blocks stored but never connected whose senders are remembered for blame.
constexpr std::size_t kSourcesMax = 4096;

}  // namespace

bool Engine::is_wanted(const SubmitBlock& command) const {
    if (command.requested) {
        return true;
    }
    const Node& node = *command.node;
    const Node& tip = chain_.tip();
    return node.chain_work() >= tip.chain_work() && node.height() - tip.height() <= kUnrequestedAheadMax &&
           node.chain_work() >= options_.minimum_chain_work && node.tx_count() == 0;
}

consensus::Verdict Engine::check_placed(const SubmitBlock& command) const {
    KEEL_CHECK(consensus::check_header_place(
        {.known_invalid = command.node->is(Mark::failed), .parent_invalid = command.node->is(Mark::failed_ancestor)}));
    const StageTimer timer(ports_.stages, Stage::store_block);
    return consensus::check_block_context(command.block, headers::History(*command.node->previous()), ports_.params);
}

OrBroken<void> Engine::on(const SubmitBlock& command, Actions& out) {
    KEEL_ASSERT(command.node->hash() == command.block.hash() && !command.block.is_proposal());
    const Node& node = *command.node;
    const auto rest = [&](Outcome outcome) {
        out.emplace_back(BlockVerdict{node.hash(), &node, command.source, outcome, std::nullopt});
    };
    out.emplace_back(BlockTaken{node.hash(), command.source, command.block.block().raw().size()});
    if (node.is(Mark::has_data)) {
        rest(Outcome::duplicate);
        return {};
    }
    if (!is_wanted(command)) {
        rest(Outcome::ignored);
        return {};
    }
    if (sources_.size() < kSourcesMax) {
        sources_[&node] = command.source;
    }
    if (const auto verdict = check_placed(command); !verdict) {
        reject(node, verdict.error(), out);
        return {};
    }
    KEEL_TRY(const auto complete, store_.put(node, command.block, command.place));
    for (const Node* each : complete) {
        if (!each->is_failed() && each->chain_work() >= chain_.tip().chain_work()) {
            candidates_.add(*each);
        }
    }
    ports_.view.set_block_bytes(store_.files().bytes_on_disk());
    rest(Outcome::stored);
    return {};
}

OrBroken<void> Engine::on(const InvalidateBlock& command, Actions& out) {
    if (command.node->previous() == nullptr) {
        out.emplace_back(Answer{.ticket = command.ticket, .failure = "The genesis block cannot be invalidated."});
        return {};
    }
    at_rest_.push_back(command.ticket);
    invalidating_ = command.node;
    return {};
}

OrBroken<void> Engine::on(const ReconsiderBlock& command, Actions&) {
    ports_.tree.clear_failed(*command.node);
    verified_target_ = nullptr;
    candidates_.refresh(chain_.tip());
    at_rest_.push_back(command.ticket);
    return {};
}

OrBroken<void> Engine::on(const PreciousBlock& command, Actions&) {
    const Node& node = *command.node;
    if (node.chain_work() >= chain_.tip().chain_work()) {
        candidates_.prefer(node, chain_.tip());
        verified_target_ = nullptr;
    }
    at_rest_.push_back(command.ticket);
    return {};
}

OrBroken<void> Engine::on(const SnapshotCoins& command, Actions&) {
    snapshots_.push_back(command.ticket);
    return {};
}

OrBroken<void> Engine::on(const FindCoins& command, Actions& out) {
    Answer answer{.ticket = command.ticket, .failure = {}, .tip = &chain_.tip()};
    for (const primitives::OutPoint& outpoint : command.outpoints) {
        auto coin = chain_.cache().find(outpoint);
        if (!coin) {
            return Failure(broken_kv("Cannot read coins", coin.error()));
        }
        answer.coins.push_back(*std::move(coin));
    }
    out.emplace_back(std::move(answer));
    return {};
}

OrBroken<void> Engine::on(const PruneTo& command, Actions&) {
    pruner_.ask(command.height);
    at_rest_.push_back(command.ticket);
    return {};
}

OrBroken<void> Engine::on(const Settle& command, Actions&) {
    at_rest_.push_back(command.ticket);
    return {};
}

}  // namespace keel::validation
