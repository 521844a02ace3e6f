#include "engine/policy/standard_tx.hpp"

#include "engine/policy/tables.hpp"
#include "rules/script/script.hpp"
#include "rules/script/templates.hpp"

namespace keel::policy {

namespace {

using primitives::InputView;
using script::OutputType;

struct Output {
    const script::OutputTemplate& form;
    std::size_t script_size;
    std::size_t data_left;
    const Policy& policy;
};

struct DustFee {
    bool has_dust;
    bool pays;
};

bool is_no_coinbase(const TxView& tx) { return !tx.is_coinbase(); }
bool is_not_tiny(const TxView& tx) { return tx.stripped_size() >= kTxStrippedSizeMin; }

bool version_known(const TxView& tx) { return tx.version() >= kVersionMin && tx.version() <= kVersionMax; }
bool not_too_heavy(const TxView& tx) { return tx.weight().value() <= kTxWeightMax; }

bool script_sig_short(const InputView& input) { return input.script_sig().size() <= kScriptSigMax; }
bool script_sig_pushes(const InputView& input) { return script::is_push_only(input.script_sig()); }

bool output_known(const Output& output) {
    return output.form.type != OutputType::nonstandard &&
           (output.form.type != OutputType::multisig || output.form.parts.size() <= kBareMultisigKeysMax);
}
bool data_fits(const Output& output) {
    return output.form.type != OutputType::nulldata || output.script_size <= output.data_left;
}
bool multisig_allowed(const Output& output) {
    return output.form.type != OutputType::multisig || output.policy.permit_bare_multisig;
}

bool little_dust(const std::size_t& outputs) { return outputs <= kDustOutputsMax; }
bool dust_is_free(const DustFee& fee) { return !fee.has_dust || !fee.pays; }

constexpr std::array<Rule<TxView>, 1> kLooseRules{{
    {{.id = "loose-no-coinbase",
      .sentence = "A transaction outside a block MUST NOT be a coinbase.",
      .source = "protocol",
      .token = "coinbase",
      .debug = "",
      .blame = false},
     is_no_coinbase},
}};

constexpr std::array<Rule<TxView>, 1> kLooseSizeRules{{
    {{.id = "loose-not-tiny",
      .sentence = "A relayed transaction MUST have 65 bytes or more without its witness.",
      .source = "policy (CVE-2017-12842)",
      .token = "tx-size-small",
      .debug = "",
      .kind = RejectKind::not_standard,
      .blame = false},
     is_not_tiny},
}};

constexpr std::array<Rule<TxView>, 2> kTxRules{{
    {{.id = "standard-version",
      .sentence = "The version of a relayed transaction MUST be 1, 2 or 3.",
      .source = "policy; BIP68, BIP431",
      .token = "version",
      .debug = "",
      .kind = RejectKind::not_standard,
      .blame = false},
     version_known},
    {{.id = "standard-weight",
      .sentence = "A relayed transaction MUST NOT weigh more than 400,000.",
      .source = "policy",
      .token = "tx-size",
      .debug = "",
      .kind = RejectKind::not_standard,
      .blame = false},
     not_too_heavy},
}};

constexpr std::array<Rule<InputView>, 2> kInputRules{{
    {{.id = "standard-script-sig-size",
      .sentence = "An input script of a relayed transaction MUST NOT have more than 1,650 bytes.",
      .source = "policy",
      .token = "scriptsig-size",
      .debug = "",
      .kind = RejectKind::not_standard,
      .blame = false},
     script_sig_short},
    {{.id = "standard-script-sig-pushes",
      .sentence = "An input script of a relayed transaction MUST only push data.",
      .source = "policy; BIP62, rule 2",
      .token = "scriptsig-not-pushonly",
      .debug = "",
      .kind = RejectKind::not_standard,
      .blame = false},
     script_sig_pushes},
}};

constexpr std::array<Rule<Output>, 3> kOutputRules{{
    {{.id = "standard-output",
      .sentence = "An output of a relayed transaction MUST have a known form: a key or its hash, a script hash, a "
                  "witness program, an anchor, multisig of up to three keys, or data.",
      .source = "policy; BIP11, 16, 141, 341, 433",
      .token = "scriptpubkey",
      .debug = "",
      .kind = RejectKind::not_standard,
      .blame = false},
     output_known},
    {{.id = "standard-datacarrier",
      .sentence = "The data outputs of a relayed transaction MUST NOT have more bytes together than the node allows.",
      .source = "policy (-datacarriersize)",
      .token = "datacarrier",
      .debug = "",
      .kind = RejectKind::not_standard,
      .blame = false},
     data_fits},
    {{.id = "standard-bare-multisig",
      .sentence = "An output of a relayed transaction MUST NOT be bare multisig where the node refuses that.",
      .source = "policy (-permitbaremultisig)",
      .token = "bare-multisig",
      .debug = "",
      .kind = RejectKind::not_standard,
      .blame = false},
     multisig_allowed},
}};

constexpr std::array<Rule<std::size_t>, 1> kDustRules{{
    {{.id = "standard-dust",
      .sentence =
          "A relayed transaction MUST NOT have more than one output that is worth less than its spending costs.",
      .source = "policy (-dustrelayfee)",
      .token = "dust",
      .debug = "",
      .kind = RejectKind::not_standard,
      .blame = false},
     little_dust},
}};

constexpr std::array<Rule<DustFee>, 1> kDustFeeRules{{
    {{.id = "standard-dust-fee",
      .sentence = "A relayed transaction with dust MUST NOT pay a fee, nor be given priority.",
      .source = "policy (ephemeral dust)",
      .token = "dust",
      .debug = "tx with dust output must be 0-fee",
      .kind = RejectKind::not_standard,
      .blame = false},
     dust_is_free},
}};

constexpr std::array kPhases{
    Phase{"loose-tx", "each transaction outside a block", kInfos<kLooseRules>},
    Phase{"standard-tx", "each relayed transaction", kInfos<kTxRules>},
    Phase{"standard-input", "each input of a relayed transaction", kInfos<kInputRules>},
    Phase{"standard-output", "each output of a relayed transaction", kInfos<kOutputRules>},
    Phase{"standard-dust", "the outputs of a relayed transaction", kInfos<kDustRules>},
    Phase{"loose-size", "each relayed transaction", kInfos<kLooseSizeRules>},
    Phase{"dust-fee", "each relayed transaction, with its fee", kInfos<kDustFeeRules>},
};

Verdict check_outputs(TxView tx, const Policy& policy) {
    std::size_t data_left = policy.datacarrier_bytes.value_or(0);
    for (std::size_t i = 0; i < tx.output_count(); ++i) {
        const ByteSpan script = tx.output(i).script();
        const script::OutputTemplate form = script::solve(script);
        KEEL_CHECK(run_phase<kOutputRules>(Output{form, script.size(), data_left, policy}));
        data_left -= form.type == OutputType::nulldata ? script.size() : 0;
    }
    return {};
}

// Bytes of an input that spends an output, for the question whether that is worth it: outpoint, sequence, and one
// signature with its key, which in a witness weigh a quarter.
constexpr std::size_t kSpendBytes = 32 + 4 + 1 + 107 + 4;
constexpr std::size_t kWitnessSpendBytes = 32 + 4 + 1 + 107 / 4 + 4;
constexpr std::size_t kValueBytes = 8;

}  // namespace

Verdict check_loose_tx(TxView tx) { return run_phase<kLooseRules>(tx); }

Verdict check_loose_size(TxView tx) { return run_phase<kLooseSizeRules>(tx); }

Verdict check_standard_tx(TxView tx, const Policy& policy) {
    KEEL_CHECK(run_phase<kTxRules>(tx));
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        KEEL_CHECK(run_phase<kInputRules>(tx.input(i)));
    }
    KEEL_CHECK(check_outputs(tx, policy));
    return run_phase<kDustRules>(dust_outputs(tx, policy.dust).size());
}

Amount dust_threshold(ByteSpan script, FeeRate dust) {
    if (script::is_unspendable(script)) {
        return {};
    }
    const std::size_t spend = script::witness_program(script) ? kWitnessSpendBytes : kSpendBytes;
    const std::size_t output = kValueBytes + primitives::compact_size_length(script.size()) + script.size();
    return dust.fee_for(static_cast<std::int64_t>(output + spend));
}

std::vector<std::uint32_t> dust_outputs(TxView tx, FeeRate dust) {
    std::vector<std::uint32_t> found;
    for (std::size_t i = 0; i < tx.output_count(); ++i) {
        const primitives::OutputView output = tx.output(i);
        if (output.value() < dust_threshold(output.script(), dust)) {
            found.push_back(static_cast<std::uint32_t>(i));
        }
    }
    return found;
}

Verdict check_dust_fee(TxView tx, const Policy& policy, Amount fee, Amount modified_fee) {
    const bool pays = fee != Amount() || modified_fee != Amount();
    return run_phase<kDustFeeRules>(DustFee{pays && !dust_outputs(tx, policy.dust).empty(), pays});
}

std::span<const Phase> standard_tx_phases() { return kPhases; }

}  // namespace keel::policy
