#include "edge/serve/rpc_cli.hpp"

#include "front/rpc/json_text.hpp"

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
    const std::string reason = why.connected ? why.text : "Could not connect to the server";
    return failure("Error while attempting to communicate with server " + where + " (" + reason +
                       ")\n\nMake sure the node is running and that you are connecting to the correct RPC port.",
                   true);
}

// The body of an answer that holds one.
Result<std::string, CliResult> body_of(const CliCall& call) {
    auto request = rpc::cli_request(call.method, call.words, call.style, call.id);
    if (!request) {
        return Failure<CliResult>(failure(std::move(request.error()), false));
    }
    const auto answer = http_post({.host = call.host,
                                   .port = call.port,
                                   .target = call.wallet.empty() ? "/" : "/wallet/" + call.wallet,
                                   .credentials = call.credentials,
                                   .body = std::move(*request),
                                   .timeout = call.timeout});
    if (!answer) {
        return Failure<CliResult>(unreachable(call, answer.error()));
    }
    if (answer->status == kUnauthorized) {
        return Failure<CliResult>(failure("Authorization failed: " + call.refusal, false));
    }
    if (answer->status == kUnavailable) {
        return Failure<CliResult>(failure("Server response: " + answer->body, false));
    }
    if (answer->body.empty()) {
        return Failure<CliResult>(failure(answer->status >= kFirstError
                                              ? "server returned HTTP error " + std::to_string(answer->status)
                                              : std::string("no response from server"),
                                          false));
    }
    return answer->body;
}

}  // namespace

CliResult call_rpc(const CliCall& call) {
    const auto body = body_of(call);
    if (!body) {
        return body.error();
    }
    rpc::CliOutput output = rpc::cli_output(*body);
    return {output, output.warming_up};
}

Result<std::string, CliResult> fetch_rpc(const CliCall& call) {
    KEEL_TRY(const std::string body, body_of(call));
    const auto result = rpc::json_member(body, "result");
    const auto error = rpc::json_member(body, "error");
    if (!result || (error && *error != "null")) {
        rpc::CliOutput output = rpc::cli_output(body);
        return Failure<CliResult>({output, output.warming_up});
    }
    return std::string(*result);
}

}  // namespace keel::serve
