// Builds a TxTable from a buffer: the only code that writes one. Private to this room.
#pragma once

#include "rules/primitives/tx_table.hpp"

namespace keel::primitives {

// The form before BIP144 exists for transactions without inputs, which the segwit marker made ambiguous.
enum class TxForm : std::uint8_t { bip144, without_witness };

class TxTableParser {
public:
    // The buffer is exactly one transaction.
    static Result<TxTable, DecodeError> parse_one(Bytes buffer, TxForm form);
    // The buffer is `prefix` bytes of something else, a count, and exactly that many transactions.
    static Result<TxTable, DecodeError> parse_many(Bytes buffer, std::size_t prefix);

    // Bytes of the prefix, the count and the transactions, whatever follows them.
    static Result<std::size_t, DecodeError> size_of_many(ByteSpan bytes, std::size_t prefix);

private:
    TxTableParser(Bytes buffer, TxForm form);

    void read_transaction(Reader& in);
    void read_inputs(Reader& in, TxSlot& tx);
    void read_outputs(Reader& in, TxSlot& tx);
    void read_witnesses(Reader& in, const TxSlot& tx);
    void hash_all();
    Result<TxTable, DecodeError> finish(Reader& in);

    TxTable table_;
    TxForm form_;
};

}  // namespace keel::primitives
