// Whether a block is valid given the coins it spends: the last rules before the coin set changes. No script runs here.
#pragma once

#include <span>

#include "rules/consensus/block_rules.hpp"
#include "rules/consensus/script_flags.hpp"
#include "rules/consensus/spend_rules.hpp"

namespace keel::consensus {

struct ConnectInput {
    const CheckedBlock& block;
    const PastHeaders& past;  // ends with the parent
    const Params& params;
    // One for each input of each transaction but the coinbase, in block order. The caller has looked them up in the
    // coin set as it is when that transaction's turn comes: outputs of earlier transactions of this block are there,
    // with this block's height; what an earlier transaction has spent, and what never was, is kMissingCoin.
    std::span<const CoinView> coins;
    // Whether an output of this block has the same txid and index as a coin that is unspent before the block. Looked up
    // only where must_not_overwrite() says so; otherwise false.
    bool overwrites_coin = false;
};

struct ConnectSummary {
    Amount fees;
    Amount subsidy;
    std::int64_t sigop_cost = 0;
    ScriptFlags flags{};  // for check_scripts()
};

// BIP30: whether the caller of connect() must look for unspent coins that the block would overwrite. False for the
// blocks that did it once, and where BIP34 makes it impossible.
bool must_not_overwrite(const BlockHash& hash, const PastHeaders& past, const Params& params);

// Phases "connect-block" (BIP30), then for each transaction "spend-*", "connect-fees", "connect-locks" (BIP68),
// "connect-sigops"; then "connect-coinbase". The genesis block passes and creates no coins.
Result<ConnectSummary, Reject> connect(const ConnectInput& input);

}  // namespace keel::consensus
