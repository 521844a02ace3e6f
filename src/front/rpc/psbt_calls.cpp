// Calls that work on partially signed transactions; psbt_show.cpp and psbt_analysis.cpp have those that only look.
#include <boost/json/value.hpp>

#include "base/hex.hpp"
#include "front/rpc/base64.hpp"
#include "front/rpc/descriptor_args.hpp"
#include "front/rpc/json_values.hpp"
#include "front/rpc/method_groups.hpp"
#include "front/rpc/psbt_args.hpp"
#include "front/rpc/signing_args.hpp"
#include "front/rpc/tx_args.hpp"
#include "rules/psbt/codec.hpp"
#include "rules/psbt/roles.hpp"
#include "rules/script/script.hpp"

namespace keel::rpc {

namespace {

using psbt::Psbt;

void write_psbt(JsonWriter& out, const Psbt& content) { out.value(base64_encode(psbt::serialize(content))); }

Outcome<std::uint32_t> version_of(const Args& args, std::size_t index) {
    KEEL_TRY(const auto version, args.integer<std::uint32_t>(index, 2));
    if (version != 0 && version != 2) {
        return fail(ErrorCode::invalid_parameter, "The PSBT version can only be 2 or 0");
    }
    return version;
}

Outcome<void> createpsbt(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(auto tx, construct_tx(context, args));
    KEEL_TRY(const std::uint32_t version, version_of(args, 5));
    write_psbt(out, Psbt::from(std::move(tx), version));
    return {};
}

Outcome<void> converttopsbt(const Context&, const Args& args, JsonWriter& out) {
    const TxReading reading = !args.has(2)             ? TxReading::any
                              : args.boolean(2, false) ? TxReading::with_witness
                                                       : TxReading::without_witness;
    const primitives::TxPtr tx = decode_tx(args.text(0), reading);
    if (tx == nullptr) {
        return fail(ErrorCode::deserialization, "TX decode failed");
    }
    auto content = primitives::MutableTx::from(tx->view());
    for (primitives::TxInput& input : content.inputs) {
        if ((!input.script_sig.empty() || !input.witness.empty()) && !args.boolean(1, false)) {
            return fail(ErrorCode::deserialization, "Inputs must not have scriptSigs and scriptWitnesses");
        }
        input.script_sig.clear();
        input.witness.clear();
    }
    KEEL_TRY(const std::uint32_t version, version_of(args, 3));
    write_psbt(out, Psbt::from(std::move(content), version));
    return {};
}

Outcome<std::vector<Psbt>> psbts_of(const Args::Json& texts) {
    std::vector<Psbt> out;
    for (const Args::Json& value : texts.get_array()) {
        KEEL_TRY(const std::string text, string_of(value));
        KEEL_TRY(Psbt each, psbt_of(text));
        out.push_back(std::move(each));
    }
    return out;
}

Outcome<void> combinepsbt(const Context&, const Args& args, JsonWriter& out) {
    KEEL_TRY(std::vector<Psbt> all, psbts_of(args.value(0)));
    if (all.empty()) {
        return fail(ErrorCode::invalid_parameter, "Parameter 'txs' cannot be empty");
    }
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (!psbt::merge(all[0], all[i])) {
            return fail(ErrorCode::invalid_parameter, "PSBTs not compatible (different transactions)");
        }
    }
    write_psbt(out, all[0]);
    return {};
}

Outcome<void> joinpsbts(const Context&, const Args& args, JsonWriter& out) {
    KEEL_TRY(const std::vector<Psbt> all, psbts_of(args.value(0)));
    if (all.size() <= 1) {
        return fail(ErrorCode::invalid_parameter, "At least two PSBTs are required to join PSBTs.");
    }
    Psbt joined;
    joined.tx.version = 1;
    joined.tx.lock_time = 0xFFFFFFFF;
    for (const Psbt& each : all) {
        if (each.version != 0) {
            return fail(ErrorCode::invalid_parameter, "joinpsbts only operates on version 0 PSBTs");
        }
        joined.tx.version = std::max(joined.tx.version, each.tx.version);
        joined.tx.lock_time = std::min(joined.tx.lock_time, each.tx.lock_time);
        for (std::size_t i = 0; i < each.inputs.size(); ++i) {
            const primitives::OutPoint& prevout = each.tx.inputs[i].prevout;
            const bool known = std::ranges::any_of(
                joined.tx.inputs, [&](const primitives::TxInput& input) { return input.prevout == prevout; });
            if (known) {
                return fail(ErrorCode::invalid_parameter, "Input " + to_hex(prevout.txid) + ":" +
                                                              std::to_string(prevout.index) +
                                                              " exists in multiple PSBTs");
            }
            joined.tx.inputs.push_back(each.tx.inputs[i]);
            joined.inputs.push_back(each.inputs[i]);
            joined.inputs.back().partial_signatures.clear();  // they signed another transaction
            joined.inputs.back().taproot_key_signature.clear();
            joined.inputs.back().taproot_leaf_signatures.clear();
        }
        for (std::size_t i = 0; i < each.outputs.size(); ++i) {
            joined.tx.outputs.push_back(each.tx.outputs[i]);
            joined.outputs.push_back(each.outputs[i]);
        }
        joined.xpubs.insert(joined.xpubs.end(), each.xpubs.begin(), each.xpubs.end());
        joined.unknown.insert(each.unknown.begin(), each.unknown.end());
    }
    write_psbt(out, joined);
    return {};
}

Outcome<void> finalizepsbt(const Context&, const Args& args, JsonWriter& out) {
    KEEL_TRY(Psbt content, psbt_of(args.text(0)));
    const bool complete = psbt::finish(content);
    const auto tx = complete && args.boolean(1, true) ? psbt::extract(content) : std::nullopt;
    out.begin_object();
    if (tx) {
        out.field_hex("hex", tx->serialize());
    } else {
        out.key("psbt");
        write_psbt(out, content);
    }
    out.field("complete", complete);
    out.end_object();
    return {};
}

// Tells the inputs which outputs they spend, where those sign their amounts.
Outcome<void> add_spent_outputs(const Context& context, const address::KeyStore& keys, Psbt& content) {
    KEEL_TRY(const signing::KnownCoins coins, find_spent_coins(context, content.tx));
    for (std::size_t i = 0; i < content.inputs.size(); ++i) {
        psbt::Input& input = content.inputs[i];
        if (!coins[i] || input.non_witness_utxo != nullptr || input.witness_utxo) {
            continue;
        }
        Bytes script = coins[i]->script;
        if (script::is_pay_to_script_hash(script)) {
            crypto::Hash160 hash;
            std::ranges::copy(ByteSpan(script).subspan(2, hash.size()), hash.begin());
            const Bytes* redeem_script = keys.script(hash);
            script = redeem_script != nullptr ? *redeem_script : input.redeem_script;
        }
        if (script::witness_program(script)) {
            input.witness_utxo = primitives::TxOutput{coins[i]->value, coins[i]->script};
        }
    }
    return {};
}

Outcome<void> process(const Context& context, Psbt& content, const psbt::SignRequest& request) {
    KEEL_CHECK(add_spent_outputs(context, request.keys, content));
    const auto signer = psbt::make_signer(content);
    if (signer == nullptr) {
        return fail(ErrorCode::deserialization, "PSBT cannot be made into a valid transaction");
    }
    for (std::size_t i = 0; i < content.inputs.size(); ++i) {
        if (psbt::sign_input(content, i, *signer, request) == psbt::SignResult::hash_type_mismatch) {
            return fail(ErrorCode::invalid_parameter, "Specified sighash value does not match value stored in PSBT");
        }
    }
    for (std::size_t i = 0; i < content.outputs.size(); ++i) {
        psbt::update_output(content, i, request.keys);
    }
    psbt::drop_previous_transactions(content);
    return {};
}

Outcome<address::KeyStore> keys_of_descriptors(const Context& context, const Args& args, std::size_t index) {
    address::KeyStore out;
    if (args.has(index)) {
        for (const Args::Json& object : args.value(index).get_array()) {
            KEEL_CHECK(scripts_of_scan_object(context, object, out));
        }
    }
    return out;
}

Outcome<void> utxoupdatepsbt(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(Psbt content, psbt_of(args.text(0)));
    KEEL_TRY(address::KeyStore keys, keys_of_descriptors(context, args, 1));
    keys.secrets.clear();  // updating is not signing
    KEEL_CHECK(process(context, content, {.keys = keys, .finish = false}));
    write_psbt(out, content);
    return {};
}

Outcome<void> descriptorprocesspsbt(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(Psbt content, psbt_of(args.text(0)));
    KEEL_TRY(const address::KeyStore keys, keys_of_descriptors(context, args, 1));
    KEEL_TRY(const std::uint8_t hash_type, hash_type_of(args, 2));
    KEEL_CHECK(process(
        context, content,
        {.keys = keys, .hash_type = hash_type, .finish = args.boolean(4, true), .key_paths = args.boolean(3, true)}));
    const auto signer = psbt::make_signer(content);
    bool complete = true;
    for (std::size_t i = 0; i < content.inputs.size(); ++i) {
        complete = complete && psbt::is_signed(content, i, *signer);
    }
    out.begin_object();
    out.key("psbt");
    write_psbt(out, content);
    out.field("complete", complete);
    if (const auto tx = complete ? psbt::extract(content) : std::nullopt) {
        out.field_hex("hex", tx->serialize());
    }
    out.end_object();
    return {};
}

constexpr Param kCreateParams[] = {
    {"inputs", ArgType::array, Need::required, "", "Objects with \"txid\", \"vout\" and optionally \"sequence\""},
    {"outputs", ArgType::outputs, Need::required, "",
     "Pairs of an address and an amount in bitcoin, or of \"data\" and hex"},
    {"locktime", ArgType::number, Need::optional, "0", "The lock time"},
    {"replaceable", ArgType::boolean, Need::optional, "true", "Whether the sequences signal replaceability (BIP125)"},
    {"version", ArgType::number, Need::optional, "2", "The version of the transaction, 1 to 3"},
    {"psbt_version", ArgType::number, Need::optional, "2", "The version of the PSBT, 0 or 2"},
};
constexpr Param kConvertParams[] = {
    {"hexstring", ArgType::hex, Need::required, "", "The transaction"},
    {"permitsigdata", ArgType::boolean, Need::optional, "false", "Whether signatures are dropped instead of refused"},
    {"iswitness", ArgType::boolean, Need::optional, "depends on which reading makes sense",
     "Whether it is serialized with witness"},
    {"psbt_version", ArgType::number, Need::optional, "2", "The version of the PSBT, 0 or 2"},
};
constexpr Param kManyParams[] = {
    {"txs", ArgType::array, Need::required, "", "The PSBTs in base64"},
};
constexpr Param kFinalizeParams[] = {
    {"psbt", ArgType::text, Need::required, "", "The PSBT in base64"},
    {"extract", ArgType::boolean, Need::optional, "true", "Whether a complete transaction is returned by itself"},
};
constexpr Param kUpdateParams[] = {
    {"psbt", ArgType::text, Need::required, "", "The PSBT in base64"},
    {"descriptors", ArgType::array, Need::optional, "",
     "Descriptors, or objects with \"desc\" and \"range\" (default 1000)"},
};
constexpr Param kProcessParams[] = {
    {"psbt", ArgType::text, Need::required, "", "The PSBT in base64"},
    {"descriptors", ArgType::array, Need::required, "",
     "Descriptors with secret keys, or objects with \"desc\" and \"range\" (default 1000)"},
    {"sighashtype", ArgType::text, Need::optional, "\"DEFAULT\" for taproot, \"ALL\" otherwise",
     "DEFAULT, ALL, NONE or SINGLE, the last three also with \"|ANYONECANPAY\""},
    {"bip32derivs", ArgType::boolean, Need::optional, "true", "Whether to add where keys come from"},
    {"finalize", ArgType::boolean, Need::optional, "true", "Whether to finish complete inputs"},
};
constexpr std::string_view kBase64 = "str 'the PSBT in base64'";

constexpr Method kMethods[] = {
    {"rawtransactions", "createpsbt", "Builds a PSBT that spends some outputs and makes others.", kCreateParams,
     kBase64, createpsbt},
    {"rawtransactions", "converttopsbt", "Makes a PSBT of an unsigned transaction.", kConvertParams, kBase64,
     converttopsbt},
    {"rawtransactions", "combinepsbt", "Puts what several PSBTs know about the same transaction into one.", kManyParams,
     kBase64, combinepsbt},
    {"rawtransactions", "joinpsbts", "Makes one PSBT with the inputs and outputs of several.", kManyParams, kBase64,
     joinpsbts},
    {"rawtransactions", "finalizepsbt", "Finishes the inputs that are complete.", kFinalizeParams,
     "{psbt?: str, hex?: hex 'the transaction', complete: bool}", finalizepsbt},
    {"rawtransactions", "utxoupdatepsbt", "Adds what the node and the descriptors know about inputs and outputs.",
     kUpdateParams, kBase64, utxoupdatepsbt},
    {"rawtransactions", "descriptorprocesspsbt", "Updates a PSBT, and signs it with the secret keys of descriptors.",
     kProcessParams, "{psbt: str, complete: bool, hex?: hex 'the transaction'}", descriptorprocesspsbt},
};

}  // namespace

std::span<const Method> psbt_methods() { return kMethods; }

}  // namespace keel::rpc
