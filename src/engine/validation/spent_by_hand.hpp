// The coins that an invalid block tries to spend, looked up one by one: the slow path behind a clear verdict.
#pragma once

#include <optional>
#include <vector>

#include "engine/chain/coin_cache.hpp"

namespace keel::validation {

// One entry for each input of each transaction but the coinbase, in block order, as each transaction in turn would find
// them: outputs of earlier transactions of the block are there, spent coins are not.
Result<std::vector<std::optional<primitives::Coin>>, store::KvError> look_up_spent(chain::CoinCache& cache,
                                                                                   const primitives::Block& block,
                                                                                   primitives::Height height);

}  // namespace keel::validation
