#include "rules/consensus/spend_rules.hpp"

#include "base/assert.hpp"
#include "rules/consensus/limits.hpp"
#include "rules/consensus/tables.hpp"
#include "rules/consensus/tx_rules.hpp"
#include "rules/primitives/money_text.hpp"

namespace keel::consensus {

namespace {

struct Input {
    const CoinView& coin;
    Amount sum_before;  // of the coins before it: valid money
    Height height;      // of the block that spends it
};

struct Values {
    Amount in;
    Amount out;
};

bool coins_exist(const std::span<const CoinView>& coins) {
    for (const CoinView& coin : coins) {
        if (is_missing(coin)) {
            return false;
        }
    }
    return true;
}

bool coinbase_mature(const Input& input) {
    return !input.coin.coinbase || input.height - input.coin.height >= kCoinbaseMaturity;
}

bool values_in_range(const Input& input) {
    return input.coin.value.is_valid() && Amount(input.sum_before.satoshi() + input.coin.value.satoshi()).is_valid();
}

bool pays_for_outputs(const Values& values) { return values.in >= values.out; }

Reject explain_immature(const RuleInfo& rule, const Input& input) {
    return Reject(rule, std::string(rule.token),
                  std::string(rule.debug) + std::to_string(input.height - input.coin.height));
}

Reject explain_below_outputs(const RuleInfo& rule, const Values& values) {
    return Reject(rule, std::string(rule.token),
                  "value in (" + primitives::money_text(values.in) + ") < value out (" +
                      primitives::money_text(values.out) + ")");
}

constexpr std::array<Rule<std::span<const CoinView>>, 1> kCoinRules{{
    {{.id = "spend-coins-exist",
      .sentence = "Every output that a transaction spends MUST exist and be unspent.",
      .source = "protocol",
      .token = "bad-txns-inputs-missingorspent",
      .debug = "CheckTxInputs: inputs missing/spent",
      .kind = RejectKind::missing_data},
     coins_exist},
}};

constexpr std::array<Rule<Input>, 2> kInputRules{{
    {{.id = "spend-coinbase-mature",
      .sentence = "An output of a coinbase MUST NOT be spent before 100 blocks after its own.",
      .source = "protocol",
      .token = "bad-txns-premature-spend-of-coinbase",
      .debug = "tried to spend coinbase at depth ",
      .kind = RejectKind::not_yet},
     coinbase_mature,
     explain_immature},
    {{.id = "spend-values-in-range",
      .sentence = "The values of the outputs that a transaction spends, alone and together, MUST be between 0 and 21 "
                  "million bitcoin.",
      .source = "protocol (CVE-2010-5139)",
      .token = "bad-txns-inputvalues-outofrange",
      .debug = ""},
     values_in_range},
}};

constexpr std::array<Rule<Values>, 1> kValueRules{{
    {{.id = "spend-not-more-than-inputs",
      .sentence = "The outputs of a transaction MUST NOT be worth more than what it spends.",
      .source = "protocol",
      .token = "bad-txns-in-belowout",
      .debug = ""},
     pays_for_outputs,
     explain_below_outputs},
}};

constexpr std::array kPhases{
    Phase{"spend-coins", "each transaction but the coinbase", kInfos<kCoinRules>},
    Phase{"spend-input", "each input of such a transaction", kInfos<kInputRules>},
    Phase{"spend-values", "each transaction but the coinbase", kInfos<kValueRules>},
};

}  // namespace

Result<Amount, Reject> check_spends(TxView tx, std::span<const CoinView> coins, Height height) {
    KEEL_ASSERT(coins.size() == tx.input_count());
    KEEL_CHECK(run_phase<kCoinRules>(coins));
    Amount in;
    for (const CoinView& coin : coins) {
        KEEL_CHECK(run_phase<kInputRules>(Input{coin, in, height}));
        in = Amount(in.satoshi() + coin.value.satoshi());
    }
    const Amount out = value_out(tx);
    KEEL_CHECK(run_phase<kValueRules>(Values{in, out}));
    return Amount(in.satoshi() - out.satoshi());
}

std::span<const Phase> spend_phases() { return kPhases; }

}  // namespace keel::consensus
