// JSON-RPC over HTTP: which paths and methods there are, who may use them, and what the dispatcher's answers become.
#pragma once

#include "edge/serve/http_server.hpp"
#include "edge/serve/rpc_auth.hpp"
#include "front/rpc/dispatcher.hpp"

namespace keel::serve {

// How long the answer to wrong credentials is held back, against guessing.
inline constexpr milliseconds kWrongPasswordDelay{250};

// Whether paths below /rest/ are answered too, to anybody who may connect.
enum class Rest : bool { off, on };

// The references must outlive the handler. Safe to call from any number of threads.
HttpHandler make_rpc_handler(rpc::Dispatcher& dispatcher, const RpcAuth& auth, Logger& logger, Rest rest = Rest::off);

}  // namespace keel::serve
