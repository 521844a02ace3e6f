#include "engine/policy/standard_spend.hpp"

#include "base/assert.hpp"
#include "engine/policy/tables.hpp"
#include "rules/script/error.hpp"
#include "rules/script/script.hpp"
#include "rules/script/sigops.hpp"
#include "rules/script/taproot.hpp"
#include "rules/script/templates.hpp"

namespace keel::policy {

namespace {

using primitives::InputView;
using script::MultisigCount;
using script::OutputType;
using script::ScriptError;

// What a script that only pushes leaves on top: nothing when it pushes nothing. Small numbers show as empty, which no
// rule here can tell from what they are.
Result<std::optional<ByteSpan>, ScriptError> top_of_pushes(ByteSpan script_sig) {
    std::optional<ByteSpan> top;
    std::size_t depth = 0;
    script::ScriptReader reader(script_sig);
    for (script::Op op{}; !reader.at_end();) {
        if (!reader.next(op) || op.code == script::Opcode::op_reserved) {
            return Failure(ScriptError::bad_opcode);
        }
        if (op.data.size() > script::kElementSizeMax) {
            return Failure(ScriptError::push_size);
        }
        if (++depth > script::kStackSizeMax) {
            return Failure(ScriptError::stack_size);
        }
        top = op.data;
    }
    return top;
}

struct Spend {
    std::size_t index;
    OutputType type;
    std::optional<ScriptError> malformed{};  // P2SH: the input script cannot be run
    bool redeem_missing = false;
    std::int64_t redeem_sigops = 0;
};

Spend make_spend(std::size_t index, const InputView& input, const CoinView& coin) {
    Spend spend{.index = index, .type = script::solve(coin.script).type};
    if (spend.type == OutputType::scripthash) {
        const auto top = top_of_pushes(input.script_sig());
        if (!top) {
            spend.malformed = top.error();
        } else {
            spend.redeem_missing = !top->has_value();
            spend.redeem_sigops = script::count_sigops(top->value_or(ByteSpan()), MultisigCount::announced);
        }
    }
    return spend;
}

// BIP54: signature checks in what a spend may execute, outside witnesses.
std::int64_t executed_sigops(TxView tx, std::span<const CoinView> coins) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const ByteSpan script_sig = tx.input(i).script_sig();
        count += script::count_sigops(script_sig, MultisigCount::announced);
        count += script::is_pay_to_script_hash(coins[i].script)
                     ? script::p2sh_sigops(coins[i].script, script_sig)
                     : script::count_sigops(coins[i].script, MultisigCount::announced);
    }
    return count;
}

bool few_sigops(const std::int64_t& count) { return count <= kLegacySigopsMax; }
bool form_known(const Spend& spend) { return spend.type != OutputType::nonstandard; }
bool program_known(const Spend& spend) { return spend.type != OutputType::witness_unknown; }
bool redeem_runs(const Spend& spend) { return !spend.malformed; }
bool redeem_given(const Spend& spend) { return !spend.redeem_missing; }
bool redeem_sigops_few(const Spend& spend) { return spend.redeem_sigops <= kP2shSigopsMax; }
bool cost_in_limit(const std::int64_t& cost) { return cost <= kSigopCostMax; }

Reject with_debug(const RuleInfo& rule, std::string debug) {
    return Reject(rule, std::string(rule.token), std::move(debug));
}

Reject explain_form(const RuleInfo& rule, const Spend& spend) {
    return with_debug(rule, "input " + std::to_string(spend.index) + " script unknown");
}
Reject explain_program(const RuleInfo& rule, const Spend& spend) {
    return with_debug(rule, "input " + std::to_string(spend.index) + " witness program is undefined");
}
Reject explain_malformed(const RuleInfo& rule, const Spend& spend) {
    return with_debug(rule, "p2sh scriptsig malformed (input " + std::to_string(spend.index) + ": " +
                                std::string(script::describe(*spend.malformed)) + ")");
}
Reject explain_missing(const RuleInfo& rule, const Spend& spend) {
    return with_debug(rule, "input " + std::to_string(spend.index) + " P2SH redeemscript missing");
}
Reject explain_redeem_sigops(const RuleInfo& rule, const Spend& spend) {
    return with_debug(rule, "p2sh redeemscript sigops exceed limit (input " + std::to_string(spend.index) + ": " +
                                std::to_string(spend.redeem_sigops) + " > " + std::to_string(kP2shSigopsMax) + ")");
}
Reject explain_cost(const RuleInfo& rule, const std::int64_t& cost) { return with_debug(rule, std::to_string(cost)); }

