// A transaction on its own, and the editable form from which one is made.
#pragma once

#include "rules/primitives/tx_table.hpp"

namespace keel::primitives {

enum class TxForm : std::uint8_t;  // tx_table_parser.hpp

class Tx;
using TxPtr = std::shared_ptr<const Tx>;

// Immutable; shared by pointer. Reads exactly like a transaction inside a block: through view().
class Tx {
public:
    // Takes ownership of the bytes. `raw` must be one transaction and nothing else.
    static Result<TxPtr, DecodeError> parse(Bytes raw);
    // The same for the form before BIP144, in which a transaction may have no inputs yet (RPC, builders).
    static Result<TxPtr, DecodeError> parse_without_witness(Bytes raw);

    [[nodiscard]] TxView view() const { return table_[0]; }
    [[nodiscard]] ByteSpan raw() const { return table_.buffer(); }
    [[nodiscard]] const Txid& txid() const { return table_.txids()[0]; }
    [[nodiscard]] const Wtxid& wtxid() const { return table_.wtxids()[0]; }

private:
    static Result<TxPtr, DecodeError> parse_as(Bytes raw, TxForm form);

    TxTable table_;
};

struct TxInput {
    OutPoint prevout;
    Bytes script_sig;
    std::uint32_t sequence = 0xFFFFFFFF;
    std::vector<Bytes> witness;

    bool operator==(const TxInput&) const = default;
};

struct TxOutput {
    Amount value;
    Bytes script;

    bool operator==(const TxOutput&) const = default;
};

// What builders, miners and RPC edit. serialize() writes the BIP144 form, with marker and flag only when a witness
// exists.
struct MutableTx {
    std::uint32_t version = 2;
    std::vector<TxInput> inputs;
    std::vector<TxOutput> outputs;
    std::uint32_t lock_time = 0;

    bool operator==(const MutableTx&) const = default;

    static MutableTx from(TxView tx);
    [[nodiscard]] Bytes serialize() const;
    // What was just serialized is parsed back; sizes beyond the format's limits are a programmer's error. A transaction
    // without inputs is read in the form before BIP144.
    [[nodiscard]] TxPtr freeze() const;
};

}  // namespace keel::primitives
