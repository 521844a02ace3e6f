#include "front/rpc/tx_json.hpp"

#include "front/rpc/common.hpp"
#include "rules/script/script_asm.hpp"

namespace keel::rpc {
namespace {

using primitives::Amount;

void write_prevout(JsonWriter& out, const primitives::CoinView& coin, const primitives::Params& params) {
    out.key("prevout");
    out.begin_object();
    out.field("generated", coin.coinbase);
    out.field("height", coin.height);
    out.field("value", coin.value);
    out.key("scriptPubKey");
    write_script(out, coin.script, params);
    out.end_object();
}

void write_origin(JsonWriter& out, const primitives::InputView& input, bool coinbase) {
    if (coinbase) {
        out.field_hex("coinbase", input.script_sig());
        return;
    }
    const primitives::OutPoint prevout = input.prevout();
    out.field("txid", prevout.txid);
    out.field("vout", prevout.index);
    out.key("scriptSig");
    out.begin_object();
    out.field("asm", script::to_asm(input.script_sig(), script::ShowHashTypes::yes));
    out.field_hex("hex", input.script_sig());
    out.end_object();
}

void write_witness(JsonWriter& out, const primitives::WitnessView& witness) {
    if (witness.empty()) {
        return;
    }
    out.key("txinwitness");
    out.begin_array();
    for (const ByteSpan item : witness.items()) {
        out.hex(item);
    }
    out.end_array();
}

void write_outputs(JsonWriter& out, primitives::TxView tx, const primitives::Params& params) {
    out.key("vout");
    out.begin_array();
    for (std::size_t i = 0; i < tx.output_count(); ++i) {
        const primitives::OutputView output = tx.output(i);
        out.begin_object();
        out.field("value", output.value());
        out.field("n", i);
        out.key("scriptPubKey");
        write_script(out, output.script(), params);
        out.end_object();
    }
    out.end_array();
}

// What goes in less what comes out. The block was connected, so no sum overflows.
Amount fee_of(primitives::TxView tx, const TxJsonOptions& options) {
    std::int64_t fee = 0;
    const std::size_t first = options.spent->tx_begin(options.spent_tx);
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        fee += (*options.spent)[first + i].value.satoshi();
    }
    for (std::size_t i = 0; i < tx.output_count(); ++i) {
        fee -= tx.output(i).value().satoshi();
    }
    return Amount(fee);
}

}  // namespace

void write_tx(JsonWriter& out, primitives::TxView tx, const primitives::Params& params, const TxJsonOptions& options) {
    out.begin_object();
    write_tx_fields(out, tx, params, options);
    out.end_object();
}

void write_tx_fields(JsonWriter& out, primitives::TxView tx, const primitives::Params& params,
                     const TxJsonOptions& options) {
    const std::int64_t weight = tx.weight().value();
    out.field("txid", tx.txid());
    out.field("hash", tx.wtxid());
    out.field("version", tx.version());
    out.field("size", tx.total_size());
    out.field("vsize", (weight + 3) / 4);
    out.field("weight", weight);
    out.field("locktime", tx.lock_time());
    out.key("vin");
    out.begin_array();
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        const primitives::InputView input = tx.input(i);
        out.begin_object();
        write_origin(out, input, tx.is_coinbase());
        write_witness(out, input.witness());
        if (options.show_prevouts && options.spent != nullptr) {
            write_prevout(out, (*options.spent)[options.spent->tx_begin(options.spent_tx) + i], params);
        }
        out.field("sequence", input.sequence());
        out.end_object();
    }
    out.end_array();
    write_outputs(out, tx, params);
    if (options.spent != nullptr) {
        out.field("fee", fee_of(tx, options));
    }
    if (options.show_hex) {
        out.field_hex("hex", tx.raw());
    }
}

}  // namespace keel::rpc
