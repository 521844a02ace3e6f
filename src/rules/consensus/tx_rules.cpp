#include "rules/consensus/tx_rules.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/tables.hpp"

namespace keel::consensus {

namespace {

using primitives::kMaxMoney;
using primitives::OutPoint;

struct Output {
    Amount value;
    Amount sum_before;  // of the outputs before it: valid money
};

bool has_inputs(const TxView& tx) { return tx.input_count() != 0; }
bool has_outputs(const TxView& tx) { return tx.output_count() != 0; }
bool fits_a_block(const TxView& tx) {
    return static_cast<std::int64_t>(tx.stripped_size()) * kWitnessScale <= kMaxBlockWeight;
}

bool not_negative(const Output& out) { return out.value >= Amount(0); }
bool not_too_large(const Output& out) { return out.value <= kMaxMoney; }
bool sum_in_range(const Output& out) { return out.sum_before.satoshi() + out.value.satoshi() <= kMaxMoney.satoshi(); }

// Comparing each pair is quicker than sorting as long as there are few.
bool pairwise_different(TxView tx) {
    for (std::size_t i = 1; i < tx.input_count(); ++i) {
        const OutPoint prevout = tx.input(i).prevout();
        for (std::size_t j = 0; j < i; ++j) {
            if (tx.input(j).prevout() == prevout) {
                return false;
            }
        }
    }
    return true;
}

bool inputs_different(const TxView& tx) {
    constexpr std::size_t kFew = 8;
    if (tx.input_count() <= kFew) {
        return pairwise_different(tx);
    }
    std::vector<OutPoint> prevouts;
    prevouts.reserve(tx.input_count());
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        prevouts.push_back(tx.input(i).prevout());
    }
    std::ranges::sort(prevouts);
    return std::ranges::adjacent_find(prevouts) == prevouts.end();
}

bool coinbase_script_length(const TxView& tx) {
    if (!tx.is_coinbase()) {
        return true;
    }
    const std::size_t length = tx.input(0).script_sig().size();
    return length >= kCoinbaseScriptMin && length <= kCoinbaseScriptMax;
}

bool no_null_prevout(const TxView& tx) {
    if (tx.is_coinbase()) {
        return true;
    }
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        if (tx.input(i).prevout().is_null()) {
            return false;
        }
    }
    return true;
}

constexpr std::array<Rule<TxView>, 3> kTxRules{{
    {{.id = "tx-has-inputs",
      .sentence = "A transaction MUST have an input.",
      .source = "protocol",
      .token = "bad-txns-vin-empty",
      .debug = ""},
     has_inputs},
    {{.id = "tx-has-outputs",
      .sentence = "A transaction MUST have an output.",
      .source = "protocol",
      .token = "bad-txns-vout-empty",
      .debug = ""},
     has_outputs},
    {{.id = "tx-size",
      .sentence = "A transaction without its witness MUST NOT weigh more than a block may.",
      .source = "protocol; BIP141, Block size",
      .token = "bad-txns-oversize",
      .debug = ""},
     fits_a_block},
}};

constexpr std::array<Rule<Output>, 3> kOutputRules{{
    {{.id = "tx-output-not-negative",
      .sentence = "The value of an output MUST NOT be negative.",
      .source = "protocol (CVE-2010-5139)",
      .token = "bad-txns-vout-negative",
      .debug = ""},
     not_negative},
    {{.id = "tx-output-not-too-large",
      .sentence = "The value of an output MUST NOT exceed 21 million bitcoin.",
      .source = "protocol (CVE-2010-5139)",
      .token = "bad-txns-vout-toolarge",
      .debug = ""},
     not_too_large},
    {{.id = "tx-output-sum",
      .sentence = "The values of all outputs together MUST NOT exceed 21 million bitcoin.",
      .source = "protocol (CVE-2010-5139)",
      .token = "bad-txns-txouttotal-toolarge",
      .debug = ""},
     sum_in_range},
}};

constexpr std::array<Rule<TxView>, 3> kInputRules{{
    {{.id = "tx-inputs-different",
      .sentence = "A transaction MUST NOT spend the same output twice.",
      .source = "protocol (CVE-2018-17144)",
      .token = "bad-txns-inputs-duplicate",
      .debug = ""},
     inputs_different},
    {{.id = "tx-coinbase-script-length",
      .sentence = "The input script of a coinbase MUST have between 2 and 100 bytes.",
      .source = "protocol",
      .token = "bad-cb-length",
      .debug = ""},
     coinbase_script_length},
    {{.id = "tx-prevouts-not-null",
      .sentence = "An input of a transaction that is no coinbase MUST NOT spend the null outpoint.",
      .source = "protocol",
      .token = "bad-txns-prevout-null",
      .debug = ""},
     no_null_prevout},
}};

constexpr std::array kPhases{
    Phase{"tx", "each transaction", kInfos<kTxRules>},
    Phase{"tx-output", "each output of a transaction", kInfos<kOutputRules>},
    Phase{"tx-inputs", "the inputs of a transaction", kInfos<kInputRules>},
};

Verdict check_outputs(TxView tx) {
    Amount sum;
    for (std::size_t i = 0; i < tx.output_count(); ++i) {
        const Amount value = tx.output(i).value();
        KEEL_CHECK(run_phase<kOutputRules>(Output{value, sum}));
        sum = Amount(sum.satoshi() + value.satoshi());
    }
    return {};
}

}  // namespace

Verdict check_tx(TxView tx) {
    KEEL_CHECK(run_phase<kTxRules>(tx));
    KEEL_CHECK(check_outputs(tx));
    return run_phase<kInputRules>(tx);
}

Amount value_out(TxView tx) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < tx.output_count(); ++i) {
        sum += tx.output(i).value().satoshi();
    }
    KEEL_ASSERT(Amount(sum).is_valid());
    return Amount(sum);
}

std::span<const Phase> tx_phases() { return kPhases; }

}  // namespace keel::consensus
