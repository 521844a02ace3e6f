// Transactions as arguments of calls.
#pragma once

#include "front/rpc/args.hpp"
#include "front/rpc/context.hpp"
#include "rules/primitives/tx.hpp"

namespace keel::rpc {

// Which serializations a text may be read as. Both: a transaction without inputs looks like the marker of BIP144, so
// the reading whose scripts make sense is taken.
enum class TxReading : std::uint8_t { any, with_witness, without_witness };

// Null when `hex` is no transaction.
[[nodiscard]] primitives::TxPtr decode_tx(std::string_view hex, TxReading reading = TxReading::any);
[[nodiscard]] primitives::TxPtr decode_tx_bytes(ByteSpan bytes, TxReading reading = TxReading::any);

// What createrawtransaction and its like are given: inputs, outputs, lock time, replaceable and version from `first`
// on.
[[nodiscard]] Outcome<primitives::MutableTx> construct_tx(const Context& context, const Args& args);

}  // namespace keel::rpc
