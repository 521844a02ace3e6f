// A transaction as JSON, field by field as other node software shows it.
#pragma once

#include <optional>

#include "engine/store/undo.hpp"
#include "front/rpc/json_writer.hpp"
#include "rules/primitives/params.hpp"
#include "rules/primitives/tx.hpp"

namespace keel::rpc {

struct TxJsonOptions {
    // The coins that the inputs spend, in order, if known: gives the fee.
    const store::SpentCoins* spent = nullptr;
    std::size_t spent_tx = 0;    // which transaction of `spent`
    bool show_prevouts = false;  // each spent coin inside its input; needs `spent`
    bool show_hex = true;        // the transaction's own bytes as the last field
};

// The fields of the object being written.
void write_tx_fields(JsonWriter& out, primitives::TxView tx, const primitives::Params& params,
                     const TxJsonOptions& options);
// A whole object.
void write_tx(JsonWriter& out, primitives::TxView tx, const primitives::Params& params, const TxJsonOptions& options);

}  // namespace keel::rpc
