#include "edge/serve/rpc_service.hpp"

namespace keel::serve {
namespace {

bool is_rpc_path(std::string_view target) { return target == "/" || target.starts_with("/wallet/"); }

HttpReply ask_for_credentials(milliseconds delay) {
    return {.status = 401, .ask_authentication = true, .delay = delay};
}

HttpReply handle(rpc::Dispatcher& dispatcher, const RpcAuth& auth, Logger& logger, const HttpRequest& request) {
    if (!is_rpc_path(request.target)) {
        return {.status = 404};
    }
    if (request.method != "POST") {
        return {.status = 405, .body = "JSONRPC server handles only POST requests"};
    }
    if (!request.authorization) {
        return ask_for_credentials(milliseconds(0));
    }
    const auto user = auth.check(*request.authorization);
    if (!user) {
        log(logger, LogCategory::rpc, LogLevel::warning, "ThreadRPCServer incorrect password attempt from ",
            request.peer);
        return ask_for_credentials(kWrongPasswordDelay);
    }
    rpc::Response response = dispatcher.handle(request.body, *user);
    if (!response.body) {
        return {.status = response.http_status};
    }
    return {.status = response.http_status, .content_type = "application/json", .body = std::move(*response.body)};
}

}  // namespace

HttpHandler make_rpc_handler(rpc::Dispatcher& dispatcher, const RpcAuth& auth, Logger& logger) {
    return
        [&dispatcher, &auth, &logger](const HttpRequest& request) { return handle(dispatcher, auth, logger, request); };
}

}  // namespace keel::serve