constexpr RejectKind kUnusual = RejectKind::inputs_unusual;

constexpr std::array<Rule<std::int64_t>, 1> kSigopRules{{
    {{.id = "standard-spend-sigops",
      .sentence =
          "A relayed transaction MUST NOT be able to execute more than 2,500 signature checks outside witnesses.",
      .source = "policy; BIP54",
      .token = "bad-txns-nonstandard-inputs",
      .debug = "non-witness sigops exceed bip54 limit",
      .kind = kUnusual,
      .blame = false},
     few_sigops},
}};

constexpr std::array<Rule<Spend>, 5> kSpendRules{{
    {{.id = "standard-spend-form",
      .sentence = "A relayed transaction MUST only spend outputs of a known form.",
      .source = "policy",
      .token = "bad-txns-nonstandard-inputs",
      .debug = "",
      .kind = kUnusual,
      .blame = false},
     form_known,
     explain_form},
    {{.id = "standard-spend-program",
      .sentence = "A relayed transaction MUST NOT spend a witness program that has no meaning yet.",
      .source = "policy; BIP141, Script validation rules",
      .token = "bad-txns-nonstandard-inputs",
      .debug = "",
      .kind = kUnusual,
      .blame = false},
     program_known,
     explain_program},
    {{.id = "standard-spend-p2sh-runs",
      .sentence = "An input of a relayed transaction that spends P2SH MUST push what can be pushed.",
      .source = "policy; BIP16",
      .token = "bad-txns-nonstandard-inputs",
      .debug = "",
      .kind = kUnusual,
      .blame = false},
     redeem_runs,
     explain_malformed},
    {{.id = "standard-spend-p2sh-script",
      .sentence = "An input of a relayed transaction that spends P2SH MUST push the script.",
      .source = "policy; BIP16",
      .token = "bad-txns-nonstandard-inputs",
      .debug = "",
      .kind = kUnusual,
      .blame = false},
     redeem_given,
     explain_missing},
    {{.id = "standard-spend-p2sh-sigops",
      .sentence = "A P2SH script that a relayed transaction runs MUST NOT have more than 15 signature checks.",
      .source = "policy; BIP16",
      .token = "bad-txns-nonstandard-inputs",
      .debug = "",
      .kind = kUnusual,
      .blame = false},
     redeem_sigops_few,
     explain_redeem_sigops},
}};

constexpr std::array<Rule<std::int64_t>, 1> kCostRules{{
    {{.id = "standard-sigop-cost",
      .sentence = "The signature checks of a relayed transaction MUST NOT cost more than a fifth of what a block may.",
      .source = "policy; BIP141, Sigops",
      .token = "bad-txns-too-many-sigops",
      .debug = "",
      .kind = RejectKind::not_standard,
      .blame = false},
     cost_in_limit,
     explain_cost},
}};

struct Witness {
    std::vector<ByteSpan> items;  // at least one
    ByteSpan coin_script;
    bool anchor;
    std::optional<script::WitnessProgram> program;  // of the coin or, in P2SH, of the redeem script
    bool nested;

    [[nodiscard]] bool is_script_hash() const { return program && program->is_script_hash(); }
    [[nodiscard]] bool is_taproot() const { return program && program->is_taproot() && !nested; }
};

Witness make_witness(const InputView& input, const CoinView& coin) {
    Witness out{
        .items = input.witness().items(), .coin_script = coin.script, .anchor = false, .program = {}, .nested = false};
    out.program = script::witness_program(coin.script);
    out.anchor = out.program && out.program->is_anchor();
    if (script::is_pay_to_script_hash(coin.script)) {
        const auto top = top_of_pushes(input.script_sig());
        out.nested = true;
        out.program = top && top->has_value() ? script::witness_program(**top) : std::nullopt;
    }
    return out;
}

bool no_anchor_witness(const Witness& witness) { return !witness.anchor; }
bool spends_program(const Witness& witness) { return witness.program.has_value(); }

bool script_hash_in_limits(const Witness& witness) {
    if (!witness.is_script_hash()) {
        return true;
    }
    const std::span<const ByteSpan> arguments(witness.items.data(), witness.items.size() - 1);
    return witness.items.back().size() <= kWitnessScriptMax && arguments.size() <= kWitnessItemsMax &&
           std::ranges::all_of(arguments, [](ByteSpan item) { return item.size() <= kWitnessItemSizeMax; });
}

