// The scripts of a block, as jobs that any thread can run.
#pragma once

#include <span>
#include <vector>

#include "rules/consensus/block_rules.hpp"
#include "rules/consensus/script_flags.hpp"
#include "rules/primitives/coin.hpp"

namespace keel::consensus {

using primitives::CoinView;
using primitives::TxView;

// Consecutive inputs in block order, the coinbase's not counted: positions in ConnectInput::coins.
struct InputRange {
    std::size_t first = 0;
    std::size_t count = 0;

    bool operator==(const InputRange&) const = default;
};

// All inputs of a block but the coinbase's, cut into ranges of at most `inputs_max` (not zero). Ranges end at the end
// of a transaction where that costs little.
std::vector<InputRange> plan_script_checks(const Block& block, std::size_t inputs_max);

// Phase "script": runs the scripts of these inputs; the verdict is about the first one that fails. `coins` are those of
// the whole block. Thread-safe: everything is immutable. Of several ranges that fail, the lowest one counts.
Verdict check_scripts(const Block& block, InputRange range, std::span<const CoinView> coins, ScriptFlags flags);

// The same for one transaction outside a block. The reason says block- or mempool-script-verify-flag-failed.
Verdict check_tx_scripts(TxView tx, std::span<const CoinView> coins, ScriptFlags flags);

}  // namespace keel::consensus
