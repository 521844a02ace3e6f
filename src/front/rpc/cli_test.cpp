#include "front/rpc/cli.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "front/rpc/json_text.hpp"

namespace keel::rpc {
namespace {

std::string params(std::string_view method, const std::vector<std::string>& words,
                   ArgStyle style = ArgStyle::positional) {
    const auto request = cli_request(method, words, style);
    return request ? std::string(json_member(*request, "params").value_or("?")) : request.error();
}

TEST(Cli, WordsBecomeWhatTheTableSays) {
    EXPECT_EQ(params("getblockhash", {"7"}), "[7]");
    EXPECT_EQ(params("getblock", {"00ff", "2"}), R"(["00ff",2])");
    EXPECT_EQ(params("generatetoaddress", {"1", "123"}), R"([1,"123"])");  // an address that looks like a number
    EXPECT_EQ(params("getblockstats", {"00ab", R"(["txs"])"}), R"(["00ab",["txs"]])");
    EXPECT_EQ(params("getblockstats", {"5"}), "[5]");
    EXPECT_EQ(params("unknown", {"5", "a\"b"}), R"(["5","a\"b"])");
    EXPECT_EQ(params("getblockhash", {"seven"}), "Error parsing JSON: seven");
}

TEST(Cli, NamedWords) {
    EXPECT_EQ(params("getblock", {"verbosity=0", "blockhash=00=1"}, ArgStyle::named),
              R"({"verbosity":0,"blockhash":"00=1"})");
    EXPECT_EQ(params("getblock", {"00ff", "verbose=1"}, ArgStyle::named), R"({"verbose":1,"args":["00ff"]})");
}

TEST(Cli, PrintsResultsAsScriptsExpectThem) {
    EXPECT_EQ(cli_output(R"({"jsonrpc":"2.0","result":"te\"xt","id":1})").out, "te\"xt");
    EXPECT_EQ(cli_output(R"({"result":null,"error":null,"id":1})").out, "");
    EXPECT_EQ(cli_output(R"({"result":12.50000000,"id":1})").out, "12.50000000");
    EXPECT_EQ(cli_output(R"({"result":{"a":[1,2],"b":{},"c":[],"d":"x, y: {"},"id":1})").out,
              "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {\n  },\n  \"c\": [\n  ],\n  \"d\": \"x, y: {\"\n}");
}

TEST(Cli, PrintsErrorsWithTheirCodes) {
    const CliOutput output = cli_output(R"({"error":{"code":-8,"message":"Block height out of range"},"id":1})");
    EXPECT_EQ(output.err, "error code: -8\nerror message:\nBlock height out of range");
    EXPECT_EQ(output.exit_code, 8);
    EXPECT_FALSE(output.warming_up);
    EXPECT_TRUE(cli_output(R"({"error":{"code":-28,"message":"Loading"},"id":1})").warming_up);
    EXPECT_EQ(cli_output("").exit_code, 1);
}

TEST(JsonText, FindsTopLevelMembersOnly) {
    EXPECT_EQ(json_member(R"({"a":{"b":1},"b":[2,{"c":3}],"c":"}"})", "b"), R"([2,{"c":3}])");
    EXPECT_EQ(json_member(R"( { "a" : 1 , "b" : true } )", "b"), "true");
    EXPECT_EQ(json_member(R"({"a":"\"b\":1","b":2})", "b"), "2");
    EXPECT_FALSE(json_member(R"({"a":1})", "b").has_value());
    EXPECT_FALSE(json_member("[1]", "b").has_value());
    EXPECT_FALSE(json_member("{\"a", "b").has_value());
}

TEST(JsonText, NumbersWithoutTextBecomeNull) {
    EXPECT_EQ(json_text(boost::json::parse("[1,\"x\",null]")), "[1,\"x\",null]");
    EXPECT_EQ(json_text(boost::json::parse("-1e111111")), "null");
}

}  // namespace
}  // namespace keel::rpc
