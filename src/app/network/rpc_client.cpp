#include "app/network/rpc_client.hpp"

#include <fstream>

#include <boost/json.hpp>

#include "edge/serve/http_client.hpp"

namespace keel::network {
namespace {

std::unexpected<std::string> failed(std::string reason) { return std::unexpected(std::move(reason)); }

RpcResult<boost::json::value> result_of(const boost::json::value& reply) {
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

RpcResult<boost::json::value> call(const RpcTarget& target, std::string_view method, boost::json::array params) {
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

std::int64_t number_at(const boost::json::value& value, std::string_view key) {
    const auto* object = value.if_object();
    const auto* field = object == nullptr ? nullptr : object->if_contains(key);
    return field != nullptr && field->is_int64() ? field->get_int64() : 0;
}

std::string text_at(const boost::json::value& value, std::string_view key) {
    const auto* object = value.if_object();
    const auto* field = object == nullptr ? nullptr : object->if_contains(key);
    return field != nullptr && field->is_string() ? std::string(field->get_string()) : std::string{};
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

RpcResult<ChainAnswer> ask_chain(const RpcTarget& target) {
    KEEL_TRY(const auto chain, call(target, "getblockchaininfo", {}));
    return ChainAnswer{number_at(chain, "blocks"), number_at(chain, "headers"), text_at(chain, "bestblockhash")};
}

RpcResult<std::int64_t> ask_peer_count(const RpcTarget& target) {
    KEEL_TRY(const auto peers, call(target, "getpeerinfo", {}));
    return peers.is_array() ? static_cast<std::int64_t>(peers.get_array().size()) : 0;
}

RpcResult<std::int64_t> ask_mempool_size(const RpcTarget& target) {
    KEEL_TRY(const auto mempool, call(target, "getmempoolinfo", {}));
    return number_at(mempool, "size");
}

RpcResult<void> order_dial(const RpcTarget& target, const std::string& peer) {
    KEEL_TRY([[maybe_unused]] const auto done, call(target, "addnode", {peer, "add"}));
    return {};
}

RpcResult<void> order_block(const RpcTarget& target, const std::string& address) {
    KEEL_TRY([[maybe_unused]] const auto hashes, call(target, "generatetoaddress", {1, address}));
    return {};
}

}  // namespace keel::network
