#include "front/rpc/signing_args.hpp"

#include <boost/json/value.hpp>

#include "crypto/sha256.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/json_values.hpp"
#include "rules/address/destination.hpp"
#include "rules/script/script.hpp"
#include "rules/script/script_asm.hpp"
#include "rules/script/sighash.hpp"

namespace keel::rpc {
namespace {

namespace json = boost::json;

struct NamedType {
    std::string_view name;
    std::uint32_t value;
};
constexpr NamedType kHashTypes[] = {
    {"DEFAULT", script::kSighashDefault},
    {"ALL", script::kSighashAll},
    {"ALL|ANYONECANPAY", script::kSighashAll | script::kSighashAnyoneCanPay},
    {"NONE", script::kSighashNone},
    {"NONE|ANYONECANPAY", script::kSighashNone | script::kSighashAnyoneCanPay},
    {"SINGLE", script::kSighashSingle},
    {"SINGLE|ANYONECANPAY", script::kSighashSingle | script::kSighashAnyoneCanPay},
};

struct Told {
    primitives::OutPoint outpoint;
    primitives::Coin coin;
    std::optional<Bytes> redeem_script;
    std::optional<Bytes> witness_script;
};

Outcome<void> check_member(const json::value& object, const char* name, json::kind kind) {
    const json::value* found = object.get_object().if_contains(name);
    if (found == nullptr) {
        return fail(ErrorCode::type, std::string("Missing ") + name);
    }
    const bool fits = kind == json::kind::int64 ? found->is_number() : found->kind() == kind;
    if (!fits) {
        return fail(ErrorCode::type, std::string("JSON value of type ") + type_name(*found) + " for field " + name +
                                         " is not of expected type " +
                                         (kind == json::kind::int64 ? "number" : "string"));
    }
    return {};
}

Outcome<std::optional<Bytes>> script_member(const json::value& object, const char* name) {
    const json::value* found = member(object, name);
    if (found == nullptr) {
        return std::nullopt;
    }
    KEEL_CHECK(string_of(*found));
    KEEL_TRY(Bytes script, hex_of(*found, name));
    return script;
}

Outcome<Told> read_told(const json::value& object) {
    if (!object.is_object()) {
        return fail(ErrorCode::deserialization, "expected object with {\"txid'\",\"vout\",\"scriptPubKey\"}");
    }
    KEEL_CHECK(check_member(object, "txid", json::kind::string));
    KEEL_CHECK(check_member(object, "vout", json::kind::int64));
    KEEL_CHECK(check_member(object, "scriptPubKey", json::kind::string));
    Told out;
    KEEL_TRY(const RawHash txid, hash_of(object.at("txid"), "txid"));
    KEEL_TRY(const auto index, integer_of<std::int32_t>(object.at("vout")));
    if (index < 0) {
        return fail(ErrorCode::deserialization, "vout cannot be negative");
    }
    out.outpoint = {hash_cast<primitives::Txid>(txid), static_cast<std::uint32_t>(index)};
    KEEL_TRY(out.coin.script, hex_of(object.at("scriptPubKey"), "scriptPubKey"));
    out.coin.height = primitives::Height(1);
    out.coin.value = primitives::kMaxMoney;
    if (const json::value* amount = object.get_object().if_contains("amount")) {
        KEEL_TRY(out.coin.value, amount_of(*amount));
    }
    KEEL_TRY(out.redeem_script, script_member(object, "redeemScript"));
    KEEL_TRY(out.witness_script, script_member(object, "witnessScript"));
    return out;
}

// The scripts behind P2SH and P2WSH outputs become known, once they fit together.
Outcome<void> add_scripts(const Told& told, address::KeyStore& keys) {
    const bool p2sh = script::is_pay_to_script_hash(told.coin.script);
    const auto program = script::witness_program(told.coin.script);
    if (!p2sh && !(program && program->is_script_hash())) {
        return {};
    }
    if (!told.redeem_script && !told.witness_script) {
        return fail(ErrorCode::invalid_parameter, "Missing redeemScript/witnessScript");
    }
    const Bytes& inner = told.witness_script ? *told.witness_script : *told.redeem_script;
    const Bytes witness_program = address::script_of(address::WitnessScriptHash{crypto::sha256(inner)});
    keys.add_script(inner);
    keys.add_script(witness_program);
    if (told.witness_script && told.redeem_script && *told.witness_script != *told.redeem_script &&
        *told.redeem_script != witness_program) {
        return fail(ErrorCode::invalid_parameter, "redeemScript does not correspond to witnessScript");
    }
    const auto by_hash = [](ByteSpan script) {
        return address::script_of(address::ScriptHash{crypto::hash160(script)});
    };
    const bool fits = p2sh ? told.coin.script == by_hash(inner) || told.coin.script == by_hash(witness_program)
                           : told.coin.script == witness_program;
    if (!fits) {
        return fail(ErrorCode::invalid_parameter, "redeemScript/witnessScript does not match scriptPubKey");
    }
    return {};
}

}  // namespace

Outcome<std::uint8_t> hash_type_of(const Args& args, std::size_t index) {
    if (!args.has(index)) {
        return static_cast<std::uint8_t>(script::kSighashDefault);
    }
    const std::string_view name = args.text(index);
    const auto* found = std::ranges::find(kHashTypes, name, &NamedType::name);
    if (found == std::end(kHashTypes)) {
        return fail(ErrorCode::invalid_parameter, "'" + std::string(name) + "' is not a valid sighash parameter.");
    }
    return static_cast<std::uint8_t>(found->value);
}

Outcome<address::KeyStore> keys_of(const Context& context, const Args::Json& keys) {
    address::KeyStore out;
    for (const json::value& value : keys.get_array()) {
        KEEL_TRY(const std::string text, string_of(value));
        const auto key = address::decode_secret_key(text, context.chain.params().prefixes);
        if (!key) {
            return fail(ErrorCode::invalid_address_or_key, "Invalid private key");
        }
        out.add_secret(*key);
        if (auto spends = address::make_taproot(key->key.xonly_public_key(), {})) {
            const crypto::XOnlyKey output = spends->output_key;
            out.taproot.emplace(output, *std::move(spends));
        }
    }
    return out;
}

Outcome<signing::KnownCoins> find_spent_coins(const Context& context, const primitives::MutableTx& tx) {
    std::vector<primitives::OutPoint> outpoints;
    outpoints.reserve(tx.inputs.size());
    for (const primitives::TxInput& input : tx.inputs) {
        outpoints.push_back(input.prevout);
    }
    api::Pending<api::FoundCoins> pending;
    context.commands.find_coins(std::move(outpoints), pending.reply());
    KEEL_TRY(api::FoundCoins found, wait_for(pending));
    found.coins.resize(tx.inputs.size());
    for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
        const primitives::OutPoint& prevout = tx.inputs[i].prevout;
        const auto unconfirmed = found.coins[i] ? std::nullopt : context.pool.view().find(prevout.txid);
        if (unconfirmed && prevout.index < unconfirmed->entry().tx->view().output_count()) {
            const primitives::OutputView output = unconfirmed->entry().tx->view().output(prevout.index);
            found.coins[i] =
                primitives::Coin{output.value(), found.tip->height() + 1, false, to_bytes(output.script())};
        }
    }
    return std::move(found.coins);
}

Outcome<void> add_told_coins(const Args::Json& told, const primitives::MutableTx& tx, signing::KnownCoins& coins,
                             address::KeyStore& keys) {
    for (const json::value& object : told.get_array()) {
        KEEL_TRY(Told each, read_told(object));
        for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
            if (tx.inputs[i].prevout != each.outpoint) {
                continue;
            }
            if (coins[i] && coins[i]->script != each.coin.script) {
                return fail(ErrorCode::deserialization, "Previous output scriptPubKey mismatch:\n" +
                                                            script::to_asm(coins[i]->script) + "\nvs:\n" +
                                                            script::to_asm(each.coin.script));
            }
            coins[i] = each.coin;
        }
        KEEL_CHECK(add_scripts(each, keys));
    }
    return {};
}

}  // namespace keel::rpc
