#include "rules/primitives/tx.hpp"

#include "base/assert.hpp"
#include "rules/primitives/tx_table_parser.hpp"

namespace keel::primitives {

namespace {

TxInput copy_input(const InputView& view) {
    TxInput out;
    out.prevout = view.prevout();
    out.script_sig = to_bytes(view.script_sig());
    out.sequence = view.sequence();
    for (const ByteSpan item : view.witness().items()) {
        out.witness.push_back(to_bytes(item));
    }
    return out;
}

}  // namespace

Result<TxPtr, DecodeError> Tx::parse(Bytes raw) { return parse_as(std::move(raw), TxForm::bip144); }

Result<TxPtr, DecodeError> Tx::parse_without_witness(Bytes raw) {
    return parse_as(std::move(raw), TxForm::without_witness);
}

Result<TxPtr, DecodeError> Tx::parse_as(Bytes raw, TxForm form) {
    if (raw.size() > kMaxSize) {
        return std::unexpected(DecodeError::size_too_large);
    }
    auto tx = std::make_shared<Tx>();
    KEEL_TRY(tx->table_, TxTableParser::parse_one(std::move(raw), form));
    return tx;
}

MutableTx MutableTx::from(TxView tx) {
    MutableTx out;
    out.version = tx.version();
    out.lock_time = tx.lock_time();
    out.inputs.reserve(tx.input_count());
    for (std::size_t i = 0; i < tx.input_count(); ++i) {
        out.inputs.push_back(copy_input(tx.input(i)));
    }
    out.outputs.reserve(tx.output_count());
    for (std::size_t i = 0; i < tx.output_count(); ++i) {
        out.outputs.push_back({tx.output(i).value(), to_bytes(tx.output(i).script())});
    }
    return out;
}

Bytes MutableTx::serialize() const {
    const bool with_witness = std::ranges::any_of(inputs, [](const TxInput& input) { return !input.witness.empty(); });
    Bytes bytes;
    Writer out(bytes);
    out.write(version);
    if (with_witness) {
        out.write(std::uint8_t{0});  // marker and flag of BIP144
        out.write(std::uint8_t{1});
    }
    out.write_compact_size(inputs.size());
    for (const TxInput& input : inputs) {
        input.prevout.write(out);
        out.write_var_bytes(input.script_sig);
        out.write(input.sequence);
    }
    out.write_compact_size(outputs.size());
    for (const TxOutput& output : outputs) {
        out.write(output.value.satoshi());
        out.write_var_bytes(output.script);
    }
    for (std::size_t i = 0; with_witness && i < inputs.size(); ++i) {
        out.write_compact_size(inputs[i].witness.size());
        for (const Bytes& item : inputs[i].witness) {
            out.write_var_bytes(item);
        }
    }
    out.write(lock_time);
    return bytes;
}

TxPtr MutableTx::freeze() const {
    auto tx = inputs.empty() ? Tx::parse_without_witness(serialize()) : Tx::parse(serialize());
    KEEL_ASSERT(tx);
    return *std::move(tx);
}

}  // namespace keel::primitives
