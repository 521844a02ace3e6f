// The calls about block templates, blocks made here and fees, on a node made of maps.
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "front/rpc/fake_node.hpp"

namespace keel::rpc {
namespace {

namespace json = boost::json;

constexpr std::string_view kSegwit = R"([{"rules":["segwit"]}])";
constexpr std::string_view kOutput = "\"raw(51)\"";

class Miner {
public:
    // The result, or the error object.
    json::value call(std::string_view method, std::string_view params = "[]") {
        const auto response = dispatcher_.handle(
            R"({"method":")" + std::string(method) + R"(","params":)" + std::string(params) + "}", "u");
        const json::value answer = json::parse(*response.body);
        return answer.at("error").is_null() ? answer.at("result") : answer.at("error");
    }
    std::string error(std::string_view method, std::string_view params) {
        const json::value got = call(method, params);
        return got.is_object() && got.get_object().contains("message") ? std::string(got.at("message").get_string())
                                                                       : "no error";
    }
    FakeNode node{primitives::regtest_params()};

private:
    NullLogger logger_;
    Dispatcher dispatcher_{logger_};

public:
    Miner() { dispatcher_.start(node.access()); }
};

std::string proposal(std::string_view block) {
    return R"([{"mode":"proposal","rules":["segwit"],"data":")" + std::string(block) + R"("}])";
}

}  // namespace

TEST(MiningCalls, ATemplateSaysWhatABlockNeeds) {
    Miner miner;
    const json::value got = miner.call("getblocktemplate", kSegwit);
    EXPECT_EQ(got.at("height").to_number<int>(), 1);
    EXPECT_EQ(got.at("coinbasevalue").to_number<std::int64_t>(), 5'000'000'000);
    EXPECT_EQ(got.at("previousblockhash").get_string(), to_hex(miner.node.tip().hash()));
    EXPECT_EQ(got.at("curtime").to_number<std::int64_t>(), 1'700'000'000);
    EXPECT_EQ(got.at("bits").get_string(), "207fffff");
    EXPECT_EQ(got.at("weightlimit").to_number<int>(), 4'000'000);
    EXPECT_EQ(json::serialize(got.at("rules")), R"(["csv","!segwit","taproot"])");
    EXPECT_TRUE(got.at("default_witness_commitment").get_string().starts_with("6a24aa21a9ed"));
    EXPECT_EQ(json::serialize(got.at("transactions")), "[]");
    EXPECT_TRUE(got.at("longpollid").get_string().starts_with(to_hex(miner.node.tip().hash())));
}

TEST(MiningCalls, WhoAsksForATemplateMustKnowSegwit) {
    Miner miner;
    EXPECT_TRUE(miner.error("getblocktemplate", "[{}]").starts_with("getblocktemplate must be called with the segwit"));
    EXPECT_EQ(miner.error("getblocktemplate", R"([{"mode":"other"}])"), "Invalid mode");
}

TEST(MiningCalls, ALongPollForAnotherTipAnswersAtOnce) {
    Miner miner;
    const std::string other(64, '0');
    EXPECT_TRUE(miner.call("getblocktemplate", R"([{"rules":["segwit"],"longpollid":")" + other + R"(7"}])")
                    .get_object()
                    .contains("height"));
}

TEST(MiningCalls, ProposalsAreJudgedAndChangeNothing) {
    Miner miner;
    const json::value made = miner.call("generateblock", "[" + std::string(kOutput) + ",[],false]");
    const std::string block(made.at("hex").get_string());
    EXPECT_TRUE(miner.call("getblocktemplate", proposal(block)).is_null());
    EXPECT_EQ(miner.node.tip().height().value(), 0);
    std::string damaged = block;
    damaged[72] = damaged[72] == '0' ? '1' : '0';  // in the merkle root
    EXPECT_EQ(miner.call("getblocktemplate", proposal(damaged)).get_string(), "bad-txnmrklroot");
    EXPECT_EQ(miner.error("getblocktemplate", proposal(block.substr(2))), "Block decode failed");
    EXPECT_EQ(miner.error("getblocktemplate", R"([{"mode":"proposal"}])"), "Missing data String key for proposal");
    EXPECT_TRUE(miner.call("submitblock", R"([")" + block + R"("])").is_null());
    EXPECT_EQ(miner.node.tip().height().value(), 1);
    EXPECT_EQ(miner.call("getblocktemplate", proposal(block)).get_string(), "duplicate");
}

TEST(MiningCalls, ABlockOfNamedTransactionsHasToBeValid) {
    Miner miner;
    const std::string missing(64, '0');
    EXPECT_EQ(miner.error("generateblock", "[" + std::string(kOutput) + R"(,[")" + missing + R"("]])"),
              "Transaction " + missing + " not in mempool.");
    EXPECT_TRUE(miner.error("generateblock", "[" + std::string(kOutput) + R"(,["0000"]])")
                    .starts_with("Transaction decode failed for 0000"));
    EXPECT_EQ(miner.error("generateblock", R"(["1234",[]])"), "Error: Invalid address or descriptor");
    primitives::MutableTx tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout = {hash_cast<primitives::Txid>(miner.node.tip().hash()), 3};
    tx.outputs = {{primitives::Amount(1), {}}};
    EXPECT_EQ(miner.error("generateblock", "[" + std::string(kOutput) + R"(,[")" + to_hex(tx.serialize()) + R"("]])"),
              "TestBlockValidity failed: bad-txns-inputs-missingorspent");
}

TEST(MiningCalls, MiningInfoShowsTheLastBlockMadeHere) {
    Miner miner;
    EXPECT_FALSE(miner.call("getmininginfo").get_object().contains("currentblocktx"));
    miner.call("getblocktemplate", kSegwit);
    const json::value info = miner.call("getmininginfo");
    EXPECT_EQ(info.at("currentblocktx").to_number<int>(), 0);
    EXPECT_EQ(info.at("currentblockweight").to_number<int>(), 8000);
    EXPECT_EQ(info.at("blockmintxfee").to_number<double>(), 1e-8);
}

TEST(MiningCalls, TheVersionOfBlocksCanBeSet) {
    Miner miner;
    EXPECT_EQ(miner.call("getblocktemplate", kSegwit).at("version").to_number<std::uint32_t>(), 0x20000000U);
    Miner other;
    other.node.mining_options.block_version = 1337;
    EXPECT_EQ(other.call("getblocktemplate", kSegwit).at("version").to_number<int>(), 1337);
}

TEST(MiningCalls, GenerateTellsWhereItWent) {
    Miner miner;
    const std::string text =
        "generate\n\nhas been replaced by the -generate cli option. Refer to -help for more information.\n";
    EXPECT_EQ(miner.error("generate", "[]"), text);
    EXPECT_EQ(miner.call("help", R"(["generate"])").get_string(), text);
}

TEST(FeeCalls, WithoutHistoryThereIsNoEstimate) {
    Miner miner;
    const json::value smart = miner.call("estimatesmartfee", "[6]");
    EXPECT_EQ(json::serialize(smart.at("errors")), R"(["Insufficient data or no feerate found"])");
    EXPECT_EQ(smart.at("blocks").to_number<int>(), 0);
    const json::value raw = miner.call("estimaterawfee", "[30]");
    EXPECT_FALSE(raw.get_object().contains("short"));
    EXPECT_EQ(raw.at("medium").at("scale").to_number<int>(), 2);
    EXPECT_TRUE(raw.at("long").get_object().contains("errors"));
}

TEST(FeeCalls, ArgumentsAreCheckedAsOtherSoftwareDoes) {
    Miner miner;
    EXPECT_EQ(miner.error("estimaterawfee", "[1009]"), "Invalid conf_target, must be between 1 and 1008");
    EXPECT_EQ(miner.error("estimaterawfee", "[1,1.5]"), "Invalid threshold");
    EXPECT_EQ(miner.error("estimatesmartfee", R"([1,"foo"])"),
              "Invalid estimate_mode parameter, must be one of: \"unset\", \"economical\", \"conservative\"");
    EXPECT_EQ(miner.error("estimatesmartfee", R"([1,"ECONOMICAL",{"fee_rate_estimator":1}])"),
              "JSON value of type number for field fee_rate_estimator is not of expected type string");
    EXPECT_EQ(miner.error("estimatesmartfee", R"([1,"ECONOMICAL",{"block_policy_only":true}])"),
              "Unexpected key block_policy_only");
}

}  // namespace keel::rpc
