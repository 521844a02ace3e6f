// Calls that show one block or header.
#include "front/rpc/common.hpp"
#include "front/rpc/method_groups.hpp"
#include "front/rpc/tx_json.hpp"

namespace keel::rpc {
namespace {

using primitives::Height;

void write_header_fields(JsonWriter& out, const Node& node, const Node& tip) {
    const primitives::Header& header = node.header();
    const Position position = position_of(node, tip);
    out.field("hash", node.hash());
    out.field("confirmations", position.confirmations);
    out.field("height", node.height());
    out.field("version", header.version);
    out.field("versionHex", hex32(static_cast<std::uint32_t>(header.version)));
    out.field("merkleroot", header.merkle_root);
    out.field("time", header.time);
    out.field("mediantime", node.median_time_past());
    out.field("nonce", header.nonce);
    write_bits_and_target(out, header.bits);
    out.field("difficulty", difficulty(header.bits));
    out.field("chainwork", hex256(node.chain_work().hashes()));
    out.field("nTx", node.tx_count());
    if (node.previous() != nullptr) {
        out.field("previousblockhash", node.previous()->hash());
    }
    if (position.next != nullptr) {
        out.field("nextblockhash", position.next->hash());
    }
}

void write_coinbase_tx(JsonWriter& out, primitives::TxView coinbase) {
    const primitives::InputView input = coinbase.input(0);
    out.key("coinbase_tx");
    out.begin_object();
    out.field("version", coinbase.version());
    out.field("locktime", coinbase.lock_time());
    out.field("sequence", input.sequence());
    out.field_hex("coinbase", input.script_sig());
    if (!input.witness().empty()) {
        out.field_hex("witness", input.witness().items().front());
    }
    out.end_object();
}

enum class Detail : std::uint8_t { txids, txs, txs_and_prevouts };

struct BlockView {
    const primitives::Block& block;
    const store::SpentCoins* undo;  // null: not known
    Detail detail;
};

void write_txs(JsonWriter& out, const BlockView& view, const primitives::Params& params) {
    const auto& [block, undo, detail] = view;
    out.key("tx");
    out.begin_array();
    for (std::size_t i = 0; i < block.tx_count(); ++i) {
        if (detail == Detail::txids) {
            out.value(block.tx(i).txid());
            continue;
        }
        TxJsonOptions options;
        if (i > 0 && undo != nullptr) {
            options = {undo, i - 1, detail == Detail::txs_and_prevouts};
        }
        write_tx(out, block.tx(i), params, options);
    }
    out.end_array();
}

Outcome<void> getblock(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const Node* node, find_block(context, args, 0, "blockhash"));
    KEEL_TRY(const auto verbosity, verbosity_of(args, 1, 1));
    const Node& tip = context.chain.tip();
    if (verbosity <= 0) {
        KEEL_TRY(const Bytes bytes, read_block_bytes(context, *node));
        out.hex(bytes);
        return {};
    }
    KEEL_TRY(const auto block, read_block(context, *node));
    const Detail detail = verbosity == 1 ? Detail::txids : verbosity == 2 ? Detail::txs : Detail::txs_and_prevouts;
    std::optional<store::SpentCoins> undo;
    if (detail != Detail::txids && node->is(headers::Mark::has_undo)) {
        auto read = context.chain.read_undo(*node);
        if (!read) {
            return fail(ErrorCode::internal,
                        "Undo data expected but can't be read. This could be due to disk corruption or a conflict "
                        "with a pruning event.");
        }
        undo = std::move(*read);
    }
    out.begin_object();
    write_header_fields(out, *node, tip);
    out.field("strippedsize", block->stripped_size());
    out.field("size", block->raw().size());
    out.field("weight", block->weight());
    write_coinbase_tx(out, block->tx(0));
    write_txs(out, {*block, undo ? &*undo : nullptr, detail}, context.chain.params());
    out.end_object();
    return {};
}

Outcome<void> getblockheader(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const Node* node, find_block(context, args, 0, "hash"));
    if (!args.boolean(1, true)) {
        out.hex(node->header().serialize());
        return {};
    }
    out.begin_object();
    write_header_fields(out, *node, context.chain.tip());
    out.end_object();
    return {};
}

