// What a call can fail with. The numbers are part of the interface that Bitcoin software knows.
#pragma once

#include <string>

#include "base/result.hpp"

namespace keel::rpc {

enum class ErrorCode : int {
    // JSON-RPC 2.0
    invalid_request = -32600,
    method_not_found = -32601,
    invalid_params = -32602,
    internal = -32603,
    parse = -32700,
    // general
    misc = -1,  // also carries a help text when the arguments do not fit
    type = -3,
    invalid_address_or_key = -5,
    out_of_memory = -7,
    invalid_parameter = -8,
    database = -20,
    deserialization = -22,
    verify = -25,
    verify_rejected = -26,
    already_in_chain = -27,
    in_warmup = -28,
    method_deprecated = -32,
    // peers
    client_not_connected = -9,
    in_initial_download = -10,
    node_already_added = -23,
    node_not_added = -24,
    node_not_connected = -29,
    invalid_ip_or_subnet = -30,
    p2p_disabled = -31,
};

struct Error {
    ErrorCode code = ErrorCode::misc;
    std::string message;
};

template <class T>
using Outcome = Result<T, Error>;

inline Failure<Error> fail(ErrorCode code, std::string message) { return Failure<Error>({code, std::move(message)}); }

}  // namespace keel::rpc
