// Calls about transactions as bytes: building, decoding, finding.
#include <boost/json/value.hpp>

#include "base/hex.hpp"
#include "crypto/sha256.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/method_groups.hpp"
#include "front/rpc/tx_args.hpp"
#include "front/rpc/tx_json.hpp"
#include "rules/address/address.hpp"
#include "rules/script/script.hpp"
#include "rules/script/templates.hpp"

namespace keel::rpc {
namespace {

using script::OutputType;

Outcome<void> createrawtransaction(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const primitives::MutableTx tx, construct_tx(context, args));
    out.hex(tx.serialize());
    return {};
}

Outcome<void> decoderawtransaction(const Context& context, const Args& args, JsonWriter& out) {
    const TxReading reading = !args.has(1)             ? TxReading::any
                              : args.boolean(1, false) ? TxReading::with_witness
                                                       : TxReading::without_witness;
    const primitives::TxPtr tx = decode_tx(args.text(0), reading);
    if (tx == nullptr) {
        return fail(ErrorCode::deserialization, "TX decode failed");
    }
    write_tx(out, tx->view(), context.chain.params(), {.show_hex = false});
    return {};
}

// ---- decodescript ----

// Whether it makes sense to pay to the script by its hash.
bool can_wrap(ByteSpan script, OutputType type) {
    switch (type) {
        case OutputType::nulldata:
        case OutputType::scripthash:
        case OutputType::witness_unknown:
        case OutputType::witness_v1_taproot:
        case OutputType::anchor: return false;
        default: break;
    }
    script::ScriptReader reader(script);
    script::Op op{};
    while (!reader.at_end()) {
        if (!reader.next(op) || op.code > script::Opcode::op_nop10 || op.data.size() > script::kElementSizeMax ||
            script::is_op_success(op.code)) {
            return false;
        }
    }
    return !script::is_unspendable(script);
}

// The segwit output with the same meaning; nothing for witness programs and scripts with uncompressed keys.
std::optional<Bytes> segwit_script(ByteSpan script, const script::OutputTemplate& found) {
    const auto is_compressed = [](ByteSpan key) { return key.size() == 33; };
    switch (found.type) {
        case OutputType::witness_v0_keyhash:
        case OutputType::witness_v0_scripthash: return std::nullopt;
        case OutputType::pubkey:
            return is_compressed(found.parts[0])
                       ? std::optional(address::script_of(address::WitnessPubkeyHash{crypto::hash160(found.parts[0])}))
                       : std::nullopt;
        case OutputType::pubkeyhash: {
            address::WitnessPubkeyHash destination;
            std::ranges::copy(found.parts[0], destination.hash.begin());
            return address::script_of(destination);
        }
        case OutputType::multisig:
            if (!std::ranges::all_of(found.parts, is_compressed)) {
                return std::nullopt;
            }
            break;
        default: break;
    }
    return address::script_of(address::WitnessScriptHash{crypto::sha256(script)});
}

Outcome<void> decodescript(const Context& context, const Args& args, JsonWriter& out) {
    const primitives::Params& params = context.chain.params();
    const auto script = from_hex(args.text(0));
    if (!script) {
        return fail(ErrorCode::invalid_parameter,
                    "argument must be hexadecimal string (not '" + std::string(args.text(0)) + "')");
    }
    const script::OutputTemplate found = script::solve(*script);
    const auto pay_to_hash = [&](ByteSpan inner) {
        return address::encode_address(address::ScriptHash{crypto::hash160(inner)}, params.prefixes);
    };
    out.begin_object();
    write_script_fields(out, *script, params, {.hex = false});
    if (can_wrap(*script, found.type)) {
        out.field("p2sh", pay_to_hash(*script));
        if (const auto segwit = segwit_script(*script, found)) {
            address::KeyStore store;
            store.add_script(*script);
            out.key("segwit");
            out.begin_object();
            write_script_fields(out, *segwit, params, {.store = &store});
            out.field("p2sh-segwit", pay_to_hash(*segwit));
            out.end_object();
        }
    }
    out.end_object();
    return {};
}

// ---- getrawtransaction ----

// A transaction and the block it was found in.
struct Located {
    const Node* node = nullptr;
    primitives::BlockPtr block;
    std::size_t index = 0;
};

Outcome<Located> find_in_block(const Context& context, const Node& node, const primitives::Txid& txid) {
    if (!node.is(headers::Mark::has_data)) {
        return fail(ErrorCode::misc, "Block not available");
    }
    KEEL_TRY(auto block, read_block(context, node));
    for (std::size_t i = 0; i < block->tx_count(); ++i) {
        if (block->tx(i).txid() == txid) {
            return Located{&node, std::move(block), i};
        }
    }
    return fail(ErrorCode::invalid_address_or_key,
                "No such transaction found in the provided block. Use gettransaction for wallet transactions.");
}

void write_block_position(JsonWriter& out, const Node& node, const Node& tip) {
    out.field("blockhash", node.hash());
    const std::int32_t confirmations = position_of(node, tip).confirmations;
    out.field("confirmations", std::max(confirmations, 0));
    if (confirmations > 0) {
        out.field("time", node.header().time);
        out.field("blocktime", node.header().time);
    }
}

Outcome<void> write_located(const Context& context, const Located& found, std::int32_t verbosity, JsonWriter& out) {
    const Node& node = *found.node;
    TxJsonOptions options;
    std::optional<store::SpentCoins> undo;
    if (verbosity >= 2 && found.index > 0 && node.is(headers::Mark::has_undo)) {
        KEEL_TRY(undo, read_undo(context, node));
        options = {&*undo, found.index - 1, true};
    }
    const Node& tip = context.chain.tip();
    out.begin_object();
    out.field("in_active_chain", position_of(node, tip).confirmations > 0);
    write_tx_fields(out, found.block->tx(found.index), context.chain.params(), options);
    write_block_position(out, node, tip);
    out.end_object();
    return {};
}

void write_unconfirmed(const Context& context, primitives::TxView tx, std::int32_t verbosity, JsonWriter& out) {
    if (verbosity <= 0) {
        out.hex(tx.raw());
        return;
    }
    out.begin_object();
    write_tx_fields(out, tx, context.chain.params(), {});
    out.end_object();
}

Outcome<void> getrawtransaction(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const auto txid, args.hash<primitives::Txid>(0, "parameter 1"));
    KEEL_TRY(const auto verbosity, verbosity_of(args, 1, 0));
    if (txid == context.chain.params().genesis->tx(0).txid()) {
        return fail(ErrorCode::invalid_address_or_key,
                    "The genesis block coinbase is not considered an ordinary transaction and cannot be retrieved");
    }
    if (!args.has(2)) {
        if (const auto unconfirmed = context.pool.view().find(txid)) {
            write_unconfirmed(context, unconfirmed->entry().tx->view(), verbosity, out);
            return {};
        }
        return fail(ErrorCode::invalid_address_or_key,
                    "No such mempool transaction. Use -txindex or provide a block hash to enable blockchain "
                    "transaction queries. Use gettransaction for wallet transactions.");
    }
    KEEL_TRY(const auto hash, args.hash<primitives::BlockHash>(2, "parameter 3"));
    const Node* node = context.chain.tree().find(hash);
    if (node == nullptr) {
        return fail(ErrorCode::invalid_address_or_key, "Block hash not found");
    }
    KEEL_TRY(const Located found, find_in_block(context, *node, txid));
    if (verbosity <= 0) {
        out.hex(found.block->tx(found.index).raw());
        return {};
    }
    return write_located(context, found, verbosity, out);
}

