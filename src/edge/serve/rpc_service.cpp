#include "edge/serve/rpc_service.hpp"

#include "front/rest/service.hpp"

namespace keel::serve {
namespace {

bool is_rpc_path(std::string_view target) { return target == "/" || target.starts_with("/wallet/"); }

HttpReply ask_for_credentials(milliseconds delay) {
    return {.status = 401, .ask_authentication = true, .delay = delay};
}

HttpReply answer_rest(const rest::Service& service, const HttpRequest& request) {
    if (request.method != "GET" && request.method != "POST") {
        return {.status = 405};
    }
    rest::Reply reply = service.handle({request.target, request.body});
    return {.status = reply.status,
            .content_type = std::move(reply.content_type),
            .cache_control = std::move(reply.cache_control),
            .body = std::move(reply.body)};
}

HttpReply answer_rpc(rpc::Dispatcher& dispatcher, const RpcAuth& auth, Logger& logger, const HttpRequest& request) {
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

HttpHandler make_rpc_handler(rpc::Dispatcher& dispatcher, const RpcAuth& auth, Logger& logger, Rest rest) {
    return [&dispatcher, &auth, &logger, rest](const HttpRequest& request) {
        if (rest == Rest::on && request.target.starts_with("/rest/")) {
            return answer_rest(rest::Service(dispatcher), request);
        }
        return answer_rpc(dispatcher, auth, logger, request);
    };
}

}  // namespace keel::serve
