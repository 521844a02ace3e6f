#include "front/rpc/dispatcher.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "front/rpc/fake_node.hpp"

namespace keel::rpc {
namespace {

class DispatcherTest : public ::testing::Test {
protected:
    DispatcherTest() { dispatcher_.start(node_.access()); }

    std::string body(std::string_view request) { return dispatcher_.handle(request, "u").body.value_or("(none)"); }
    int status(std::string_view request) { return dispatcher_.handle(request, "u").http_status; }

    NullLogger logger_;
    FakeNode node_{primitives::regtest_params()};
    Dispatcher dispatcher_{logger_};
};

TEST_F(DispatcherTest, Version1AnswersHaveResultAndError) {
    EXPECT_EQ(body(R"({"method":"getblockcount","params":[],"id":7})"), "{\"result\":0,\"error\":null,\"id\":7}\n");
    EXPECT_EQ(body(R"({"jsonrpc":"1.0","method":"getblockcount","id":"x"})"),
              "{\"result\":0,\"error\":null,\"id\":\"x\"}\n");
    EXPECT_EQ(body(R"({"method":"getblockcount"})"), "{\"result\":0,\"error\":null}\n");
    EXPECT_EQ(body(R"({"method":"nothing","id":1})"),
              "{\"result\":null,\"error\":{\"code\":-32601,\"message\":\"Method not found\"},\"id\":1}\n");
    EXPECT_EQ(status(R"({"method":"nothing","id":1})"), 404);
    EXPECT_EQ(status(R"({"method":"getblockhash","params":[9],"id":1})"), 500);
}

TEST_F(DispatcherTest, Version2AnswersHaveOneOfThemAndStatus200) {
    EXPECT_EQ(body(R"({"jsonrpc":"2.0","method":"getblockcount","id":7})"),
              "{\"jsonrpc\":\"2.0\",\"result\":0,\"id\":7}\n");
    EXPECT_EQ(body(R"({"jsonrpc":"2.0","method":"nothing","id":null})"),
              "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"Method not found\"},\"id\":null}\n");
    EXPECT_EQ(status(R"({"jsonrpc":"2.0","method":"nothing","id":1})"), 200);
}

TEST_F(DispatcherTest, NotificationsAreCarriedOutAndNotAnswered) {
    const Response response = dispatcher_.handle(R"({"jsonrpc":"2.0","method":"setmocktime","params":[123]})", "u");
    EXPECT_EQ(response.http_status, 204);
    EXPECT_FALSE(response.body.has_value());
    EXPECT_EQ(node_.time, unix_time(123));
    EXPECT_EQ(status(R"({"jsonrpc":"2.0","method":"nothing"})"), 204);
}

TEST_F(DispatcherTest, BrokenEnvelopesAreNamed) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"method":3,"id":1})", "Method must be a string"},
        {R"({"id":1})", "Missing method"},
        {R"({"method":"help","params":3})", "Params must be an array or object"},
        {R"({"jsonrpc":2,"method":"help"})", "jsonrpc field must be a string"},
        {R"({"jsonrpc":"3.0","method":"help"})", "JSON-RPC version not supported"},
    };
    for (const auto& [request, message] : cases) {
        EXPECT_EQ(status(request), 400) << request;
        EXPECT_NE(body(request).find(message), std::string::npos) << body(request);
    }
    EXPECT_EQ(body("nonsense"),
              "{\"result\":null,\"error\":{\"code\":-32700,\"message\":\"Parse error\"},\"id\":null}\n");
    for (const char* request : {"", "{", "nonsense", "{\"method\":\"help\"} x", "\"text\"", "17"}) {
        EXPECT_EQ(status(request), 500) << request;
        EXPECT_NE(body(request).find("-32700"), std::string::npos) << request;
    }
}

TEST_F(DispatcherTest, BatchesAnswerEachCallAndNeverFailAsAWhole) {
    EXPECT_EQ(body(R"([{"method":"getblockcount","id":1},{"jsonrpc":"2.0","method":"nothing","id":2},)"
                   R"({"jsonrpc":"2.0","method":"getblockcount"},5])"),
              "[{\"result\":0,\"error\":null,\"id\":1},"
              "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"Method not found\"},\"id\":2},"
              "{\"result\":null,\"error\":{\"code\":-32600,\"message\":\"Invalid Request object\"},\"id\":null}]\n");
    EXPECT_EQ(body("[]"), "[]\n");
    EXPECT_EQ(status(R"([{"jsonrpc":"2.0","method":"getblockcount"}])"), 204);
}

