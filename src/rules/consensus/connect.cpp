#include "rules/consensus/connect.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "rules/consensus/deployments.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/locks.hpp"
#include "rules/consensus/subsidy.hpp"
#include "rules/consensus/tables.hpp"
#include "rules/consensus/tx_rules.hpp"
#include "rules/script/sigops.hpp"

namespace keel::consensus {

namespace {

struct Overwrite {
    bool overwrites = false;
};

struct Fees {
    Amount sum_before;
    Amount fee;
};

struct Locked {
    TxView tx;
    std::span<const CoinView> coins;
    const PastHeaders& past;
    bool active;  // BIP68
};

struct Sigops {
    std::int64_t cost = 0;
};

struct Reward {
    Amount paid;
    Amount allowed;
};

bool nothing_overwritten(const Overwrite& c) { return !c.overwrites; }
bool fees_in_range(const Fees& c) { return Amount(c.sum_before.satoshi() + c.fee.satoshi()).is_valid(); }
bool relative_locks_passed(const Locked& c) {
    return !c.active || locks_passed(sequence_locks(c.tx, c.coins, c.past), c.past);
}
bool few_sigops(const Sigops& c) { return c.cost <= kMaxBlockSigopCost; }
bool reward_allowed(const Reward& c) { return c.paid <= c.allowed; }

Reject explain_locked(const RuleInfo& rule, const Locked& c) {
    return Reject(rule, std::string(rule.token), std::string(rule.debug) + to_hex(c.tx.txid()));
}

Reject explain_reward(const RuleInfo& rule, const Reward& c) {
    return Reject(rule, std::string(rule.token),
                  "coinbase pays too much (actual=" + std::to_string(c.paid.satoshi()) +
                      " vs limit=" + std::to_string(c.allowed.satoshi()) + ")");
}

constexpr std::array<Rule<Overwrite>, 1> kBlockRules{{
    {{.id = "connect-no-overwrite",
      .sentence = "A transaction MUST NOT have the id of an earlier one that still has unspent outputs.",
      .source = "BIP30",
      .token = "bad-txns-BIP30",
      .debug = "tried to overwrite transaction",
      .activation = Activation::listed},
     nothing_overwritten},
}};

constexpr std::array<Rule<Fees>, 1> kFeeRules{{
    {{.id = "connect-fees-in-range",
      .sentence = "The fees of a block together MUST NOT exceed 21 million bitcoin.",
      .source = "protocol",
      .token = "bad-txns-accumulated-fee-outofrange",
      .debug = "accumulated fee in the block out of range"},
     fees_in_range},
}};

constexpr std::array<Rule<Locked>, 1> kLockRules{{
    {{.id = "connect-sequence-locks",
      .sentence = "The relative lock times of a transaction MUST be past.",
      .source = "BIP68",
      .token = "bad-txns-nonfinal",
      .debug = "contains a non-BIP68-final transaction ",
      .activation = Activation::csv},
     relative_locks_passed,
     explain_locked},
}};

constexpr std::array<Rule<Sigops>, 1> kSigopRules{{
    {{.id = "connect-sigop-cost",
      .sentence =
          "The signature checks of a block, with those in redeem scripts and witnesses, MUST NOT cost more than "
          "80,000.",
      .source = "BIP16; BIP141, Sigops",
      .token = "bad-blk-sigops",
      .debug = "too many sigops"},
     few_sigops},
}};

constexpr std::array<Rule<Reward>, 1> kRewardRules{{
    {{.id = "connect-coinbase-amount",
      .sentence = "The coinbase MUST NOT pay more than the subsidy and the fees of the block.",
      .source = "protocol",
      .token = "bad-cb-amount",
      .debug = ""},
     reward_allowed,
     explain_reward},
}};

constexpr std::array kPhases{
    Phase{"connect-block", "each block, given its coins", kInfos<kBlockRules>},
    Phase{"connect-fees", "each transaction but the coinbase, with the sum so far", kInfos<kFeeRules>},
    Phase{"connect-locks", "each transaction but the coinbase", kInfos<kLockRules>},
    Phase{"connect-sigops", "each transaction, with the sum so far", kInfos<kSigopRules>},
    Phase{"connect-coinbase", "each block, after its transactions", kInfos<kRewardRules>},
};

// What spending these coins adds to the signature operations in the transaction's own scripts.
std::int64_t spent_sigop_cost(TxView tx, std::span<const CoinView> coins, ScriptFlags flags) {
    std::int64_t cost = 0;
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const primitives::InputView input = tx.input(i);
        if (flags.has(script::Flag::p2sh)) {
            cost += script::p2sh_sigops(coins[i].script, input.script_sig()) * kWitnessScale;
        }
        if (flags.has(script::Flag::witness)) {
            cost += script::witness_sigops(input, coins[i].script);
        }
    }
    return cost;
}

// Connecting one block, transaction by transaction.
class Connection {
public:
    explicit Connection(const ConnectInput& input)
        : input_(input),
          height_(input.past.next_height()),
          relative_locks_(is_active(input.params.buried.csv, height_)) {
        summary_.flags = script_flags(height_, input.block.hash(), input.params);
        summary_.subsidy = subsidy(height_, input.params);
    }

