// Feeds the fee estimators with what happens to the pool and the chain. Owned by the validation thread.
#pragma once

#include "engine/fees/block_estimator.hpp"
#include "engine/fees/pool_estimator.hpp"
#include "engine/headers/tree.hpp"
#include "engine/mempool/view.hpp"
#include "rules/consensus/pow.hpp"
#include "rules/primitives/block.hpp"

namespace keel::validation {

// As of one moment.
struct FeeEstimates {
    fees::BlockEstimator blocks;
    fees::PoolEstimator pool;
};

class FeeLearner {
public:
    // Transactions that enter while the tip is older than this say nothing about fees: the chain is not up to date.
    static constexpr seconds kTipAgeMax{3 * 3600};

    FeeLearner(const mempool::View& view, const headers::Tree& tree, consensus::ChainWork minimum_work)
        : view_(view), tree_(tree), minimum_work_(minimum_work) {}

    // Why the events happened.
    struct Occasion {
        const headers::Node& tip;
        UnixTime now;
        bool package = false;                      // transactions came together
        const primitives::Block* block = nullptr;  // it was connected, and is the tip
    };
    void learn(std::span<const mempool::PoolEvent> events, const Occasion& occasion);

    // From the files of an earlier run.
    void restore(FeeEstimates estimates) { estimates_ = std::move(estimates); }
    [[nodiscard]] FeeEstimates estimates() const;
    // What still waits will not be seen to confirm.
    void give_up_waiting() { estimates_.blocks.give_up_waiting(); }

private:
    [[nodiscard]] bool is_current(const Occasion& occasion) const;
    [[nodiscard]] bool has_parents(const mempool::Entry& entry) const;
    void enter(const mempool::Entry& entry, bool may_tell);
    void connect(std::span<const mempool::PoolEvent> events, const Occasion& occasion);

    const mempool::View& view_;
    const headers::Tree& tree_;
    consensus::ChainWork minimum_work_;
    FeeEstimates estimates_;
};

}  // namespace keel::validation
