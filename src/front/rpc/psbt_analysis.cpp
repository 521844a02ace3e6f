// analyzepsbt.
#include "front/rpc/method_groups.hpp"
#include "front/rpc/psbt_args.hpp"
#include "rules/psbt/roles.hpp"
#include "rules/script/script.hpp"

namespace keel::rpc {
namespace {

using psbt::Psbt;

// Who has to act next, from the one who comes first.
enum class Role : std::uint8_t { creator, updater, signer, finalizer, extractor };

std::string_view role_name(Role role) {
    static constexpr std::array<std::string_view, 5> kNames{"creator", "updater", "signer", "finalizer", "extractor"};
    return kNames[static_cast<std::size_t>(role)];
}

struct InputState {
    bool has_output = false;
    bool is_final = false;
    Role next = Role::extractor;
    signing::SpendData lacking;
};

InputState state_of(const Psbt& psbt, std::size_t index, const signing::TxSigner& signer) {
    InputState out;
    out.has_output = signer.coin(index).has_value();
    if (!out.has_output) {
        out.next = Role::updater;
        return out;
    }
    out.is_final = psbt::is_signed(psbt, index, signer);
    if (out.is_final) {
        return out;
    }
    out.lacking = psbt::attempt(psbt, index, signer, false);
    const bool only_signatures = out.lacking.missing_keys.empty() && !out.lacking.missing_redeem_script &&
                                 !out.lacking.missing_witness_script && !out.lacking.missing_signatures.empty();
    out.next = out.lacking.complete ? Role::finalizer : only_signatures ? Role::signer : Role::updater;
    return out;
}

void write_hashes(JsonWriter& out, std::string_view name, const std::set<crypto::Hash160>& hashes) {
    if (hashes.empty()) {
        return;
    }
    out.key(name);
    out.begin_array();
    for (const crypto::Hash160& hash : hashes) {
        out.hex(hash);
    }
    out.end_array();
}

void write_state(JsonWriter& out, const InputState& state) {
    out.begin_object();
    out.field("has_utxo", state.has_output);
    out.field("is_final", state.is_final);
    out.field("next", role_name(state.next));
    const signing::SpendData& lacking = state.lacking;
    if (!lacking.complete && (!lacking.missing_keys.empty() || !lacking.missing_signatures.empty() ||
                              lacking.missing_redeem_script || lacking.missing_witness_script)) {
        out.key("missing");
        out.begin_object();
        write_hashes(out, "pubkeys", lacking.missing_keys);
        if (lacking.missing_redeem_script) {
            out.field_hex("redeemscript", *lacking.missing_redeem_script);
        }
        if (lacking.missing_witness_script) {
            out.field_hex("witnessscript", lacking.missing_witness_script->bytes);
        }
        write_hashes(out, "signatures", lacking.missing_signatures);
        out.end_object();
    }
    out.end_object();
}

// Of the finished transaction; nothing when an input's final form cannot be foreseen.
std::optional<std::int64_t> foreseen_size(const Psbt& psbt, const signing::TxSigner& signer) {
    primitives::MutableTx tx = signer.tx();
    for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
        const signing::SpendData data = psbt::attempt(psbt, i, signer, true);
        if (!data.complete) {
            return std::nullopt;
        }
        tx.inputs[i].script_sig = data.script_sig;
        tx.inputs[i].witness = data.witness;
    }
    return (tx.freeze()->view().weight().value() + 3) / 4;
}

// What makes a PSBT worthless: a sentence, or nothing.
std::optional<std::string> defect_of(const Psbt& psbt) {
    primitives::Amount sum;
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        const auto output = psbt.spent_output(i);
        if (!output) {
            continue;
        }
        const auto more = output->value.is_valid() ? sum.add(output->value) : std::nullopt;
        if (!more || !more->is_valid()) {
            return "PSBT is not valid. Input " + std::to_string(i) + " has invalid value";
        }
        sum = *more;
        if (script::is_unspendable(output->script)) {
            return "PSBT is not valid. Input " + std::to_string(i) + " spends unspendable output";
        }
    }
    primitives::Amount out;
    for (const primitives::TxOutput& output : psbt.tx.outputs) {
        const auto more = output.value.is_valid() ? out.add(output.value) : std::nullopt;
        if (!more || !more->is_valid()) {
            return "PSBT is not valid. Output amount invalid";
        }
        out = *more;
    }
    return std::nullopt;
}

void write_defect(JsonWriter& out, std::string_view defect) {
    out.begin_object();
    out.field("next", role_name(Role::creator));
    out.field("error", defect);
    out.end_object();
}

Outcome<void> analyzepsbt(const Context&, const Args& args, JsonWriter& out) {
    KEEL_TRY(const Psbt psbt, psbt_of(args.text(0)));
    const auto signer = psbt::make_signer(psbt);
    if (signer == nullptr) {
        write_defect(out, "PSBT cannot be made into a valid transaction");
        return {};
    }
    if (const auto defect = defect_of(psbt)) {
        write_defect(out, *defect);
        return {};
    }
    out.begin_object();
    Role next = Role::extractor;
    if (!psbt.inputs.empty()) {
        out.key("inputs");
        out.begin_array();
        for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
            const InputState state = state_of(psbt, i, *signer);
            next = std::min(next, state.next);
            write_state(out, state);
        }
        out.end_array();
    }
    const auto fee = psbt_fee(psbt);
    const auto size = fee ? foreseen_size(psbt, *signer) : std::nullopt;
    if (size) {
        out.field("estimated_vsize", *size);
        out.field("estimated_feerate", primitives::Amount(fee->satoshi() * 1'000 / *size));
    }
    if (fee) {
        out.field("fee", *fee);
    }
    out.field("next", role_name(next));
    out.end_object();
    return {};
}

constexpr Param kPsbtParams[] = {
    {"psbt", ArgType::text, Need::required, "", "The PSBT in base64"},
};

constexpr Method kMethods[] = {
    {"rawtransactions", "analyzepsbt", "Says what a PSBT lacks and who has to act next.", kPsbtParams,
     "{inputs?: [{has_utxo: bool, is_final: bool, next: str, missing?: {pubkeys?: [hex], redeemscript?: hex, "
     "witnessscript?: hex, signatures?: [hex]}}], estimated_vsize?: num, estimated_feerate?: amount, fee?: amount, "
     "next: "
     "str, error?: str}",
     analyzepsbt},
};

}  // namespace

std::span<const Method> psbt_analysis_methods() { return kMethods; }

}  // namespace keel::rpc
