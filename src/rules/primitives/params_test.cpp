#include "rules/primitives/params.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::primitives {
namespace {

TEST(Params, GenesisBlocksHaveTheKnownHashesAndMerkleRoots) {
    constexpr std::string_view kFirstRoot = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b";
    struct Row {
        const Params& params;
        std::string_view hash;
        std::string_view root;
    };
    const Row rows[] = {
        {main_params(), "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f", kFirstRoot},
        {testnet3_params(), "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943", kFirstRoot},
        {testnet4_params(), "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043",
         "7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e"},
        {signet_params(), "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6", kFirstRoot},
        {regtest_params(), "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206", kFirstRoot},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(to_hex(row.params.genesis->hash()), row.hash) << row.params.name;
        EXPECT_EQ(to_hex(row.params.genesis->header().merkle_root), row.root) << row.params.name;
        EXPECT_EQ(to_hex(row.params.genesis->tx(0).txid()), row.root) << row.params.name;
    }
}

TEST(Params, FirstGenesisBlockIsThe285KnownBytes) {
    const Block& block = *main_params().genesis;
    EXPECT_EQ(block.raw().size(), 285U);
    EXPECT_EQ(
        to_hex(block.tx(0).input(0).script_sig()),
        "04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f6620"
        "7365636f6e64206261696c6f757420666f722062616e6b73");
    EXPECT_EQ(block.tx(0).output(0).value(), Amount(50 * kSatoshiPerBitcoin));
}

TEST(Params, SignetMagicFollowsFromTheChallenge) {
    EXPECT_EQ(to_hex(signet_params().magic), "0a03cf40");
    const Params other = signet_params_with({std::byte{0x51}});
    EXPECT_EQ(to_hex(other.magic), "54d26fbd");
    EXPECT_TRUE(other.minimum_chain_work.is_zero());
    EXPECT_TRUE(other.assume_valid.is_zero());
}

TEST(Params, RetargetIntervalIsTwoWeeksOfTenMinutesEverywhereButOnRegtest) {
    for (const Params* params : {&main_params(), &testnet3_params(), &testnet4_params(), &signet_params()}) {
        EXPECT_EQ(params->pow.interval(), 2016) << params->name;
    }
    EXPECT_EQ(regtest_params().pow.interval(), 144);
}

void expect_as_listed(const Params& params, const boost::json::value& listed) {
    EXPECT_EQ(params.name, testing::text_of(listed.at("chain")));
    EXPECT_EQ(to_hex(ByteSpan(params.genesis->hash().bytes)), testing::text_of(listed.at("genesis")));
    EXPECT_EQ(params.halving_interval, listed.at("subsidy_halving_interval").as_int64());
    EXPECT_EQ(to_hex_reversed(params.pow.limit.to_le()), testing::text_of(listed.at_pointer("/pow/limit")));
    EXPECT_EQ(params.default_port, listed.at_pointer("/net/default_port").as_int64());
    EXPECT_EQ(to_hex(params.magic), testing::text_of(listed.at_pointer("/net/magic")));
    EXPECT_EQ(params.prefixes.bech32_hrp, testing::text_of(listed.at_pointer("/addresses/bech32_hrp")));
    if (const auto* challenge = listed.as_object().if_contains("signet")) {
        EXPECT_EQ(to_hex(params.signet_challenge), testing::text_of(challenge->at("challenge")));
    }
    if (!params.pow.no_retargeting) {
        EXPECT_EQ(params.pow.target_spacing, listed.at_pointer("/pow/target_spacing").as_int64());
        EXPECT_EQ(params.pow.interval(), listed.at_pointer("/pow/difficulty_retarget_interval").as_int64());
    }
}

TEST(Params, AgreeWithWhatCoreListsForEachNetwork) {
    KEEL_DATA_OR_SKIP(const auto folder, "vectors/core/util");
    const std::pair<const Params&, const char*> rows[] = {{main_params(), "mainnet"},
                                                          {testnet3_params(), "testnet"},
                                                          {testnet4_params(), "testnet4"},
                                                          {signet_params(), "signet"},
                                                          {regtest_params(), "regtest"}};
    for (const auto& [params, file] : rows) {
        SCOPED_TRACE(file);
        expect_as_listed(params, testing::load_json(folder / (std::string("getchainparams-") + file + ".json")));
    }
    const Params custom = signet_params_with(
        from_hex("512102f7561d208dd9ae99bf497273e16f389bdbd6c4742ddb8e6b216e64fa2928ad8f51ae").value());
    expect_as_listed(custom, testing::load_json(folder / "getchainparams-signet-custom.json"));
}

}  // namespace
}  // namespace keel::primitives
