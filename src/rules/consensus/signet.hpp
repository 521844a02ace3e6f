// BIP325: blocks of a signet carry a signature for the network's challenge in their coinbase.
#pragma once

#include <optional>

#include "rules/primitives/block.hpp"
#include "rules/primitives/params.hpp"

namespace keel::consensus {

// The pair of virtual transactions of BIP325: the second spends the only output of the first, whose script is the
// challenge, with the solution found in the block. Nothing when the block has no witness commitment or its solution
// cannot be decoded. A block without a solution section gets an empty one.
struct SignetTxs {
    primitives::TxPtr to_spend;
    primitives::TxPtr to_sign;
};
std::optional<SignetTxs> signet_txs(const primitives::Block& block, ByteSpan challenge);

// Whether the block's solution satisfies the challenge of its network. The genesis block needs none.
bool check_signet_solution(const primitives::Block& block, const primitives::Params& params);

}  // namespace keel::consensus
