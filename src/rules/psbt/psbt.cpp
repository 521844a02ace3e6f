#include "rules/psbt/psbt.hpp"

#include <algorithm>

namespace keel::psbt {

std::optional<ProprietaryKey> parse_proprietary_key(ByteSpan key) {
    primitives::Reader reader(key);
    reader.skip(1);
    ProprietaryKey out;
    out.identifier = to_bytes(reader.read_var_bytes());
    out.subtype = reader.read_compact_size(std::numeric_limits<std::uint64_t>::max());
    return reader.ok() ? std::optional(std::move(out)) : std::nullopt;
}

Psbt Psbt::from(primitives::MutableTx tx, std::uint32_t version) {
    Psbt out;
    out.version = version;
    out.inputs.resize(tx.inputs.size());
    out.outputs.resize(tx.outputs.size());
    if (version >= 2) {
        out.fallback_lock_time = tx.lock_time;
    }
    out.tx = std::move(tx);
    return out;
}

std::optional<primitives::MutableTx> Psbt::unsigned_tx() const {
    primitives::MutableTx out = tx;
    if (version < 2) {
        return out;
    }
    // BIP370 "Determining Lock Time": by height where every input that demands something allows it.
    bool by_height = true;
    bool by_time = true;
    bool any = false;
    std::uint32_t height = 0;
    std::uint32_t time = 0;
    for (const Input& input : inputs) {
        if (!input.time_lock && !input.height_lock) {
            continue;
        }
        any = true;
        by_height = by_height && input.height_lock;
        by_time = by_time && input.time_lock;
        height = std::max(height, input.height_lock.value_or(0));
        time = std::max(time, input.time_lock.value_or(0));
    }
    if (any && !by_height && !by_time) {
        return std::nullopt;
    }
    out.lock_time = !any ? fallback_lock_time.value_or(0) : by_height ? height : time;
    return out;
}

std::optional<primitives::TxOutput> Psbt::spent_output(std::size_t input) const {
    const Input& from = inputs[input];
    if (from.non_witness_utxo != nullptr) {
        const std::uint32_t index = tx.inputs[input].prevout.index;
        if (index >= from.non_witness_utxo->view().output_count()) {
            return std::nullopt;
        }
        const primitives::OutputView output = from.non_witness_utxo->view().output(index);
        return primitives::TxOutput{output.value(), to_bytes(output.script())};
    }
    return from.witness_utxo;
}

}  // namespace keel::psbt
