// One RPC call from the command line: `keel rpc` and keel-cli.
#pragma once

#include <string>
#include <vector>

#include "edge/serve/http_client.hpp"
#include "front/rpc/cli.hpp"

namespace keel::serve {

struct CliCall {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::string credentials;  // "user:password"
    // What to say when the server does not accept them.
    std::string refusal = "Incorrect rpcuser or rpcpassword were specified.";
    std::string id = "1";  // of the request
    std::string wallet;    // -rpcwallet; empty: none
    seconds timeout{900};  // -rpcclienttimeout; 0: without limit
    std::string method;
    std::vector<std::string> words;
    rpc::ArgStyle style = rpc::ArgStyle::positional;
};

struct CliResult {
    rpc::CliOutput output;
    // No server, or one that is not ready: -rpcwait tries again.
    bool try_again = false;
};

// Blocks until the answer is there or the time is over.
CliResult call_rpc(const CliCall& call);
// The result of a call as JSON, or what to print instead.
[[nodiscard]] Result<std::string, CliResult> fetch_rpc(const CliCall& call);

}  // namespace keel::serve
