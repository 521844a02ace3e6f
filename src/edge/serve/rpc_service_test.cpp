// The whole path of a call: client, HTTP, credentials, dispatcher.
#include "edge/serve/rpc_service.hpp"

#include <gtest/gtest.h>

#include "edge/serve/rpc_cli.hpp"
#include "front/rpc/base64.hpp"

namespace keel::serve {
namespace {

class RpcServiceTest : public ::testing::Test {
protected:
    RpcServiceTest() {
        auth_.add_password("user", "password");
        dispatcher_.set_warmup("Loading block index…");
        HttpOptions options;
        options.bind = {{"127.0.0.1", 0}};
        server_ = std::move(*HttpServer::start(options, make_rpc_handler(dispatcher_, auth_, logger_), logger_));
    }
    [[nodiscard]] std::uint16_t port() const { return server_->listening().front().port; }
    [[nodiscard]] CliCall call(std::string method, std::vector<std::string> words = {}) const {
        CliCall out;
        out.port = port();
        out.credentials = "user:password";
        out.method = std::move(method);
        out.words = std::move(words);
        return out;
    }

    NullLogger logger_;
    RpcAuth auth_;
    rpc::Dispatcher dispatcher_{logger_};
    std::unique_ptr<HttpServer> server_;
};

TEST_F(RpcServiceTest, ANodeThatIsNotReadySaysSo) {
    const CliResult result = call_rpc(call("getblockcount"));
    EXPECT_EQ(result.output.exit_code, 28);
    EXPECT_EQ(result.output.err, "error code: -28\nerror message:\nLoading block index…");
    EXPECT_TRUE(result.try_again);
}

TEST_F(RpcServiceTest, WrongCredentialsAreRefused) {
    CliCall wrong = call("getblockcount");
    wrong.credentials = "user:wrong";
    const CliResult result = call_rpc(wrong);
    EXPECT_EQ(result.output.err, "error: Authorization failed: Incorrect rpcuser or rpcpassword were specified.");
    EXPECT_EQ(result.output.exit_code, 1);
    EXPECT_FALSE(result.try_again);
}

TEST_F(RpcServiceTest, PathsAndMethods) {
    const HttpHandler handler = make_rpc_handler(dispatcher_, auth_, logger_);
    HttpRequest request{.method = "POST", .target = "/", .authorization = {}, .body = "{}", .peer = "1.1.1.1:1"};
    EXPECT_EQ(handler(request).status, 401);
    EXPECT_TRUE(handler(request).ask_authentication);
    EXPECT_EQ(handler(request).delay.count(), 0);
    request.authorization = "Basic " + rpc::base64_encode(as_bytes("user:no"));
    EXPECT_EQ(handler(request).delay, kWrongPasswordDelay);
    request.authorization = "Basic " + rpc::base64_encode(as_bytes("user:password"));
    EXPECT_EQ(handler(request).status, 400);  // {} is no call
    EXPECT_EQ(handler(request).content_type, "application/json");
    request.target = "/wallet/w";
    EXPECT_EQ(handler(request).status, 400);
    request.target = "/other";
    EXPECT_EQ(handler(request).status, 404);
    request.target = "/";
    request.method = "GET";
    EXPECT_EQ(handler(request).status, 405);
    EXPECT_EQ(handler(request).body, "JSONRPC server handles only POST requests");
}

TEST_F(RpcServiceTest, NobodyThereIsSaidWithAddressAndHint) {
    const CliCall late = call("getblockcount");
    server_->stop();
    const CliResult result = call_rpc(late);
    EXPECT_EQ(result.output.exit_code, 1);
    EXPECT_TRUE(result.try_again);
    EXPECT_TRUE(result.output.err.starts_with("error: Error while attempting to communicate with server 127.0.0.1:"))
        << result.output.err;
}

TEST_F(RpcServiceTest, WordsThatDoNotFitAreRefusedBeforeAnythingIsSent) {
    const CliResult result = call_rpc(call("getblockhash", {"seven"}));
    EXPECT_EQ(result.output.err, "error: Error parsing JSON: seven");
}

}  // namespace
}  // namespace keel::serve
