// decodepsbt.
#include <boost/json/value.hpp>

#include "base/hex.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/method_groups.hpp"
#include "front/rpc/psbt_args.hpp"
#include "front/rpc/tx_json.hpp"
#include "rules/address/base58.hpp"
#include "rules/script/script_asm.hpp"
#include "rules/script/sighash.hpp"
#include "rules/script/templates.hpp"

namespace keel::rpc {
namespace {

using psbt::Psbt;

std::string path_text(const std::vector<std::uint32_t>& path) {
    std::string out = "m";
    for (const std::uint32_t step : path) {
        out += "/" + std::to_string(step & ~address::kHardened) + ((step & address::kHardened) != 0 ? "h" : "");
    }
    return out;
}

std::string hash_type_text(std::uint32_t type) {
    switch (type) {
        case script::kSighashAll: return "ALL";
        case script::kSighashNone: return "NONE";
        case script::kSighashSingle: return "SINGLE";
        case script::kSighashAll | script::kSighashAnyoneCanPay: return "ALL|ANYONECANPAY";
        case script::kSighashNone | script::kSighashAnyoneCanPay: return "NONE|ANYONECANPAY";
        case script::kSighashSingle | script::kSighashAnyoneCanPay: return "SINGLE|ANYONECANPAY";
        case script::kSighashDefault: return "DEFAULT";
        default: return "";
    }
}

void write_origin(JsonWriter& out, const address::KeyOrigin& origin) {
    out.field_hex("master_fingerprint", origin.fingerprint);
    out.field("path", path_text(origin.path));
}

void write_key_paths(JsonWriter& out, const psbt::KeyPaths& paths) {
    if (paths.empty()) {
        return;
    }
    out.key("bip32_derivs");
    out.begin_array();
    for (const auto& [key, origin] : paths) {
        out.begin_object();
        out.field_hex("pubkey", key);
        write_origin(out, origin);
        out.end_object();
    }
    out.end_array();
}

void write_taproot_paths(JsonWriter& out, const psbt::TaprootPaths& paths) {
    if (paths.empty()) {
        return;
    }
    out.key("taproot_bip32_derivs");
    out.begin_array();
    for (const auto& [key, origin] : paths) {
        out.begin_object();
        out.field_hex("pubkey", key);
        write_origin(out, origin.origin);
        out.key("leaf_hashes");
        out.begin_array();
        for (const RawHash& leaf : origin.leaves) {
            out.hex(leaf.bytes);
        }
        out.end_array();
        out.end_object();
    }
    out.end_array();
}

void write_proprietary(JsonWriter& out, const psbt::RawFields& fields) {
    out.key("proprietary");
    out.begin_array();
    for (const auto& [key, value] : fields) {
        const auto parsed = psbt::parse_proprietary_key(key);
        out.begin_object();
        out.field_hex("identifier", parsed ? parsed->identifier : Bytes());
        out.field("subtype", parsed ? parsed->subtype : 0);
        out.field_hex("key", key);
        out.field_hex("value", value);
        out.end_object();
    }
    out.end_array();
}

// Key and value in hex.
void write_fields(JsonWriter& out, std::string_view name, const psbt::RawFields& fields) {
    out.key(name);
    out.begin_object();
    for (const auto& [key, value] : fields) {
        out.field_hex(to_hex(key), value);
    }
    out.end_object();
}

void write_fields_if_any(JsonWriter& out, std::string_view name, const psbt::RawFields& fields) {
    if (!fields.empty()) {
        write_fields(out, name, fields);
    }
}

// asm, hex, type.
void write_inner_script(JsonWriter& out, std::string_view name, const Bytes& script) {
    if (script.empty()) {
        return;
    }
    out.key(name);
    out.begin_object();
    out.field("asm", script::to_asm(script));
    out.field_hex("hex", script);
    out.field("type", script::name(script::solve(script).type));
    out.end_object();
}

void write_final(JsonWriter& out, const psbt::Input& input) {
    if (!input.final_script_sig.empty()) {
        out.key("final_scriptSig");
        out.begin_object();
        out.field("asm", script::to_asm(input.final_script_sig, script::ShowHashTypes::yes));
        out.field_hex("hex", input.final_script_sig);
        out.end_object();
    }
    if (!input.final_witness.empty()) {
        out.key("final_scriptwitness");
        out.begin_array();
        for (const Bytes& item : input.final_witness) {
            out.hex(item);
        }
        out.end_array();
    }
}

void write_taproot(JsonWriter& out, const psbt::Input& input) {
    if (!input.taproot_key_signature.empty()) {
        out.field_hex("taproot_key_path_sig", input.taproot_key_signature);
    }
    if (!input.taproot_leaf_signatures.empty()) {
        out.key("taproot_script_path_sigs");
        out.begin_array();
        for (const auto& [id, signature] : input.taproot_leaf_signatures) {
            out.begin_object();
            out.field_hex("pubkey", id.key);
            out.field_hex("leaf_hash", id.leaf.bytes);
            out.field_hex("sig", signature);
            out.end_object();
        }
        out.end_array();
    }
    if (!input.taproot_leaves.empty()) {
        out.key("taproot_scripts");
        out.begin_array();
        for (const auto& [leaf, blocks] : input.taproot_leaves) {
            out.begin_object();
            out.field_hex("script", leaf.first);
            out.field("leaf_ver", leaf.second);
            out.key("control_blocks");
            out.begin_array();
            for (const Bytes& block : blocks) {
                out.hex(block);
            }
            out.end_array();
            out.end_object();
        }
        out.end_array();
    }
    write_taproot_paths(out, input.taproot_paths);
    if (input.taproot_internal_key) {
        out.field_hex("taproot_internal_key", *input.taproot_internal_key);
    }
    if (input.taproot_merkle_root) {
        out.field_hex("taproot_merkle_root", input.taproot_merkle_root->bytes);
    }
}

void write_spent(JsonWriter& out, const psbt::Input& input, const primitives::Params& params) {
    if (input.witness_utxo) {
        out.key("witness_utxo");
        out.begin_object();
        out.field("amount", input.witness_utxo->value);
        out.key("scriptPubKey");
        write_script(out, input.witness_utxo->script, params);
        out.end_object();
    }
    if (input.non_witness_utxo != nullptr) {
        out.key("non_witness_utxo");
        write_tx(out, input.non_witness_utxo->view(), params, {.show_hex = false});
    }
}

void write_place(JsonWriter& out, const psbt::Input& input, const primitives::TxInput& content) {
    out.field("previous_txid", content.prevout.txid);
    out.field("previous_vout", content.prevout.index);
    if (input.has_sequence) {
        out.field("sequence", content.sequence);
    }
    if (input.time_lock) {
        out.field("time_locktime", *input.time_lock);
    }
    if (input.height_lock) {
        out.field("height_locktime", *input.height_lock);
    }
}

void write_input(JsonWriter& out, const Psbt& psbt, std::size_t index, const primitives::Params& params) {
    const psbt::Input& input = psbt.inputs[index];
    out.begin_object();
    write_spent(out, input, params);
    if (!input.partial_signatures.empty()) {
        out.key("partial_signatures");
        out.begin_object();
        for (const auto& [hash, signature] : input.partial_signatures) {
            out.field_hex(to_hex(signature.key), signature.signature);
        }
        out.end_object();
    }
    if (input.hash_type) {
        out.field("sighash", hash_type_text(*input.hash_type));
    }
    write_inner_script(out, "redeem_script", input.redeem_script);
    write_inner_script(out, "witness_script", input.witness_script);
    write_key_paths(out, input.key_paths);
    write_final(out, input);
    write_fields_if_any(out, "ripemd160_preimages", input.ripemd160_preimages);
    write_fields_if_any(out, "sha256_preimages", input.sha256_preimages);
    write_fields_if_any(out, "hash160_preimages", input.hash160_preimages);
    write_fields_if_any(out, "hash256_preimages", input.hash256_preimages);
    if (psbt.version >= 2) {
        write_place(out, input, psbt.tx.inputs[index]);
    }
    write_taproot(out, input);
    if (!input.proprietary.empty()) {
        write_proprietary(out, input.proprietary);
    }
    write_fields_if_any(out, "unknown", input.unknown);
    out.end_object();
}

void write_output(JsonWriter& out, const Psbt& psbt, std::size_t index, const primitives::Params& params) {
    const psbt::Output& output = psbt.outputs[index];
    out.begin_object();
    write_inner_script(out, "redeem_script", output.redeem_script);
    write_inner_script(out, "witness_script", output.witness_script);
    write_key_paths(out, output.key_paths);
    if (psbt.version >= 2) {
        out.field("amount", psbt.tx.outputs[index].value);
        out.key("script");
        write_script(out, psbt.tx.outputs[index].script, params);
    }
    if (output.taproot_internal_key) {
        out.field_hex("taproot_internal_key", *output.taproot_internal_key);
    }
    if (!output.taproot_tree.empty()) {
        out.key("taproot_tree");
        out.begin_array();
        for (const address::TreeLeaf& leaf : output.taproot_tree) {
            out.begin_object();
            out.field("depth", leaf.depth);
            out.field("leaf_ver", leaf.version);
            out.field_hex("script", leaf.script);
            out.end_object();
        }
        out.end_array();
    }
    write_taproot_paths(out, output.taproot_paths);
    if (!output.proprietary.empty()) {
        write_proprietary(out, output.proprietary);
    }
    write_fields_if_any(out, "unknown", output.unknown);
    out.end_object();
}

void write_global(JsonWriter& out, const Psbt& psbt, const primitives::Params& params) {
    if (psbt.version < 2) {
        out.key("tx");
        write_tx(out, psbt.tx.freeze()->view(), params, {.show_hex = false});
    }
    out.key("global_xpubs");
    out.begin_array();
    for (const auto& [xpub, origin] : psbt.xpubs) {
        out.begin_object();
        out.field("xpub", address::base58check_encode(xpub));
        write_origin(out, origin);
        out.end_object();
    }
    out.end_array();
    if (psbt.version >= 2) {
        out.field("tx_version", psbt.tx.version);
        if (psbt.fallback_lock_time) {
            out.field("fallback_locktime", *psbt.fallback_lock_time);
        }
        out.field("input_count", psbt.inputs.size());
        out.field("output_count", psbt.outputs.size());
        if (psbt.modifiable) {
            out.field("inputs_modifiable", (*psbt.modifiable & 1U) != 0);
            out.field("outputs_modifiable", (*psbt.modifiable & 2U) != 0);
            out.field("has_sighash_single", (*psbt.modifiable & 4U) != 0);
        }
    }
    out.field("psbt_version", psbt.version);
    write_proprietary(out, psbt.proprietary);
    write_fields(out, "unknown", psbt.unknown);
}

Outcome<void> decodepsbt(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const Psbt psbt, psbt_of(args.text(0)));
    const primitives::Params& params = context.chain.params();
    out.begin_object();
    write_global(out, psbt, params);
    out.key("inputs");
    out.begin_array();
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        write_input(out, psbt, i, params);
    }
    out.end_array();
    out.key("outputs");
    out.begin_array();
    for (std::size_t i = 0; i < psbt.outputs.size(); ++i) {
        write_output(out, psbt, i, params);
    }
    out.end_array();
    if (const auto fee = psbt_fee(psbt)) {
        out.field("fee", *fee);
    }
    out.end_object();
    return {};
}

constexpr Param kPsbtParams[] = {
    {"psbt", ArgType::text, Need::required, "", "The PSBT in base64"},
};

constexpr Method kMethods[] = {
    {"rawtransactions", "decodepsbt", "Shows the content of a PSBT.", kPsbtParams,
     "{tx?: {*: any} 'the unsigned transaction', global_xpubs: [{xpub: str, master_fingerprint: hex, path: str}], "
     "tx_version?: num, fallback_locktime?: num, input_count?: num, output_count?: num, inputs_modifiable?: bool, "
     "outputs_modifiable?: bool, has_sighash_single?: bool, psbt_version: num, proprietary: [{identifier: hex, "
     "subtype: "
     "num, key: hex, value: hex}], unknown: {*: hex}, inputs: [{*: any} 'the fields of BIP174, BIP370 and BIP371'], "
     "outputs: [{*: any} 'the same'], fee?: amount}",
     decodepsbt},
};

}  // namespace

std::span<const Method> psbt_show_methods() { return kMethods; }

}  // namespace keel::rpc