constexpr Param kCreateParams[] = {
    {"inputs", ArgType::array, Need::required, "", "Objects with \"txid\", \"vout\" and optionally \"sequence\""},
    {"outputs", ArgType::outputs, Need::required, "",
     "Pairs of an address and an amount in bitcoin, or of \"data\" and hex: an object, or an array of objects with one "
     "pair each"},
    {"locktime", ArgType::number, Need::optional, "0", "The lock time"},
    {"replaceable", ArgType::boolean, Need::optional, "true", "Whether the sequences signal replaceability (BIP125)"},
    {"version", ArgType::number, Need::optional, "2", "The version, 1 to 3"},
};
constexpr Param kDecodeParams[] = {
    {"hexstring", ArgType::hex, Need::required, "", "The transaction"},
    {"iswitness", ArgType::boolean, Need::optional, "depends on which reading makes sense",
     "Whether it is serialized with witness"},
};
constexpr Param kScriptParams[] = {
    {"hexstring", ArgType::hex, Need::required, "", "The script"},
};
constexpr Param kGetParams[] = {
    {"txid", ArgType::hex, Need::required, "", "The transaction id"},
    {"verbosity|verbose", ArgType::number_or_boolean, Need::optional, "0",
     "0 for hex, 1 for an object, 2 for an object with fee and the outputs that are spent"},
    {"blockhash", ArgType::hex, Need::optional, "", "The block to look into"},
};

constexpr Method kMethods[] = {
    {"rawtransactions", "createrawtransaction",
     "Builds a transaction that spends some outputs and makes others. It is neither signed, nor stored, nor sent.",
     kCreateParams, "hex 'the transaction'", createrawtransaction},
    {"rawtransactions", "decoderawtransaction", "Shows the content of a serialized transaction.", kDecodeParams,
     "{txid: hex, hash: hex, version: num, size: num, vsize: num, weight: num, locktime: num, vin: [@vin], vout: "
     "[@vout]}",
     decoderawtransaction},
    {"rawtransactions", "decodescript", "Shows the content of a script.", kScriptParams,
     "{asm: str, desc: str, address?: str, type: str, p2sh?: str 'address of the script behind its hash', segwit?: "
     "{asm: str, desc: str, hex: hex, address?: str, type: str, p2sh-segwit: str}}",
     decodescript},
    {"rawtransactions", "getrawtransaction",
     "Returns a transaction of the memory pool, or of a block when its hash is given.", kGetParams,
     "hex 'verbosity 0' | {in_active_chain?: bool, txid: hex, hash: hex, version: num, size: num, vsize: num, "
     "vsize_adjusted?: num, weight: num, locktime: num, vin: [@vin], vout: [@vout], fee?: amount, hex: hex, "
     "blockhash?: hex, confirmations?: num, time?: num, blocktime?: num}",
     getrawtransaction},
};

}  // namespace

std::span<const Method> raw_tx_methods() { return kMethods; }

}  // namespace keel::rpc
