// The calls about blocks and coins, on real chains against recorded answers of other software.
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "front/rpc/fake_node.hpp"
#include "front/rpc/json_text.hpp"
#include "testing/chain_builder.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"
#include "testing/scripts.hpp"

namespace keel::rpc {
namespace {

namespace json = boost::json;

class Rpc {
public:
    explicit Rpc(FakeNode& node) { dispatcher_.start(node.access()); }

    // The result, or the error object.
    json::value call(std::string_view method, std::string_view params = "[]") {
        const json::value answer = json::parse(text(method, params));
        return answer.at("error").is_null() ? answer.at("result") : answer.at("error");
    }
    std::string text(std::string_view method, std::string_view params = "[]") {
        return *dispatcher_
                    .handle(R"({"method":")" + std::string(method) + R"(","params":)" + std::string(params) + "}", "u")
                    .body;
    }

private:
    NullLogger logger_;
    Dispatcher dispatcher_{logger_};
};

// The blocks of a file of records: magic, length, block.
std::vector<primitives::BlockPtr> read_chain(const std::filesystem::path& path) {
    const Bytes content = testing::read_file(path);
    std::vector<primitives::BlockPtr> out;
    primitives::Reader reader(content);
    while (reader.remaining() > 8) {
        reader.skip(4);
        const auto size = reader.read<std::uint32_t>();
        out.push_back(*primitives::Block::parse(to_bytes(reader.take(size))));
    }
    return out;
}

struct Chain {
    const char* file;
    const char* oracle;
    const char* snapshot;
    const primitives::Params& (*params)();
};

const Chain kChains[] = {
    {"chains/mainnet-000000-001599.dat", "oracle/mainnet-utxo-muhash.json", "mainnet-1599", primitives::main_params},
    {"chains/testnet3-000000-001999.dat", "oracle/testnet3-utxo-muhash.json", "testnet3-1999",
     primitives::testnet3_params},
    {"chains/signet-000000-000089.dat", "oracle/signet-utxo-muhash.json", "signet-89", primitives::signet_params},
    {"chains/regtest-000000-000206.dat", "oracle/regtest-utxo-muhash.json", "regtest-206", primitives::regtest_params},
};

// Numbers compare by value: the recorded files have lost the zeroes of amounts.
bool same(const json::value& a, const json::value& b) {
    if (a.is_number() && b.is_number()) {
        return a.to_number<double>() == b.to_number<double>();
    }
    return a == b;
}

void expect_same_fields(const json::value& got, const json::value& expected,
                        std::initializer_list<std::string_view> fields) {
    for (const std::string_view field : fields) {
        const json::string_view name(field.data(), field.size());
        EXPECT_TRUE(same(got.at(name), expected.at(name)))
            << field << ": " << got.at(name) << " instead of " << expected.at(name);
    }
}

class RealChains : public ::testing::TestWithParam<Chain> {};

TEST_P(RealChains, AnswersEqualTheRecordedOnes) {
    KEEL_DATA_OR_SKIP(const auto file, GetParam().file);
    KEEL_DATA_OR_SKIP(const auto oracle_file, GetParam().oracle);
    KEEL_DATA_OR_SKIP(const auto snapshot_file, "oracle/utxo-snapshots.json");
    std::map<std::int64_t, json::value> oracle;
    const json::value recorded = testing::load_json(oracle_file);
    for (const json::value& entry : recorded.as_array()) {
        oracle[entry.at("height").as_int64()] = entry;
    }
    FakeNode node(GetParam().params());
    Rpc rpc(node);
    int compared = 0;
    for (const primitives::BlockPtr& block : read_chain(file)) {
        if (block->hash() != node.tip().hash()) {
            node.add(block);
        }
        const auto entry = oracle.find(node.tip().height().value());
        if (entry == oracle.end()) {
            continue;
        }
        ++compared;
        const json::value& expected = entry->second;
        const std::string height = std::to_string(entry->first);
        SCOPED_TRACE(height);
        if (!expected.at("blockstats").is_null()) {  // not recorded for genesis
            EXPECT_EQ(rpc.call("getblockstats", "[" + height + "]"), expected.at("blockstats"));
        }
        const json::value header =
            rpc.call("getblockheader", "[" + std::string("\"") + to_hex(node.tip().hash()) + "\"]");
        expect_same_fields(header, expected, {"hash", "chainwork", "mediantime", "difficulty"});
        expect_same_fields(rpc.call("gettxoutsetinfo", R"(["muhash"])"), expected.at("txoutset"),
                           {"height", "bestblock", "txouts", "bogosize", "muhash", "total_amount"});
    }
    EXPECT_EQ(static_cast<std::size_t>(compared), oracle.size());
    const json::value snapshots = testing::load_json(snapshot_file);
    expect_same_fields(rpc.call("gettxoutsetinfo"), snapshots.at(GetParam().snapshot),
                       {"height", "bestblock", "txouts", "bogosize", "hash_serialized_3", "total_amount"});
}

INSTANTIATE_TEST_SUITE_P(All, RealChains, ::testing::ValuesIn(kChains), [](const auto& param) {
    std::string name(param.param.snapshot);
    return name.substr(0, name.find('-'));
});

class RegtestCalls : public ::testing::Test {
protected:
    RegtestCalls() {
        chain_.mine_empty(3);
        for (std::size_t i = 1; i < chain_.blocks().size(); ++i) {
            node_.add(chain_.blocks()[i]);
        }
    }
    static std::string quoted(const primitives::BlockHash& hash) { return "[\"" + to_hex(hash) + "\"]"; }

