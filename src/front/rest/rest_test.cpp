#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "front/rest/service.hpp"
#include "front/rpc/fake_node.hpp"
#include "testing/chain_builder.hpp"

namespace keel::rest {
namespace {

class RestTest : public ::testing::Test {
protected:
    RestTest() { dispatcher_.start(node_.access()); }

    Reply get(std::string_view target, std::string_view body = {}) {
        return Service(dispatcher_).handle({target, body});
    }
    [[nodiscard]] std::string tip() const { return to_hex(node_.tip().hash()); }

    NullLogger logger_;
    rpc::FakeNode node_{primitives::regtest_params()};
    rpc::Dispatcher dispatcher_{logger_};
};

TEST_F(RestTest, GivesABlockInThreeForms) {
    const Reply binary = get("/rest/block/" + tip() + ".bin");
    EXPECT_EQ(binary.status, 200);
    EXPECT_EQ(binary.content_type, "application/octet-stream");
    EXPECT_EQ(binary.cache_control, "public, immutable, max-age=86400");
    EXPECT_TRUE(equal(as_bytes(binary.body), primitives::regtest_params().genesis->raw()));
    const Reply hex = get("/rest/block/" + tip() + ".hex");
    EXPECT_EQ(hex.content_type, "text/plain");
    EXPECT_EQ(hex.body, to_hex(as_bytes(binary.body)) + "\n");
    const Reply json = get("/rest/block/notxdetails/" + tip() + ".json");
    EXPECT_EQ(json.content_type, "application/json");
    EXPECT_EQ(json.cache_control, "no-store");
    EXPECT_TRUE(json.body.find(tip()) != std::string::npos);
}

TEST_F(RestTest, GivesAPartOfABlock) {
    const Reply part = get("/rest/blockpart/" + tip() + ".hex?offset=0&size=4");
    EXPECT_EQ(part.body, "01000000\n");
    EXPECT_EQ(get("/rest/blockpart/" + tip() + ".hex?offset=0&size=0").status, 400);
    EXPECT_EQ(get("/rest/blockpart/" + tip() + ".hex?offset=285&size=1").status, 400);
    EXPECT_EQ(get("/rest/blockpart/" + tip() + ".hex?size=1").body, "Block part offset missing or invalid\r\n");
}

TEST_F(RestTest, GivesHeadersOfTheActiveChain) {
    EXPECT_EQ(get("/rest/headers/" + tip() + ".bin").body.size(), 80U);
    EXPECT_EQ(get("/rest/headers/3/" + tip() + ".bin").body.size(), 80U);
    EXPECT_EQ(get("/rest/headers/" + std::string(64, '0') + ".json").body, "[]\n");
    EXPECT_EQ(get("/rest/headers/" + tip() + ".bin?count=2001").body,
              "Header count is invalid or out of acceptable range (1-2000): 2001\r\n");
}

TEST_F(RestTest, GivesHashesByHeight) {
    EXPECT_EQ(get("/rest/blockhashbyheight/0.hex").body, tip() + "\n");
    EXPECT_EQ(get("/rest/blockhashbyheight/0.json").body, R"({"blockhash":")" + tip() + "\"}\n");
    EXPECT_EQ(get("/rest/blockhashbyheight/1.json").status, 404);
    EXPECT_EQ(get("/rest/blockhashbyheight/+1.json").body, "Invalid height: +1\r\n");
}

TEST_F(RestTest, NamesWhatIsWrong) {
    EXPECT_EQ(get("/rest/block/abc.json").body, "Invalid hash: abc\r\n");
    EXPECT_EQ(get("/rest/block/" + std::string(64, '0') + ".json").status, 404);
    EXPECT_EQ(get("/rest/block/" + tip()).body, "output format not found (available: .bin, .hex, .json)\r\n");
    EXPECT_EQ(get("/rest/nothing").status, 404);
    EXPECT_EQ(get("/rest/getutxos.json").body, "Error: empty request\r\n");
    EXPECT_EQ(get("/rest/getutxos/" + std::string(64, '0') + "--1.json").status, 400);
}

TEST_F(RestTest, AnswersForCoins) {
    const std::string outpoint = std::string(64, '1') + "-0";
    EXPECT_EQ(get("/rest/getutxos/" + outpoint + ".json").body,
              R"({"chainHeight":0,"chaintipHash":")" + tip() + R"(","bitmap":"0","utxos":[]})" + "\n");
    // Height, tip, one byte of bitmap, no coins.
    EXPECT_EQ(get("/rest/getutxos/" + outpoint + ".bin").body.size(), 4U + 32 + 2 + 1);
    Bytes question{std::byte{0}, std::byte{1}};
    question.resize(question.size() + 36);
    EXPECT_EQ(get("/rest/getutxos.bin", as_text(question)).body.size(), 4U + 32 + 2 + 1);
    EXPECT_EQ(get("/rest/getutxos.bin", as_text(ByteSpan(question).first(20))).status, 400);
}

TEST(RestWarmup, IsUnavailableUntilTheNodeRuns) {
    NullLogger logger;
    rpc::Dispatcher dispatcher(logger);
    dispatcher.set_warmup("Loading");
    EXPECT_EQ(Service(dispatcher).handle({"/rest/chaininfo.json", {}}).body,
              "Service temporarily unavailable: Loading\r\n");
}

TEST(RestPath, TakesTheTargetApart) {
    const Path path = parse_path("a/b.c.hex?x=%41&y&z=1");
    EXPECT_EQ(path.text, "a/b.c");
    EXPECT_EQ(path.format, Format::hex);
    EXPECT_EQ(path.parameter("x"), "A");
    EXPECT_EQ(path.parameter("y"), "");
    EXPECT_EQ(path.parameter("w"), std::nullopt);
    EXPECT_EQ(parse_path("a.b").format, Format::none);
    EXPECT_EQ(parse_path("%").text, "%");
}

}  // namespace
}  // namespace keel::rest