Outcome<void> getblockhash(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const auto height, args.integer<std::int32_t>(0));
    const Node* node = context.chain.tip().ancestor(Height(height));
    if (node == nullptr) {
        return fail(ErrorCode::invalid_parameter, "Block height out of range");
    }
    out.value(node->hash());
    return {};
}

Outcome<void> getblockcount(const Context& context, const Args&, JsonWriter& out) {
    out.value(context.chain.tip().height());
    return {};
}

Outcome<void> getbestblockhash(const Context& context, const Args&, JsonWriter& out) {
    out.value(context.chain.tip().hash());
    return {};
}

Outcome<void> getdifficulty(const Context& context, const Args&, JsonWriter& out) {
    out.value(difficulty(context.chain.tip().header().bits));
    return {};
}

constexpr Param kGetBlockParams[] = {
    {"blockhash", ArgType::hex, Need::required, "", "The block hash"},
    {"verbosity|verbose", ArgType::number_or_boolean, Need::optional, "1",
     "0 for hex-encoded data, 1 for an object, 2 for an object with transaction data, 3 with the outputs they spend"},
};
constexpr Param kGetBlockHeaderParams[] = {
    {"blockhash", ArgType::hex, Need::required, "", "The block hash"},
    {"verbose", ArgType::boolean, Need::optional, "true", "true for an object, false for the hex-encoded data"},
};
constexpr Param kGetBlockHashParams[] = {
    {"height", ArgType::number, Need::required, "", "The height in the active chain"},
};

constexpr Method kMethods[] = {
    {"blockchain", "getblock", "Returns a block: as hex, or as an object of growing detail.", kGetBlockParams,
     "hex 'verbosity 0' | {hash: hex, confirmations: num '-1 off the active chain', height: num, version: num, "
     "versionHex: hex, merkleroot: hex, time: num, mediantime: num, nonce: num, bits: hex, target: hex, "
     "difficulty: num, chainwork: hex, nTx: num, previousblockhash?: hex, nextblockhash?: hex, strippedsize: num, "
     "size: num, weight: num, coinbase_tx: {version: num, locktime: num, sequence: num, coinbase: hex, witness?: "
     "hex}, tx: [hex 'verbosity 1' | {txid: hex, hash: hex, version: num, size: num, vsize: num, weight: num, "
     "locktime: num, vin: [@vin], vout: [@vout], fee?: amount, hex: hex} 'above']}",
     getblock},
    {"blockchain", "getblockheader", "Returns the header of a block.", kGetBlockHeaderParams,
     "hex 'not verbose' | {hash: hex, confirmations: num '-1 off the active chain', height: num, version: num, "
     "versionHex: hex, merkleroot: hex, time: num, mediantime: num, nonce: num, bits: hex, target: hex, "
     "difficulty: num, chainwork: hex, nTx: num, previousblockhash?: hex, nextblockhash?: hex}",
     getblockheader},
    {"blockchain", "getblockhash", "Returns the hash of the block at a height of the active chain.",
     kGetBlockHashParams, "hex 'the block hash'", getblockhash},
    {"blockchain",
     "getblockcount",
     "Returns the height of the active chain. The genesis block has height 0.",
     {},
     "num 'the height'",
     getblockcount},
    {"blockchain",
     "getbestblockhash",
     "Returns the hash of the last block of the active chain.",
     {},
     "hex 'the block hash'",
     getbestblockhash},
    {"blockchain",
     "getdifficulty",
     "Returns the proof-of-work difficulty as a multiple of the minimum difficulty.",
     {},
     "num 'the difficulty'",
     getdifficulty},
};

}  // namespace

std::span<const Method> block_methods() { return kMethods; }

}  // namespace keel::rpc
