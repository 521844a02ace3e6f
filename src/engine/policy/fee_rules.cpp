#include "engine/policy/fee_rules.hpp"

#include "base/hex.hpp"
#include "engine/policy/tables.hpp"
#include "rules/primitives/money_text.hpp"

namespace keel::policy {

namespace {

using consensus::Reject;
using primitives::money_text;

Amount pool_fee(const FeeOffer& offer) { return offer.pool_min.fee_for(offer.vsize); }
Amount relay_fee(const FeeOffer& offer) { return offer.relay_min.fee_for(offer.vsize); }
Amount added_fees(const Replacement& it) { return Amount(it.fee.satoshi() - it.replaced_fees.satoshi()); }
Amount own_relay_fee(const Replacement& it) { return it.incremental.fee_for(it.vsize); }

bool above_pool_min(const FeeOffer& offer) { return pool_fee(offer) <= Amount() || offer.fee >= pool_fee(offer); }
bool above_relay_min(const FeeOffer& offer) { return offer.fee >= relay_fee(offer); }
bool reaches_few(const Replacement& it) { return it.clusters <= kReplacedClustersMax; }
bool pays_what_was_paid(const Replacement& it) { return it.fee >= it.replaced_fees; }
bool pays_for_itself(const Replacement& it) { return added_fees(it) >= own_relay_fee(it); }

std::string less(const Amount& have, const Amount& need) {
    return std::to_string(have.satoshi()) + " < " + std::to_string(need.satoshi());
}

Reject explained(const RuleInfo& rule, std::string debug) {
    return Reject(rule, std::string(rule.token), std::move(debug));
}
Reject explain_pool_min(const RuleInfo& rule, const FeeOffer& offer) {
    return explained(rule, less(offer.fee, pool_fee(offer)));
}
Reject explain_relay_min(const RuleInfo& rule, const FeeOffer& offer) {
    return explained(rule, less(offer.fee, relay_fee(offer)));
}
Reject explain_reach(const RuleInfo& rule, const Replacement& it) {
    return explained(rule, "rejecting replacement " + to_hex(it.txid) + "; too many conflicting clusters (" +
                               std::to_string(it.clusters) + " > " + std::to_string(kReplacedClustersMax) + ")");
}
Reject explain_less_fees(const RuleInfo& rule, const Replacement& it) {
    return explained(rule, "rejecting replacement " + to_hex(it.txid) + ", less fees than conflicting txs; " +
                               money_text(it.fee) + " < " + money_text(it.replaced_fees));
}
Reject explain_not_enough(const RuleInfo& rule, const Replacement& it) {
    return explained(rule, "rejecting replacement " + to_hex(it.txid) + ", not enough additional fees to relay; " +
                               money_text(added_fees(it)) + " < " + money_text(own_relay_fee(it)));
}

constexpr std::array<Rule<FeeOffer>, 2> kFeeRules{{
    {{.id = "fee-pool-minimum",
      .sentence = "A transaction MUST pay the least fee rate of a pool that was full.",
      .source = "policy (-maxmempool)",
      .token = "mempool min fee not met",
      .debug = "",
      .kind = RejectKind::fee_too_low,
      .blame = false},
     above_pool_min,
     explain_pool_min},
    {{.id = "fee-relay-minimum",
      .sentence = "A transaction MUST pay the least fee rate that is relayed.",
      .source = "policy (-minrelaytxfee)",
      .token = "min relay fee not met",
      .debug = "",
      .kind = RejectKind::fee_too_low,
      .blame = false},
     above_relay_min,
     explain_relay_min},
}};

constexpr std::array<Rule<Replacement>, 1> kReachRules{{
    {{.id = "replace-few-clusters",
      .sentence = "A replacement MUST NOT conflict with transactions of more than 100 clusters.",
      .source = "policy; BIP125, rule 5",
      .token = "too many potential replacements",
      .debug = "",
      .kind = RejectKind::pool_policy,
      .blame = false},
     reaches_few,
     explain_reach},
}};

constexpr std::array<Rule<Replacement>, 2> kReplaceFeeRules{{
    {{.id = "replace-fees",
      .sentence = "A replacement MUST pay no less than everything that it replaces.",
      .source = "policy; BIP125, rule 3",
      .token = "insufficient fee",
      .debug = "",
      .kind = RejectKind::fee_too_low,
      .blame = false},
     pays_what_was_paid,
     explain_less_fees},
    {{.id = "replace-own-relay",
      .sentence = "What a replacement pays more MUST be enough to relay the replacement itself.",
      .source = "policy (-incrementalrelayfee); BIP125, rule 4",
      .token = "insufficient fee",
      .debug = "",
      .kind = RejectKind::fee_too_low,
      .blame = false},
     pays_for_itself,
     explain_not_enough},
}};

constexpr std::array kPhases{
    Phase{"fee", "each relayed transaction, or a package as a whole", kInfos<kFeeRules>},
    Phase{"replace-reach", "each transaction or package that conflicts with others", kInfos<kReachRules>},
    Phase{"replace-fees", "each transaction or package that conflicts with others", kInfos<kReplaceFeeRules>},
};

}  // namespace

Verdict check_fee(const FeeOffer& offer) { return run_phase<kFeeRules>(offer); }
Verdict check_replacement_reach(const Replacement& replacement) { return run_phase<kReachRules>(replacement); }
Verdict check_replacement_fees(const Replacement& replacement) { return run_phase<kReplaceFeeRules>(replacement); }

std::span<const Phase> fee_phases() { return kPhases; }

}  // namespace keel::policy
