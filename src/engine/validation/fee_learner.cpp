#include "engine/validation/fee_learner.hpp"

#include <bit>

namespace keel::validation {

namespace {

using mempool::PoolEvent;
using mempool::RemovalReason;

fees::Payment payment_of(const mempool::Entry& entry) {
    return {.fee = entry.fee.satoshi(), .virtual_size = entry.vsize()};
}

std::uint32_t number(primitives::Height height) { return static_cast<std::uint32_t>(height.value()); }

std::uint64_t weight_without_coinbase(const primitives::Block& block) {
    std::int64_t weight = 0;
    for (std::size_t i = 1; i < block.tx_count(); ++i) {
        weight += block.tx(i).weight().value();
    }
    return static_cast<std::uint64_t>(weight);
}

}  // namespace

bool FeeLearner::is_current(const Occasion& occasion) const {
    const headers::Node& tip = occasion.tip;
    return tip.chain_work() >= minimum_work_ && unix_time(tip.header().time) >= occasion.now - kTipAgeMax &&
           tip.height() + 1 >= tree_.best_header().height();
}

bool FeeLearner::has_parents(const mempool::Entry& entry) const {
    const auto found = view_.find(entry.txid());
    return found && std::popcount(found->cluster->ancestors[found->index]) > 1;
}

void FeeLearner::enter(const mempool::Entry& entry, bool may_tell) {
    // Sequence 0: it is back from a disconnected block, and was not asked for its fee.
    estimates_.blocks.entered({.id = entry.txid(),
                               .height = number(entry.height),
                               .payment = payment_of(entry),
                               .telling = may_tell && entry.sequence != 0 && !has_parents(entry)});
}

void FeeLearner::connect(std::span<const PoolEvent> events, const Occasion& occasion) {
    std::vector<fees::Confirmed> confirmed;
    std::int64_t known_weight = 0;
    for (const PoolEvent& event : events) {
        if (event.removed == RemovalReason::block) {
            const mempool::Entry& entry = *event.entry;
            confirmed.push_back(
                {.id = entry.txid(), .entry_height = number(entry.height), .payment = payment_of(entry)});
            known_weight += entry.weight;
        }
    }
    const headers::Node& tip = occasion.tip;
    estimates_.blocks.connected(number(tip.height()), confirmed);
    estimates_.pool.connected({.height = number(tip.height()),
                               .known_weight = static_cast<std::uint64_t>(known_weight),
                               .weight = weight_without_coinbase(*occasion.block)},
                              tip.hash());
}

void FeeLearner::learn(std::span<const PoolEvent> events, const Occasion& occasion) {
    if (occasion.block != nullptr) {
        connect(events, occasion);
    }
    const bool may_tell = !occasion.package && !events.empty() && is_current(occasion);
    for (const PoolEvent& event : events) {
        if (!event.removed) {
            enter(*event.entry, may_tell);
        } else if (event.removed != RemovalReason::block) {
            estimates_.blocks.left(event.entry->txid());
        }
    }
}

FeeEstimates FeeLearner::estimates() const {
    return {.blocks = estimates_.blocks.without_waiting(), .pool = estimates_.pool};
}

}  // namespace keel::validation