    Result<ConnectSummary, Reject> run() {
        const Block& block = input_.block.block();
        KEEL_CHECK(run_phase<kBlockRules>(Overwrite{input_.overwrites_coin}));
        KEEL_CHECK(add_sigops(0, {}));
        std::size_t next_coin = 0;
        for (std::size_t i = 1; i < block.tx_count(); ++i) {
            const std::size_t count = block.tx(i).input_count();
            KEEL_CHECK(add(i, input_.coins.subspan(next_coin, count)));
            next_coin += count;
        }
        const Amount allowed(summary_.fees.satoshi() + summary_.subsidy.satoshi());
        KEEL_CHECK(run_phase<kRewardRules>(Reward{value_out(block.tx(0)), allowed}));
        return summary_;
    }

private:
    Verdict add(std::size_t index, std::span<const CoinView> coins) {
        const TxView tx = input_.block.block().tx(index);
        const Result<Amount, Reject> fee = check_spends(tx, coins, height_);
        if (!fee) {
            // What is only too early for a transaction is final for the block that has it.
            return Failure<Reject>(
                fee.error().within(RejectKind::invalid, fee.error().debug() + " in transaction " + to_hex(tx.txid())));
        }
        KEEL_CHECK(run_phase<kFeeRules>(Fees{summary_.fees, *fee}));
        summary_.fees = Amount(summary_.fees.satoshi() + fee->satoshi());
        KEEL_CHECK(run_phase<kLockRules>(Locked{tx, coins, input_.past, relative_locks_}));
        return add_sigops(index, coins);
    }

    Verdict add_sigops(std::size_t index, std::span<const CoinView> coins) {
        summary_.sigop_cost += input_.block.legacy_sigops()[index] * kWitnessScale +
                               spent_sigop_cost(input_.block.block().tx(index), coins, summary_.flags);
        return run_phase<kSigopRules>(Sigops{summary_.sigop_cost});
    }

    const ConnectInput& input_;
    Height height_;
    bool relative_locks_;
    ConnectSummary summary_;
};

bool is_listed(const std::vector<std::pair<Height, BlockHash>>& blocks, Height height, const BlockHash& hash) {
    return std::ranges::find(blocks, std::pair(height, hash)) != blocks.end();
}

}  // namespace

bool must_not_overwrite(const BlockHash& hash, const PastHeaders& past, const Params& params) {
    const Height height = past.next_height();
    if (height == Height(0)) {
        return false;
    }
    if (height >= kBip34ImpliesBip30Limit) {
        return true;
    }
    if (is_listed(params.bip30_exceptions, height, hash)) {
        return false;
    }
    const Height bip34 = params.buried.bip34;
    const bool on_known_chain =
        !params.bip34_hash.is_zero() && past.height() >= bip34 && past.hash(bip34) == params.bip34_hash;
    return !on_known_chain;
}

Result<ConnectSummary, Reject> connect(const ConnectInput& input) {
    if (input.block.hash() == input.params.genesis->hash()) {
        return ConnectSummary{};
    }
    return Connection(input).run();
}

std::span<const Phase> connect_phases() { return kPhases; }

}  // namespace keel::consensus