    testing::ChainBuilder chain_{primitives::regtest_params()};
    FakeNode node_{primitives::regtest_params()};
    Rpc rpc_{node_};
};

TEST_F(RegtestCalls, BlocksByHeightAndHash) {
    EXPECT_EQ(rpc_.call("getblockcount"), json::value(3));
    const std::string tip = to_hex(node_.tip().hash());
    EXPECT_EQ(rpc_.call("getbestblockhash"), json::value(tip));
    EXPECT_EQ(rpc_.call("getblockhash", "[3]"), json::value(tip));
    EXPECT_EQ(rpc_.call("getblockhash", "[4]").at("code"), json::value(-8));
    EXPECT_EQ(rpc_.call("getblockhash", "[-1]").at("message"), json::value("Block height out of range"));
    EXPECT_EQ(rpc_.call("getblock", "[\"" + tip + "\",0]"), json::value(to_hex(chain_.tip()->raw())));
    EXPECT_EQ(rpc_.call("getblock", "[\"" + tip + "\",false]"), json::value(to_hex(chain_.tip()->raw())));
    EXPECT_EQ(rpc_.call("getblockheader", "[\"" + tip + "\",false]"),
              json::value(to_hex(chain_.tip()->header().serialize())));
}

TEST_F(RegtestCalls, GetBlockGrowsInDetail) {
    const std::string hash = to_hex(chain_.block(primitives::Height(2))->hash());
    const json::value plain = rpc_.call("getblock", "[\"" + hash + "\"]");
    EXPECT_EQ(plain.at("confirmations"), json::value(2));
    EXPECT_EQ(plain.at("nTx"), json::value(1));
    EXPECT_EQ(plain.at("previousblockhash"), json::value(to_hex(chain_.block(primitives::Height(1))->hash())));
    EXPECT_EQ(plain.at("nextblockhash"), json::value(to_hex(chain_.block(primitives::Height(3))->hash())));
    EXPECT_EQ(plain.at("tx").at(0), json::value(to_hex(chain_.block(primitives::Height(2))->tx(0).txid())));
    const json::value detailed = rpc_.call("getblock", "[\"" + hash + "\",2]");
    EXPECT_TRUE(detailed.at("tx").at(0).at("vin").at(0).as_object().contains("coinbase"));
    EXPECT_FALSE(detailed.at("tx").at(0).as_object().contains("fee"));
}

TEST_F(RegtestCalls, FieldsComeInTheUsualOrder) {
    const std::string text = rpc_.text("getblock", quoted(node_.tip().hash()));
    std::size_t at = 0;
    for (const char* field : {"hash",         "confirmations", "height",     "version",     "versionHex",
                              "merkleroot",   "time",          "mediantime", "nonce",       "bits",
                              "target",       "difficulty",    "chainwork",  "nTx",         "previousblockhash",
                              "strippedsize", "size",          "weight",     "coinbase_tx", "tx"}) {
        const std::size_t found = text.find("\"" + std::string(field) + "\":", at);
        ASSERT_NE(found, std::string::npos) << field;
        at = found;
    }
    EXPECT_NE(text.find("\"target\":\"7fffff0000000000000000000000000000000000000000000000000000000000\""),
              std::string::npos);
}

TEST_F(RegtestCalls, ChainTipsAndTheirStates) {
    testing::ChainBuilder fork = chain_;
    fork.rewind_to(primitives::Height(1));
    fork.mine_empty(1, 77);
    node_.add(fork.tip());
    const json::value tips = rpc_.call("getchaintips");
    ASSERT_EQ(tips.as_array().size(), 2U);
    EXPECT_EQ(tips.at(0).at("status"), json::value("active"));
    EXPECT_EQ(tips.at(0).at("branchlen"), json::value(0));
    EXPECT_EQ(tips.at(1).at("status"), json::value("valid-headers"));
    EXPECT_EQ(tips.at(1).at("branchlen"), json::value(1));
    EXPECT_EQ(rpc_.call("getblockheader", quoted(fork.tip()->hash())).at("confirmations"), json::value(-1));
}

TEST_F(RegtestCalls, GenerateMinesOnTheTip) {
    const json::value hashes =
        rpc_.call("generatetoaddress", R"([2,"mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8"])");  // any P2PKH address
    ASSERT_EQ(hashes.as_array().size(), 2U) << hashes;
    EXPECT_EQ(rpc_.call("getblockcount"), json::value(5));
    EXPECT_EQ(rpc_.call("getbestblockhash"), hashes.at(1));
    const json::value block = rpc_.call("getblock", "[\"" + std::string(hashes.at(1).as_string()) + "\",2]");
    const json::value& output = block.at("tx").at(0).at("vout").at(0);
    EXPECT_EQ(output.at("scriptPubKey").at("address"), json::value("mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8"));
    EXPECT_EQ(output.at("scriptPubKey").at("type"), json::value("pubkeyhash"));
    EXPECT_EQ(rpc_.call("generatetoaddress", R"([1,"nonsense"])").at("code"), json::value(-5));
    EXPECT_EQ(rpc_.call("generatetodescriptor", R"x([1,"raw(51)"])x").as_array().size(), 1U);
    EXPECT_EQ(rpc_.call("generatetodescriptor", R"([1,"nonsense"])").at("code"), json::value(-5));
}

TEST_F(RegtestCalls, SubmittedBlocksAreJudged) {
    testing::ChainBuilder next = chain_;
    next.mine_empty(2);
    const auto submit = [&](const primitives::BlockPtr& block) {
        return rpc_.call("submitblock", "[\"" + to_hex(block->raw()) + "\"]");
    };
    const primitives::BlockPtr first = next.block(primitives::Height(4));
    EXPECT_EQ(submit(next.tip()), json::value("inconclusive"));
    EXPECT_EQ(submit(first), json::value(nullptr));
    EXPECT_EQ(submit(first), json::value("duplicate"));
    EXPECT_EQ(rpc_.call("submitblock", R"(["zz"])").at("message"), json::value("Block decode failed"));
    EXPECT_EQ(rpc_.call("submitheader", R"(["00"])").at("code"), json::value(-22));
    EXPECT_EQ(rpc_.call("submitheader", "[\"" + to_hex(next.tip()->header().serialize()) + "\"]"),
              json::value(nullptr));
}

TEST_F(RegtestCalls, CoinbaseWitnessIsFilledIn) {
    testing::ChainBuilder next = chain_;
    next.mine_empty(1);
    std::vector<primitives::MutableTx> txs{primitives::MutableTx::from(next.tip()->tx(0))};
    txs[0].inputs[0].witness.clear();
    const auto stripped = primitives::Block::assemble(next.tip()->header(), txs);
    EXPECT_EQ(rpc_.call("submitblock", "[\"" + to_hex(stripped->raw()) + "\"]"), json::value(nullptr));
    EXPECT_EQ(rpc_.call("getblock", "[\"" + to_hex(next.tip()->hash()) + "\",0]"),
              json::value(to_hex(next.tip()->raw())));
}

TEST_F(RegtestCalls, CoinsAreFoundUntilSpent) {
    const primitives::Txid txid = chain_.tip()->tx(0).txid();
    const json::value coin = rpc_.call("gettxout", "[\"" + to_hex(txid) + "\",0]");
    EXPECT_EQ(coin.at("confirmations"), json::value(1));
    EXPECT_EQ(coin.at("coinbase"), json::value(true));
    EXPECT_NE(rpc_.text("gettxout", "[\"" + to_hex(txid) + "\",0]").find("\"value\":50.00000000"), std::string::npos);
    EXPECT_EQ(rpc_.call("gettxout", "[\"" + to_hex(txid) + "\",5]"), json::value(nullptr));
    EXPECT_EQ(rpc_.call("gettxoutsetinfo", R"(["sha1"])").at("message"),
              json::value("'sha1' is not a valid hash_type"));
    EXPECT_FALSE(rpc_.call("gettxoutsetinfo", R"(["none"])").as_object().contains("muhash"));
}

TEST_F(RegtestCalls, StatsMayBeSelected) {
    EXPECT_EQ(rpc_.call("getblockstats", R"([1,["txs","height","txs"]])"), json::parse(R"({"height":1,"txs":1})"));
    EXPECT_EQ(rpc_.call("getblockstats", R"([1,["nope"]])").at("message"),
              json::value("Invalid selected statistic 'nope'"));
    EXPECT_EQ(rpc_.call("getblockstats", "[4]").at("message"),
              json::value("Target block height 4 after current tip 3"));
}

TEST_F(RegtestCalls, CommandsReachTheNode) {
    rpc_.call("invalidateblock", quoted(node_.tip().hash()));
    rpc_.call("reconsiderblock", quoted(node_.tip().hash()));
    rpc_.call("preciousblock", quoted(node_.tip().hash()));
    const std::string tip = to_hex(node_.tip().hash());
    EXPECT_EQ(node_.changes, (std::vector<std::string>{"invalidate " + tip, "reconsider " + tip, "precious " + tip}));
    EXPECT_EQ(rpc_.call("syncwithvalidationinterfacequeue"), json::value(nullptr));
    EXPECT_EQ(rpc_.call("stop"), json::value("Keel stopping"));
    EXPECT_TRUE(node_.stop_requested);
}

TEST_F(RegtestCalls, PruningNeedsItsModeAndALongChain) {
    EXPECT_NE(rpc_.text("pruneblockchain", "[1]").find("not in prune mode"), std::string::npos);
    node_.prune.enabled = true;
    EXPECT_NE(rpc_.text("pruneblockchain", "[1]").find("too short"), std::string::npos);
}

TEST_F(RegtestCalls, WaitsReturnAtOnceWhenThereIsNothingToWaitFor) {
    EXPECT_EQ(rpc_.call("waitforblockheight", "[3]").at("height"), json::value(3));
    EXPECT_EQ(rpc_.call("waitforblock", quoted(node_.tip().hash())).at("height"), json::value(3));
    EXPECT_EQ(rpc_.call("waitforblockheight", "[4,20]").at("height"), json::value(3));
    EXPECT_NE(rpc_.text("waitfornewblock", "[-1]").find("Negative timeout"), std::string::npos);
    const std::string other = to_hex(chain_.block(primitives::Height(1))->hash());
    EXPECT_EQ(rpc_.call("waitfornewblock", "[0,\"" + other + "\"]").at("height"), json::value(3));
}

TEST_F(RegtestCalls, BlockchainInfoDescribesTheTip) {
    const json::value info = rpc_.call("getblockchaininfo");
    EXPECT_EQ(info.at("chain"), json::value("regtest"));
    EXPECT_EQ(info.at("blocks"), json::value(3));
    EXPECT_EQ(info.at("headers"), json::value(3));
    EXPECT_EQ(info.at("size_on_disk"), json::value(1'234));
    EXPECT_EQ(info.at("pruned"), json::value(false));
    EXPECT_FALSE(info.as_object().contains("pruneheight"));
}

TEST_F(RegtestCalls, ProgressIsOneWhileTheTipIsRecent) {
    const auto progress = [this] { return rpc_.call("getblockchaininfo").at("verificationprogress"); };
    const std::int64_t tip_time = node_.tip().header().time;
    node_.time = unix_time(tip_time + 2 * 3600);
    EXPECT_EQ(progress(), json::value(1));
    node_.time = unix_time(tip_time + 2 * 3600 + 1);
    EXPECT_LT(progress().to_number<double>(), 1.0);
}

TEST_F(RegtestCalls, PeersAreShownAddedAndDisconnected) {
    api::Peer peer;
    peer.stats.peer = p2p::PeerId(4);
    peer.stats.remote = {wire::NetAddress::ipv4(10, 0, 0, 1), 8333};
    peer.stats.kind = p2p::ConnectionKind::inbound;
    peer.stats.user_agent = "/x:1/";
    peer.traffic.received_by_type["pong"] = 32;
    node_.state.peers.push_back(peer);
    const json::value shown = rpc_.call("getpeerinfo").at(0);
    EXPECT_EQ(shown.at("id"), json::value(4));
    EXPECT_EQ(shown.at("addr"), json::value("10.0.0.1:8333"));
    EXPECT_EQ(shown.at("connection_type"), json::value("inbound"));
    EXPECT_EQ(shown.at("bytesrecv_per_msg").at("pong"), json::value(32));
    EXPECT_EQ(rpc_.call("getconnectioncount"), json::value(1));
    EXPECT_EQ(rpc_.call("getnetworkinfo").at("connections_in"), json::value(1));

    EXPECT_EQ(rpc_.call("addnode", R"(["a:1","add"])"), json::value(nullptr));
    EXPECT_EQ(rpc_.call("addnode", R"(["a:1","add"])").at("code"), json::value(-23));
    EXPECT_EQ(rpc_.call("addnode", R"(["b:1","remove"])").at("code"), json::value(-24));
    EXPECT_EQ(rpc_.call("addnode", R"([" ","add"])").at("code"), json::value(-8));
    EXPECT_EQ(rpc_.call("addnode", R"(["a","what"])").at("code"), json::value(-1));

    EXPECT_EQ(rpc_.call("disconnectnode", R"(["9.9.9.9:1"])").at("code"), json::value(-29));
    EXPECT_EQ(rpc_.call("disconnectnode", R"(["10.0.0.1:8333",4])").at("code"), json::value(-32602));
    EXPECT_EQ(rpc_.call("disconnectnode", R"(["",4])"), json::value(nullptr));
    EXPECT_TRUE(node_.state.peers.empty());
    EXPECT_EQ(rpc_.call("setnetworkactive", "[false]"), json::value(false));
}

TEST_F(RegtestCalls, LogCategoriesAreSwitched) {
    EXPECT_EQ(rpc_.call("logging", R"([["net"]])"), json::parse(R"({"net":true})"));
    EXPECT_EQ(rpc_.call("logging", R"([[],["net"]])"), json::parse(R"({"net":false})"));
    EXPECT_EQ(rpc_.call("logging", R"([["nope"]])").at("message"), json::value("unknown logging category nope"));
}

TEST_F(RegtestCalls, TheMemoryPoolIsTruthfullyEmpty) {
    EXPECT_EQ(rpc_.call("getmempoolinfo").at("size"), json::value(0));
    EXPECT_EQ(rpc_.call("getmempoolinfo").at("loaded"), json::value(false));  // nobody has read a saved pool
    EXPECT_EQ(rpc_.call("getrawmempool"), json::value(json::array()));
    EXPECT_EQ(rpc_.call("getrawmempool", "[true]"), json::value(json::object()));
}

}  // namespace
}  // namespace keel::rpc
