// Calls that sign transactions and put signatures together.
#include <boost/json/value.hpp>

#include "base/hex.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/json_values.hpp"
#include "front/rpc/method_groups.hpp"
#include "front/rpc/signing_args.hpp"
#include "front/rpc/tx_args.hpp"
#include "rules/script/sighash.hpp"

namespace keel::rpc {
namespace {

using primitives::MutableTx;
using script::ScriptError;
using signing::SpendData;

std::string script_error_text(ScriptError error) {
    switch (error) {
        case ScriptError::invalid_stack_operation:
            return "Unable to sign input, invalid stack size (possibly missing key)";
        case ScriptError::null_fail:
            return "CHECK(MULTI)SIG failing with non-zero signature (possibly need more signatures)";
        default: return std::string(script::describe(error));
    }
}

// How the output of a coin is written in error messages.
std::string output_text(const primitives::Coin& coin) {
    return "CTxOut(nValue=" + amount_text(coin.value) + ", scriptPubKey=" + to_hex(coin.script).substr(0, 30) + ")";
}

void write_error(JsonWriter& out, const primitives::TxInput& input, std::string_view why) {
    out.begin_object();
    out.field("txid", input.prevout.txid);
    out.field("vout", input.prevout.index);
    out.key("witness");
    out.begin_array();
    for (const Bytes& item : input.witness) {
        out.hex(item);
    }
    out.end_array();
    out.field_hex("scriptSig", input.script_sig);
    out.field("sequence", input.sequence);
    out.field("error", why);
    out.end_object();
}

struct Signed {
    MutableTx tx;
    std::vector<std::pair<std::size_t, std::string>> errors;  // by input
};

Outcome<Signed> sign_all(const signing::TxSigner& signer, const address::KeyStore& keys, std::uint8_t hash_type) {
    const bool single = script::HashType{hash_type}.single();
    Signed out{signer.tx(), {}};
    for (std::size_t i = 0; i < out.tx.inputs.size(); ++i) {
        if (!signer.coin(i)) {
            out.errors.emplace_back(i, "Input not found or already spent");
            continue;
        }
        SpendData data = signer.existing(i);
        // SINGLE signs the output of the input's number: without one it would sign nothing.
        if (!single || i < out.tx.outputs.size()) {
            signer.sign(i, keys, hash_type, data);
        }
        out.tx.inputs[i].script_sig = data.script_sig;
        out.tx.inputs[i].witness = data.witness;
        if (signer.coin(i)->value == primitives::kMaxMoney && !data.witness.empty()) {
            return fail(ErrorCode::type, "Missing amount for " + output_text(*signer.coin(i)));
        }
        if (data.complete) {
            continue;
        }
        if (const auto verified = signer.verify(i, data.script_sig, data.witness); !verified) {
            out.errors.emplace_back(i, script_error_text(verified.error()));
        }
    }
    return out;
}

Outcome<void> signrawtransactionwithkey(const Context& context, const Args& args, JsonWriter& out) {
    const primitives::TxPtr tx = decode_tx(args.text(0));
    if (tx == nullptr) {
        return fail(ErrorCode::deserialization, "TX decode failed. Make sure the tx has at least one input.");
    }
    KEEL_TRY(address::KeyStore keys, keys_of(context, args.value(1)));
    const MutableTx unsigned_tx = MutableTx::from(tx->view());
    KEEL_TRY(signing::KnownCoins coins, find_spent_coins(context, unsigned_tx));
    if (args.has(2)) {
        KEEL_CHECK(add_told_coins(args.value(2), unsigned_tx, coins, keys));
    }
    KEEL_TRY(const std::uint8_t hash_type, hash_type_of(args, 3));
    KEEL_TRY(const Signed result, sign_all(signing::TxSigner(unsigned_tx, std::move(coins)), keys, hash_type));
    out.begin_object();
    out.field_hex("hex", result.tx.serialize());
    out.field("complete", result.errors.empty());
    if (!result.errors.empty()) {
        out.key("errors");
        out.begin_array();
        for (const auto& [input, why] : result.errors) {
            write_error(out, result.tx.inputs[input], why);
        }
        out.end_array();
    }
    out.end_object();
    return {};
}

// The same transaction, as far as its id tells, with nothing signed.
MutableTx bare(MutableTx tx) {
    for (primitives::TxInput& input : tx.inputs) {
        input.script_sig.clear();
        input.witness.clear();
    }
    return tx;
}

Outcome<std::vector<MutableTx>> variants_of(const Args& args) {
    const auto& texts = args.value(0).get_array();
    if (texts.size() < 2) {
        return fail(ErrorCode::deserialization, "Missing transactions. At least two transactions required.");
    }
    std::vector<MutableTx> out;
    for (const Args::Json& value : texts) {
        KEEL_TRY(const std::string text, string_of(value));
        const primitives::TxPtr tx = decode_tx(text);
        if (tx == nullptr) {
            return fail(ErrorCode::deserialization, "TX decode failed for tx " + std::to_string(out.size()) +
                                                        ". Make sure the tx has at least one input.");
        }
        out.push_back(MutableTx::from(tx->view()));
    }
    for (std::size_t i = 1; i < out.size(); ++i) {
        if (bare(out[i]) != bare(out[0])) {
            return fail(ErrorCode::invalid_parameter,
                        "Transaction number " + std::to_string(i + 1) + " not compatible with first transaction");
        }
    }
    return out;
}

Outcome<void> combinerawtransaction(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const std::vector<MutableTx> variants, variants_of(args));
    KEEL_TRY(const signing::KnownCoins coins, find_spent_coins(context, variants[0]));
    if (!std::ranges::all_of(coins, [](const auto& coin) { return coin.has_value(); })) {
        return fail(ErrorCode::verify, "Input not found or already spent");
    }
    std::vector<SpendData> data(variants[0].inputs.size());
    for (const MutableTx& variant : variants) {
        const signing::TxSigner signer(variant, coins);
        for (std::size_t i = 0; i < data.size(); ++i) {
            data[i].merge(signer.existing(i));
        }
    }
    MutableTx merged = variants[0];
    const signing::TxSigner signer(merged, coins);
    for (std::size_t i = 0; i < data.size(); ++i) {
        signer.sign(i, {}, script::kSighashAll, data[i]);
        merged.inputs[i].script_sig = data[i].script_sig;
        merged.inputs[i].witness = data[i].witness;
    }
    out.hex(merged.serialize());
    return {};
}

constexpr Param kSignParams[] = {
    {"hexstring", ArgType::text, Need::required, "", "The transaction"},
    {"privkeys", ArgType::array, Need::required, "", "Secret keys in wallet import format"},
    {"prevtxs", ArgType::array, Need::optional, "",
     "Outputs that the node need not know: objects with \"txid\", \"vout\", \"scriptPubKey\", \"redeemScript\" (P2SH), "
     "\"witnessScript\" (P2WSH) and \"amount\" (segwit)"},
    {"sighashtype", ArgType::text, Need::optional, "\"DEFAULT\" for taproot, \"ALL\" otherwise",
     "DEFAULT, ALL, NONE or SINGLE, the last three also with \"|ANYONECANPAY\""},
};
constexpr Param kCombineParams[] = {
    {"txs", ArgType::array, Need::required, "", "The transactions in hex"},
};

constexpr Method kMethods[] = {
    {"rawtransactions", "signrawtransactionwithkey", "Signs the inputs of a transaction with the given keys only.",
     kSignParams,
     "{hex: hex 'the transaction with what could be signed', complete: bool, errors?: [{txid: hex, vout: num, witness: "
     "[hex], scriptSig: hex, sequence: num, error: str}]}",
     signrawtransactionwithkey},
    {"rawtransactions", "combinerawtransaction", "Puts the signatures of several copies of a transaction into one.",
     kCombineParams, "hex 'the transaction'", combinerawtransaction},
};

}  // namespace

std::span<const Method> sign_tx_methods() { return kMethods; }

}  // namespace keel::rpc
