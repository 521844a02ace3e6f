#include "rules/consensus/script_checks.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "rules/consensus/tables.hpp"
#include "rules/script/interpreter.hpp"

namespace keel::consensus {

namespace {

using script::TxContext;

struct Outcome {
    const TxContext& context;
    std::size_t input;
    ScriptFlags flags;
    script::Status status;
};

bool satisfied(const Outcome& outcome) { return outcome.status.has_value(); }

// With policy rules on, the reason must not read as if the block rules had failed.
std::string_view reason_prefix(ScriptFlags flags) {
    const bool policy = flags.has_any(script::kStandardFlags.without(script::kMandatoryFlags));
    return policy ? "mempool-script-verify-flag-failed" : "block-script-verify-flag-failed";
}

Reject explain(const RuleInfo& rule, const Outcome& o) {
    const TxView& tx = o.context.tx();
    const primitives::OutPoint prevout = tx.input(o.input).prevout();
    std::string reason(reason_prefix(o.flags));
    reason += " (" + std::string(script::describe(o.status.error())) + ")";
    std::string debug = "input " + std::to_string(o.input) + " of " + to_hex(tx.txid());
    debug += " (wtxid " + to_hex(tx.wtxid()) + "), spending " + to_hex(prevout.txid) + ":";
    debug += std::to_string(prevout.index);
    return Reject(rule, std::move(reason), std::move(debug));
}

constexpr std::array<Rule<Outcome>, 1> kRules{{
    {{.id = "script-satisfied",
      .sentence = "Every input of a transaction but the coinbase MUST satisfy the script of the output that it spends.",
      .source = "protocol; BIP16, 65, 66, 112, 141, 143, 147, 341, 342",
      .token = "block-script-verify-flag-failed",
      .debug = ""},
     satisfied,
     explain},
}};

constexpr std::array kPhases{
    Phase{"script", "each input of each transaction but the coinbase", kInfos<kRules>},
};

// These inputs of `tx`, with a coin for each of all its inputs.
Verdict run_inputs(TxView tx, std::span<const CoinView> coins, InputRange range, ScriptFlags flags) {
    KEEL_ASSERT(coins.size() == tx.input_count());
    const TxContext context(tx, coins);
    for (std::size_t input = range.first; input < range.first + range.count; ++input) {
        KEEL_CHECK(run_phase<kRules>(Outcome{context, input, flags, script::verify_input(context, input, flags)}));
    }
    return {};
}

// Inputs of the block before those that coins are given for.
std::size_t coinbase_inputs(const Block& block) { return block.tx(0).input_count(); }

// The transaction that has this input of the block.
std::size_t tx_with_input(const Block& block, std::size_t input) {
    const auto slots = block.txs().slots();
    const auto behind = std::ranges::upper_bound(slots, input, {}, &primitives::TxSlot::first_input);
    return static_cast<std::size_t>(behind - slots.begin()) - 1;
}

}  // namespace

std::vector<InputRange> plan_script_checks(const Block& block, std::size_t inputs_max) {
    KEEL_ASSERT(inputs_max > 0);
    std::vector<InputRange> plan;
    InputRange open;
    const auto close = [&] {
        if (open.count > 0) {
            plan.push_back(open);
        }
        open = {.first = open.first + open.count, .count = 0};
    };
    for (std::size_t i = 1; i < block.tx_count(); ++i) {
        std::size_t left = block.tx(i).input_count();
        if (open.count + left > inputs_max) {
            close();
        }
        for (; left > inputs_max; left -= inputs_max) {
            open.count = inputs_max;
            close();
        }
        open.count += left;
    }
    close();
    return plan;
}

Verdict check_scripts(const Block& block, InputRange range, std::span<const CoinView> coins, ScriptFlags flags) {
    if (range.count == 0) {
        return {};
    }
    KEEL_ASSERT(range.first + range.count <= coins.size());
    const std::size_t skipped = coinbase_inputs(block);
    const std::size_t end = skipped + range.first + range.count;
    for (std::size_t next = skipped + range.first; next < end;) {
        const TxView tx = block.tx(tx_with_input(block, next));
        const std::size_t begin = tx.slot().first_input;
        const std::size_t tx_end = std::min(begin + tx.input_count(), end);
        const InputRange inputs{.first = next - begin, .count = tx_end - next};
        KEEL_CHECK(run_inputs(tx, coins.subspan(begin - skipped, tx.input_count()), inputs, flags));
        next = tx_end;
    }
    return {};
}

Verdict check_tx_scripts(TxView tx, std::span<const CoinView> coins, ScriptFlags flags) {
    return run_inputs(tx, coins, {.first = 0, .count = tx.input_count()}, flags);
}

std::span<const Phase> script_phases() { return kPhases; }

}  // namespace keel::consensus
