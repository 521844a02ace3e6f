// From when on a transaction may be in a block: lock time (absolute) and sequence numbers (relative, BIP68).
#pragma once

#include <span>

#include "rules/consensus/history.hpp"
#include "rules/primitives/coin.hpp"
#include "rules/primitives/tx.hpp"

namespace keel::consensus {

using primitives::CoinView;
using primitives::TxView;

// Whether the lock time of `tx` is past in a block at `height` whose lock-time clock shows `time` (median time past of
// its parent since BIP113, the block's own time before), or switched off by final sequence numbers.
bool is_final(TxView tx, Height height, std::int64_t time);

// The last height and the last median time past at which a transaction may NOT be in the next block; -1: no bound.
struct SequenceLocks {
    Height height{-1};
    std::int64_t time = -1;

    bool operator==(const SequenceLocks&) const = default;
};

// BIP68. One coin for each input, in order; `past` ends with the parent of the block that the transaction would be in
// and must contain the blocks before those of the coins. Coins of the block itself have its height. No bounds for a
// transaction of version 0 or 1 (as unsigned: others count as 2 or more).
SequenceLocks sequence_locks(TxView tx, std::span<const CoinView> coins, const PastHeaders& past);
// Whether a block on top of `past` may contain a transaction with these locks.
bool locks_passed(const SequenceLocks& locks, const PastHeaders& past);

}  // namespace keel::consensus
