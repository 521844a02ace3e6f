// Calls about addresses, multisignature scripts and signed messages.
#include <boost/json/value.hpp>

#include "base/hex.hpp"
#include "crypto/sha256.hpp"
#include "front/rpc/base64.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/json_values.hpp"
#include "front/rpc/method_groups.hpp"
#include "rules/address/address.hpp"
#include "rules/address/address_complaint.hpp"
#include "rules/address/descriptor.hpp"
#include "rules/script/script.hpp"
#include "rules/script/script_builder.hpp"

namespace keel::rpc {
namespace {

using address::Destination;

Outcome<void> validateaddress(const Context& context, const Args& args, JsonWriter& out) {
    const primitives::AddressPrefixes& prefixes = context.chain.params().prefixes;
    const auto destination = address::decode_address(args.text(0), prefixes);
    out.begin_object();
    out.field("isvalid", destination.has_value());
    if (destination) {
        out.field("address", address::encode_address(*destination, prefixes));
        out.field_hex("scriptPubKey", address::script_of(*destination));
        write_destination_kind(out, *destination);
    } else {
        const address::AddressComplaint complaint = address::explain_address(args.text(0), prefixes);
        out.key("error_locations");
        out.begin_array();
        for (const std::size_t position : complaint.positions) {
            out.value(position);
        }
        out.end_array();
        out.field("error", complaint.text);
    }
    out.end_object();
    return {};
}

Outcome<Bytes> public_key_of(const Args::Json& value) {
    KEEL_TRY(const std::string digits, string_of(value));
    const auto refuse = [&](const char* why) {
        return fail(ErrorCode::invalid_address_or_key, "Pubkey \"" + digits + "\" " + why);
    };
    auto key = from_hex(digits);
    if (!key || digits.empty()) {
        return refuse("must be a hex string");
    }
    if (key->size() != 33 && key->size() != 65) {
        return refuse("must have a length of either 33 or 65 bytes");
    }
    if (!crypto::is_valid_public_key(*key)) {
        return refuse("must be cryptographically valid.");
    }
    return std::move(*key);
}

Outcome<Bytes> multisig_script_of(const Args& args) {
    KEEL_TRY(const auto needed, args.integer<std::int32_t>(0));
    std::vector<Bytes> keys;
    for (const Args::Json& value : args.value(1).get_array()) {
        KEEL_TRY(Bytes key, public_key_of(value));
        keys.push_back(std::move(key));
    }
    if (needed < 1) {
        return fail(ErrorCode::invalid_parameter, "a multisignature address must require at least one key to redeem");
    }
    if (keys.size() < static_cast<std::size_t>(needed)) {
        return fail(ErrorCode::invalid_parameter, "not enough keys supplied (got " + std::to_string(keys.size()) +
                                                      " keys, but need at least " + std::to_string(needed) +
                                                      " to redeem)");
    }
    if (keys.size() > script::kMultisigKeysMax) {
        return fail(ErrorCode::invalid_parameter,
                    "Number of keys involved in the multisignature address creation > 20\nReduce the number");
    }
    script::ScriptBuilder out;
    out.number(needed);
    for (const Bytes& key : keys) {
        out.push(key);
    }
    return out.number(static_cast<std::int64_t>(keys.size())).op(script::Opcode::op_checkmultisig).bytes();
}

bool has_uncompressed_keys(const Args& args) {
    return std::ranges::any_of(args.value(1).get_array(),
                               [](const Args::Json& key) { return key.is_string() && key.get_string().size() == 130; });
}

Outcome<void> createmultisig(const Context& context, const Args& args, JsonWriter& out) {
    const primitives::AddressPrefixes& prefixes = context.chain.params().prefixes;
    const std::string_view type = args.has(2) ? args.text(2) : "legacy";
    KEEL_TRY(const Bytes inner, multisig_script_of(args));
    if (type == "bech32m") {
        return fail(ErrorCode::invalid_address_or_key, "createmultisig cannot create bech32m multisig addresses");
    }
    if (type != "legacy" && type != "p2sh-segwit" && type != "bech32") {
        return fail(ErrorCode::invalid_address_or_key, "Unknown address type '" + std::string(type) + "'");
    }
    const bool legacy = type == "legacy" || has_uncompressed_keys(args);
    if (legacy && inner.size() > script::kElementSizeMax) {
        return fail(ErrorCode::invalid_parameter, "redeemScript exceeds size limit: " + std::to_string(inner.size()) +
                                                      " > " + std::to_string(script::kElementSizeMax));
    }
    address::KeyStore store;
    store.add_script(inner);
    Destination destination = address::ScriptHash{crypto::hash160(inner)};
    if (!legacy) {
        destination = address::WitnessScriptHash{crypto::sha256(inner)};
        const Bytes program = address::script_of(destination);
        store.add_script(program);
        if (type == "p2sh-segwit") {
            destination = address::ScriptHash{crypto::hash160(program)};
        }
    }
    out.begin_object();
    out.field("address", address::encode_address(destination, prefixes));
    out.field_hex("redeemScript", inner);
    out.field("descriptor", address::infer_descriptor(address::script_of(destination), prefixes, store));
    if (legacy && type != "legacy") {
        out.key("warnings");
        out.begin_array();
        out.value("Unable to make chosen address type, please ensure no uncompressed public keys are present.");
        out.end_array();
    }
    out.end_object();
    return {};
}

// Text messages are signed behind this line, so that no signature of a message is one of a transaction.
RawHash message_hash(std::string_view message) {
    constexpr std::string_view kMagic = "Bitcoin Signed Message:\n";
    Bytes data;
    primitives::Writer writer(data);
    writer.write_var_bytes(as_bytes(kMagic));
    writer.write_var_bytes(as_bytes(message));
    return crypto::sha256d(data);
}

Outcome<void> signmessagewithprivkey(const Context& context, const Args& args, JsonWriter& out) {
    const auto key = address::decode_secret_key(args.text(0), context.chain.params().prefixes);
    if (!key) {
        return fail(ErrorCode::invalid_address_or_key, "Invalid private key");
    }
    out.value(base64_encode(key->key.sign_recoverable(message_hash(args.text(1)), key->compressed)));
    return {};
}

Outcome<void> verifymessage(const Context& context, const Args& args, JsonWriter& out) {
    const auto destination = address::decode_address(args.text(0), context.chain.params().prefixes);
    if (!destination) {
        return fail(ErrorCode::invalid_address_or_key, "Invalid address");
    }
    const auto* owner = std::get_if<address::PubkeyHash>(&*destination);
    if (owner == nullptr) {
        return fail(ErrorCode::type, "Address does not refer to key");
    }
    const auto bytes = base64_decode(args.text(1));
    if (!bytes) {
        return fail(ErrorCode::type, "Malformed base64 encoding");
    }
    crypto::RecoverableSignature signature;
    if (bytes->size() != signature.size()) {
        out.value(false);
        return {};
    }
    std::ranges::copy(*bytes, signature.begin());
    const auto key = crypto::recover_public_key(signature, message_hash(args.text(2)));
    out.value(key && crypto::hash160(*key) == owner->hash);
    return {};
}

constexpr Param kValidateParams[] = {
    {"address", ArgType::text, Need::required, "", "The address"},
};
constexpr Param kMultisigParams[] = {
    {"nrequired", ArgType::number, Need::required, "", "How many signatures are needed"},
    {"keys", ArgType::array, Need::required, "", "The public keys in hex"},
    {"address_type", ArgType::text, Need::optional, "\"legacy\"", "\"legacy\", \"p2sh-segwit\" or \"bech32\""},
};
constexpr Param kSignParams[] = {
    {"privkey", ArgType::text, Need::required, "", "The secret key in wallet import format"},
    {"message", ArgType::text, Need::required, "", "The text to sign"},
};
constexpr Param kVerifyParams[] = {
    {"address", ArgType::text, Need::required, "", "The address of the key that should have signed"},
    {"signature", ArgType::text, Need::required, "", "The signature in base64"},
    {"message", ArgType::text, Need::required, "", "The text that was signed"},
};

constexpr Method kMethods[] = {
    {"util", "validateaddress", "Return information about the given bitcoin address.", kValidateParams,
     "{isvalid: bool, address?: str, scriptPubKey?: hex, isscript?: bool, iswitness?: bool, witness_version?: num, "
     "witness_program?: hex, error?: str 'what is wrong', error_locations?: [num 'a character that is probably "
     "wrong']}",
     validateaddress},
    {"util", "createmultisig", "Makes an address that takes n of m signatures to spend from.", kMultisigParams,
     "{address: str, redeemScript: hex, descriptor: str, warnings?: [str]}", createmultisig},
    {"util", "signmessagewithprivkey", "Signs a text with a secret key.", kSignParams, "str 'the signature in base64'",
     signmessagewithprivkey},
    {"util", "verifymessage", "Says whether a text was signed with the key of an address.", kVerifyParams,
     "bool 'whether the signature is right'", verifymessage},
};

}  // namespace

std::span<const Method> address_methods() { return kMethods; }

}  // namespace keel::rpc
