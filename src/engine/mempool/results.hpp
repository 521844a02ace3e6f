// What became of a transaction or a package, and what happened to the pool.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "engine/mempool/entry.hpp"
#include "engine/policy/fee_rate.hpp"
#include "rules/consensus/rule.hpp"

namespace keel::mempool {

enum class TxOutcome : std::uint8_t {
    accepted,           // entered, or would have
    rejected,           // see `reject`
    in_pool,            // of a package: was there before
    different_witness,  // of a package: was there before with another witness, `other`
};

struct TxResult {
    TxOutcome outcome = TxOutcome::accepted;
    std::optional<consensus::Reject> reject{};
    std::vector<TxPtr> replaced{};
    std::int64_t vsize = 0;
    Amount fee{};
    // The rate that it was judged by, and the transactions that it is the rate of; also when rejected for its fee.
    std::optional<policy::FeeRate> effective_rate{};
    std::vector<Wtxid> effective_txs{};
    std::optional<Wtxid> other{};
};

struct PackageResult {
    // Why the package as a whole was turned down. Some of its transactions may have entered all the same.
    std::optional<consensus::Reject> reject{};
    // Where judgement got so far.
    std::map<Wtxid, TxResult> txs{};
};

enum class RemovalReason : std::uint8_t { expiry, size_limit, reorg, block, conflict, replaced };

// One change of the pool. Numbers count up without gaps.
struct PoolEvent {
    EntryPtr entry;
    std::optional<RemovalReason> removed{};  // nothing: it was added
    std::uint64_t sequence = 0;
};

}  // namespace keel::mempool
