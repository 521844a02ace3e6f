// What a miner asks of the node besides the chain: transactions for the next block, and what fees they have to pay.
#pragma once

#include <memory>
#include <optional>

#include "engine/headers/node.hpp"
#include "engine/mining/selection.hpp"
#include "engine/validation/fee_learner.hpp"
#include "front/api/reply.hpp"

namespace keel::api {

struct MiningOptions {
    mining::SelectionLimits limits;
    std::optional<std::int32_t> block_version{};  // in place of what the deployments say
};

// The best transactions of the pool, and the block that they are to be put on.
struct SelectedTxs {
    const headers::Node* tip = nullptr;
    mining::Selection selection;
    std::uint64_t pool_sequence = 0;  // of the pool at that time
};

using validation::FeeEstimates;

class Mining {
public:
    virtual ~Mining() = default;

    [[nodiscard]] virtual const MiningOptions& options() const = 0;
    // Carried out by the validation thread, between blocks.
    virtual void select_txs(Reply<SelectedTxs> reply) = 0;
    virtual void fee_estimates(Reply<std::shared_ptr<const FeeEstimates>> reply) = 0;
};

}  // namespace keel::api