bool no_annex(const Witness& witness) {
    const ByteSpan last = witness.items.back();
    return !witness.is_taproot() || witness.items.size() < 2 || last.empty() || last[0] != script::kAnnexTag;
}

bool tapscript_in_limits(const Witness& witness) {
    constexpr std::byte kLeafMask{0xFE};
    if (!witness.is_taproot() || witness.items.size() < 2) {
        return true;
    }
    const ByteSpan control = witness.items.back();
    if (control.empty()) {
        return false;
    }
    if ((control[0] & kLeafMask) != std::byte{script::kTapscriptLeafVersion}) {
        return true;
    }
    const std::span<const ByteSpan> arguments(witness.items.data(), witness.items.size() - 2);
    return std::ranges::all_of(arguments, [](ByteSpan item) { return item.size() <= kTapscriptItemSizeMax; });
}

constexpr std::array<Rule<Witness>, 5> kWitnessRules{{
    {{.id = "standard-witness-no-anchor",
      .sentence = "A relayed transaction MUST NOT give a witness for an anchor.",
      .source = "policy; BIP433",
      .token = "bad-witness-nonstandard",
      .debug = "",
      .kind = RejectKind::witness_mutated,
      .blame = false},
     no_anchor_witness},
    {{.id = "standard-witness-program",
      .sentence = "A relayed transaction MUST give a witness only where it spends a witness program.",
      .source = "policy; BIP141",
      .token = "bad-witness-nonstandard",
      .debug = "",
      .kind = RejectKind::witness_mutated,
      .blame = false},
     spends_program},
    {{.id = "standard-witness-script",
      .sentence = "A witness script MUST NOT have more than 3,600 bytes, nor more than 100 arguments of 80 bytes each.",
      .source = "policy; BIP141",
      .token = "bad-witness-nonstandard",
      .debug = "",
      .kind = RejectKind::witness_mutated,
      .blame = false},
     script_hash_in_limits},
    {{.id = "standard-witness-no-annex",
      .sentence = "A relayed transaction MUST NOT have an annex.",
      .source = "policy; BIP341",
      .token = "bad-witness-nonstandard",
      .debug = "",
      .kind = RejectKind::witness_mutated,
      .blame = false},
     no_annex},
    {{.id = "standard-witness-tapscript",
      .sentence = "The arguments of a tapscript MUST NOT have more than 80 bytes each.",
      .source = "policy; BIP342",
      .token = "bad-witness-nonstandard",
      .debug = "",
      .kind = RejectKind::witness_mutated,
      .blame = false},
     tapscript_in_limits},
}};

constexpr std::array kPhases{
    Phase{"standard-spend-sigops", "each relayed transaction", kInfos<kSigopRules>},
    Phase{"standard-spend", "each input of a relayed transaction", kInfos<kSpendRules>},
    Phase{"standard-witness", "each input of a relayed transaction that has a witness", kInfos<kWitnessRules>},
    Phase{"standard-sigop-cost", "each transaction outside a block", kInfos<kCostRules>},
};

}  // namespace

Verdict check_standard_spend(TxView tx, std::span<const CoinView> coins) {
    KEEL_ASSERT(coins.size() == tx.input_count());
    KEEL_CHECK(run_phase<kSigopRules>(executed_sigops(tx, coins)));
    for (std::size_t i = 0; i < coins.size(); ++i) {
        KEEL_CHECK(run_phase<kSpendRules>(make_spend(i, tx.input(i), coins[i])));
    }
    return {};
}

Verdict check_standard_witness(TxView tx, std::span<const CoinView> coins) {
    KEEL_ASSERT(coins.size() == tx.input_count());
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const InputView input = tx.input(i);
        if (!input.witness().empty()) {
            KEEL_CHECK(run_phase<kWitnessRules>(make_witness(input, coins[i])));
        }
    }
    return {};
}

Verdict check_sigop_cost(std::int64_t cost) { return run_phase<kCostRules>(cost); }

bool wants_witness(TxView tx, std::span<const CoinView> coins) {
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const auto program = script::witness_program(coins[i].script);
        if (program && !program->is_anchor()) {
            return true;
        }
        if (!script::is_pay_to_script_hash(coins[i].script)) {
            continue;
        }
        const auto top = top_of_pushes(tx.input(i).script_sig());
        if (top && top->has_value() && script::witness_program(**top)) {
            return true;
        }
    }
    return false;
}

std::span<const Phase> standard_spend_phases() { return kPhases; }

}  // namespace keel::policy
