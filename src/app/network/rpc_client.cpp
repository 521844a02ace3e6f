#include "app/network/rpc_client.hpp"

#include <fstream>

#include <boost/json.hpp>

#include "edge/serve/http_client.hpp"

namespace keel::network {
namespace {

std::unexpected<std::string> failed(std::string reason) { return std::unexpected(std::move(reason)); }

Result<boost::json::value, std::string> result_of(const boost::json::value& reply) {
    const auto* fields = reply.if_object();
    if (fields == nullptr) {
        return failed("the answer is not a JSON object");
    }
    const auto* error = fields->if_contains("error");
    if (error != nullptr && !error->is_null()) {
        const auto* details = error->if_object();
        const auto* message = details == nullptr ? nullptr : details->if_contains("message");
        return failed(message != nullptr && message->is_string() ? std::string(message->get_string())
                                                                 : boost::json::serialize(*error));
    }
    const auto* result = fields->if_contains("result");
    return result != nullptr ? *result : boost::json::value{};
}

}  // namespace

std::optional<Credentials> read_cookie(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string text;
    std::getline(in, text);
    const auto colon = text.find(':');
    if (colon == std::string::npos) {
        return std::nullopt;
    }
    return Credentials{text.substr(0, colon), text.substr(colon + 1)};
}

Result<boost::json::value, std::string> call(const RpcTarget& target, std::string_view method,
                                             boost::json::array params) {
    serve::HttpCall request;
    request.host = "127.0.0.1";
    request.port = target.port;
    request.credentials = target.credentials.user + ':' + target.credentials.password;
    request.timeout = kRpcTimeout;
    request.body = boost::json::serialize(boost::json::object{
        {"jsonrpc", "1.0"}, {"id", "keel network"}, {"method", method}, {"params", std::move(params)}});
    const auto answer = serve::http_post(request);
    if (!answer) {
        return failed(answer.error().text);
    }
    boost::system::error_code error;
    const auto reply = boost::json::parse(answer->body, error);
    if (error) {
        return failed("HTTP status " + std::to_string(answer->status) + " without JSON");
    }
    return result_of(reply);
}

}  // namespace keel::network
