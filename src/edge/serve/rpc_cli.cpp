#include "edge/serve/rpc_cli.hpp"

namespace keel::serve {
namespace {

constexpr int kUnauthorized = 401;
constexpr int kUnavailable = 503;
constexpr int kFirstError = 400;

CliResult failure(std::string text, bool try_again) {
    return {{.exit_code = 1, .err = "error: " + std::move(text)}, try_again};
}

CliResult unreachable(const CliCall& call, const HttpFailure& why) {
    const std::string where = call.host + ":" + std::to_string(call.port);
    if (why.connected && why.text == "timeout reached") {
        return failure("timeout on transient error: Could not connect to the server " + where, false);
    }
    return failure("Could not connect to the server " + where + " (" + why.text +
                       ")\n\nMake sure the node is running and that you are connecting to the correct RPC port.",
                   true);
}

}  // namespace

CliResult call_rpc(const CliCall& call) {
    auto body = rpc::cli_request(call.method, call.words, call.style);
    if (!body) {
        return failure(std::move(body.error()), false);
    }
    const auto answer = http_post({.host = call.host,
                                   .port = call.port,
                                   .target = call.wallet.empty() ? "/" : "/wallet/" + call.wallet,
                                   .credentials = call.credentials,
                                   .body = std::move(*body),
                                   .timeout = call.timeout});
    if (!answer) {
        return unreachable(call, answer.error());
    }
    if (answer->status == kUnauthorized) {
        return failure("Authorization failed: Incorrect rpcuser or rpcpassword", false);
    }
    if (answer->status == kUnavailable) {
        return failure("Server response: " + answer->body, false);
    }
    if (answer->body.empty()) {
        return failure(answer->status >= kFirstError ? "server returned HTTP error " + std::to_string(answer->status)
                                                     : std::string("no response from server"),
                       false);
    }
    rpc::CliOutput output = rpc::cli_output(answer->body);
    return {output, output.warming_up};
}

}  // namespace keel::serve
