// One JSON-RPC request: its envelope, and its arguments arranged as the method's table row has them.
//
// Envelope: JSON-RPC 1.0, 1.1 and 2.0 (jsonrpc.org/specification). Arguments: positional, named, or named with the
// positional ones under "args".
#pragma once

#include <string>

#include "front/rpc/method.hpp"

namespace keel::rpc {

struct Call {
    bool is_object = false;          // false: what was sent is no request at all, and is answered under the id null
    const Args::Json* id = nullptr;  // null: absent
    bool version2 = false;
    std::string method;
    const Args::Json* params = nullptr;  // null: none

    // JSON-RPC 2.0 "Notification": executed, never answered.
    [[nodiscard]] bool is_notification() const { return version2 && id == nullptr; }
};

// Reads an envelope into `call`, which holds what was understood also after an error (so that the answer can carry the
// id).
[[nodiscard]] Outcome<void> read_call(const Args::Json& request, Call& call);

// Positions, names and types as the row demands; the help text as error `misc` when there are too few or too many.
[[nodiscard]] Outcome<Args> arrange(const Method& method, const Args::Json* params);

}  // namespace keel::rpc