TEST_F(DispatcherTest, NestingIsBounded) {
    EXPECT_EQ(status(std::string(100'000, '[')), 500);
    EXPECT_EQ(status(R"({"method":"help","params":[)" + std::string(300, '[') + std::string(300, ']') + "]}"), 500);
}

TEST_F(DispatcherTest, ArgumentsByNameByPositionAndMixed) {
    const std::string hash = to_hex(node_.tip().hash());
    const std::string positional = body(R"({"method":"getblockheader","params":[")" + hash + R"(",false]})");
    EXPECT_EQ(body(R"({"method":"getblockheader","params":{"verbose":false,"blockhash":")" + hash + R"("}})"),
              positional);
    EXPECT_EQ(body(R"({"method":"getblockheader","params":{"args":[")" + hash + R"("],"verbose":false}})"), positional);
    // An alias of the same parameter.
    EXPECT_EQ(body(R"({"method":"getblock","params":{"blockhash":")" + hash + R"(","verbose":0}})"),
              body(R"({"method":"getblock","params":[")" + hash + R"(",0]})"));
}

TEST_F(DispatcherTest, GapsBetweenNamedArgumentsAreNull) {
    EXPECT_EQ(body(R"({"method":"echojson","params":{"arg0":0,"arg3":[1]}})"),
              "{\"result\":[0,null,null,[1]],\"error\":null}\n");
    EXPECT_EQ(body(R"({"method":"echojson","params":{"args":[0,1],"arg3":3}})"),
              "{\"result\":[0,1,null,3],\"error\":null}\n");
    EXPECT_EQ(body(R"({"method":"echojson"})"), "{\"result\":[],\"error\":null}\n");
}

TEST_F(DispatcherTest, WrongArgumentsAreNamed) {
    const std::string hash = to_hex(node_.tip().hash());
    const std::pair<std::string, const char*> cases[] = {
        {R"({"method":"getblockheader","params":{"nope":1}})", R"("code":-8,"message":"Unknown named parameter nope")"},
        {R"({"method":"getblockheader","params":{"args":[")" + hash + R"("],"blockhash":"x"}})",
         "specified twice both as positional and named argument"},
        {R"({"method":"getblock","params":{"verbose":1,"verbosity":1,"blockhash":"x"}})", "specified multiple times"},
        {R"({"method":"getblockhash","params":["1"]})",
         R"("code":-3,"message":"Wrong type passed:\n{\n    \"Position 1 (height)\": \"JSON value of type string is not of expected type number\"\n}")"},
        {R"({"method":"getblockhash","params":[]})", R"("code":-1,"message":"getblockhash height\n)"},
        {R"({"method":"getblockhash","params":[1,2]})", R"("code":-1,"message":"getblockhash height\n)"},
        {R"({"method":"getblockhash","params":[1.5]})", "JSON integer out of range"},
        {R"({"method":"getblockhash","params":[99999999999]})", "JSON integer out of range"},
        {R"({"method":"getblockheader","params":["00"]})", "hash must be of length 64 (not 2, for '00')"},
        {R"({"method":"getblockheader","params":[")" + std::string(64, 'x') + R"("]})", "must be hexadecimal string"},
        {R"({"method":"getblockheader","params":[")" + std::string(64, '0') + R"("]})",
         R"("code":-5,"message":"Block not found")"},
    };
    for (const auto& [request, message] : cases) {
        EXPECT_NE(body(request).find(message), std::string::npos) << request << '\n' << body(request);
    }
}

TEST(DispatcherWarmup, EverythingWaitsForTheNode) {
    NullLogger logger;
    FakeNode node(primitives::regtest_params());
    Dispatcher dispatcher(logger);
    dispatcher.set_warmup("Loading block index…");
    EXPECT_EQ(dispatcher.handle(R"({"method":"getblockcount","id":1})", "u").body,
              "{\"result\":null,\"error\":{\"code\":-28,\"message\":\"Loading block index…\"},\"id\":1}\n");
    dispatcher.start(node.access());
    EXPECT_EQ(dispatcher.handle(R"({"method":"getblockcount","id":1})", "u").http_status, 200);
}

TEST(DispatcherWhitelist, LimitsUsersToTheirCalls) {
    NullLogger logger;
    FakeNode node(primitives::regtest_params());
    Whitelist whitelist;
    whitelist.add("a:getblockcount,uptime");
    whitelist.add("a:getblockcount, help,");
    whitelist.add("c");
    whitelist.set_open(false);
    Dispatcher dispatcher(logger, whitelist);
    dispatcher.start(node.access());
    EXPECT_EQ(dispatcher.handle(R"({"method":"getblockcount"})", "a").http_status, 200);
    EXPECT_EQ(dispatcher.handle(R"({"method":"uptime"})", "a").http_status, 403);
    EXPECT_EQ(dispatcher.handle(R"([{"method":"getblockcount"},{"method":"help"}])", "a").http_status, 403);
    EXPECT_EQ(dispatcher.handle(R"({"method":"getblockcount"})", "b").http_status, 403);
    EXPECT_EQ(dispatcher.handle(R"({"method":"getblockcount"})", "c").http_status, 403);
}

TEST_F(DispatcherTest, ADroppedReplyIsAnErrorAndNotAWait) {
    node_.drop_replies = true;
    EXPECT_NE(body(R"({"method":"getpeerinfo"})").find("Shutting down"), std::string::npos);
}

TEST(MethodTable, EveryCallIsDocumentedAndFound) {
    for (const Method& method : all_methods()) {
        EXPECT_EQ(find_method(method.name), &method) << method.name;
        EXPECT_TRUE(help_text(method).starts_with(signature(method))) << method.name;
        EXPECT_FALSE(method.result.empty()) << method.name;
        bool optional_seen = false;
        for (const Param& param : method.params) {
            EXPECT_FALSE(param.help.empty()) << method.name << ' ' << param.names;
            optional_seen = optional_seen || param.need != Need::required;
            // One call has an argument without meaning in the middle, because it always had.
            EXPECT_TRUE(param.need != Need::required || !optional_seen || method.name == "prioritisetransaction")
                << method.name << ": required behind optional";
        }
    }
    EXPECT_EQ(find_method("getblock")->params[1].name(), "verbosity");
    EXPECT_EQ(signature(*find_method("getblock")), "getblock \"blockhash\" ( verbosity )");
    EXPECT_EQ(find_method("get"), nullptr);
}

TEST(MethodTable, TheIndexHidesHiddenCalls) {
    const std::string index = help_index();
    EXPECT_TRUE(index.starts_with("== Blockchain ==\ngetbestblockhash\n"));
    EXPECT_EQ(index.find("invalidateblock"), std::string::npos);
    EXPECT_NE(index.find("\n\n== Control ==\n"), std::string::npos);
}

}  // namespace
}  // namespace keel::rpc
