// What the validation engine is told, and what it answers.
//
// Commands and actions are plain values: they cross threads by being moved through mailboxes. A Ticket ties an answer
// to its question; it means nothing to the engine.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/headers/tree.hpp"
#include "engine/mempool/pool.hpp"
#include "engine/mining/selection.hpp"
#include "engine/store/kv.hpp"
#include "engine/validation/fee_learner.hpp"
#include "rules/consensus/block_rules.hpp"
#include "rules/primitives/coin.hpp"
#include "rules/primitives/outpoint.hpp"

namespace keel::validation {

using Ticket = std::uint64_t;

// Who handed in a block or a transaction, for blame and answers: a peer's number, or a ticket of the API, or the import
// of files.
struct Source {
    enum class Kind : std::uint8_t { peer, api, import } kind = Kind::import;
    std::int64_t id = 0;
};

// A block whose header is in the tree and whose own rules (check_block) hold.
struct SubmitBlock {
    consensus::CheckedBlock block;
    const headers::Node* node = nullptr;
    Source source;
    // Asked for by us: stored even where it cannot become the tip now. Others are stored only if they may.
    bool requested = true;
    // Already in our block files at this place (reindex, recovery): not written again.
    std::optional<headers::Place> place;
};

struct InvalidateBlock {
    const headers::Node* node = nullptr;
    Ticket ticket = 0;
};
struct ReconsiderBlock {
    const headers::Node* node = nullptr;
    Ticket ticket = 0;
};
struct PreciousBlock {
    const headers::Node* node = nullptr;
    Ticket ticket = 0;
};
// Everything connected so far goes to disk; the answer is a snapshot of all coins at the tip.
struct SnapshotCoins {
    Ticket ticket = 0;
};
// Looks coins up as they are at the tip; the answer has one entry for each outpoint.
struct FindCoins {
    std::vector<primitives::OutPoint> outpoints;
    Ticket ticket = 0;
};
// Removes block files whose blocks are all below this height (and deep enough).
struct PruneTo {
    primitives::Height height;
    Ticket ticket = 0;
};
// Answered when every command given before it is done and no block waits to be connected.
struct Settle {
    Ticket ticket = 0;
};

// A transaction for the pool. Answered by a TxVerdict.
struct SubmitTx {
    primitives::TxPtr tx;
    Source source;
    mempool::Pool::Submission submission{};
};
// Transactions for the pool, judged together: a child with its parents. Answered by a PackageVerdict.
struct SubmitPackage {
    std::vector<primitives::TxPtr> txs;
    Source source;
    std::optional<policy::FeeRate> rate_max{};
    bool test = false;  // any transactions, parents first; nothing changes
};
// Makes a transaction count as paying this much more, whether it is in the pool or not.
struct PrioritiseTx {
    primitives::Txid txid;
    primitives::Amount delta;
    Ticket ticket = 0;
};
// A user's transaction that no peer has asked for yet, or now has. Not answered.
struct MarkUnbroadcast {
    primitives::Txid txid;
    bool unbroadcast = true;
};
// The best transactions of the pool for a block on the tip.
struct SelectTxs {
    mining::SelectionLimits limits;
    Ticket ticket = 0;
};
// What is known about fees. Answered at once, also while blocks connect.
struct SnapshotFees {
    Ticket ticket = 0;
};

using ChainCommand = std::variant<SubmitBlock, InvalidateBlock, ReconsiderBlock, PreciousBlock, SnapshotCoins,
                                  FindCoins, PruneTo, Settle>;
using PoolCommand = std::variant<SubmitTx, SubmitPackage, PrioritiseTx, MarkUnbroadcast, SelectTxs>;
using Command =
    std::variant<SubmitBlock, InvalidateBlock, ReconsiderBlock, PreciousBlock, SnapshotCoins, FindCoins, PruneTo,
                 Settle, SubmitTx, SubmitPackage, PrioritiseTx, MarkUnbroadcast, SelectTxs, SnapshotFees>;

// A submitted block came to rest.
enum class Outcome : std::uint8_t {
    connected,  // part of the active chain
    stored,     // valid as far as known, on a branch with less work, or waiting for its ancestors' data
    duplicate,  // its data was there before
    ignored,    // not asked for, and not able to become the tip
    rejected,   // broke a rule: see `reject`
};
struct BlockVerdict {
    primitives::BlockHash hash;
    const headers::Node* node = nullptr;
    Source source;
    Outcome outcome = Outcome::stored;
    std::optional<consensus::Reject> reject;
};
// The block's memory is no longer held for storing: credit for the next one. Comes once for each SubmitBlock.
struct BlockTaken {
    primitives::BlockHash hash;
    Source source;
    std::size_t bytes = 0;
};
// The active chain now ends at `tip`. Comes after every view was published; `fork` is the last common block.
struct TipChanged {
    const headers::Node* previous = nullptr;
    const headers::Node* fork = nullptr;
    const headers::Node* tip = nullptr;
};
// The world broke. Nothing more is written; the sentence says what happened and what to do.
struct Fatal {
    std::string message;
};
struct CoinsSnapshot {
    std::shared_ptr<store::KvSnapshot> coins;
    const headers::Node* tip = nullptr;
    std::uint64_t disk_size = 0;
};
// `failure` is empty on success.
struct Answer {
    Ticket ticket = 0;
    std::string failure;
    std::optional<CoinsSnapshot> snapshot{};
    std::vector<std::optional<primitives::Coin>> coins{};  // of FindCoins
    const headers::Node* tip = nullptr;                    // the chain they belong to
    std::optional<mining::Selection> selection{};          // of SelectTxs
    std::uint64_t pool_sequence = 0;                       // of the pool that it was made from
    std::shared_ptr<const FeeEstimates> fees{};            // of SnapshotFees
};
struct TxVerdict {
    primitives::TxPtr tx;
    Source source;
    mempool::TxResult result;
};
struct PackageVerdict {
    std::vector<primitives::TxPtr> txs;
    Source source;
    mempool::PackageResult result;
};
// What happened to the pool, in order. Comes after its view shows it and before the verdict that caused it.
struct PoolChanged {
    std::vector<mempool::PoolEvent> events;
};

using Action =
    std::variant<BlockVerdict, BlockTaken, TipChanged, Answer, Fatal, TxVerdict, PackageVerdict, PoolChanged>;

}  // namespace keel::validation
