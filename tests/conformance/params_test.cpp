// Network parameters against those that Bitcoin Core prints (util/getchainparams-*.json).
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "chain_data.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::conformance {
namespace {

using primitives::Params;

std::string text(const boost::json::object& object, std::string_view name) {
    return std::string(testing::text_of(object.at(name)));
}

void compare_pow(const Params& params, const boost::json::object& pow) {
    EXPECT_EQ(to_hex_reversed(params.pow.limit.to_le()), text(pow, "limit"));
    if (!pow.contains("target_spacing")) {
        EXPECT_TRUE(params.pow.no_retargeting);
        return;
    }
    EXPECT_EQ(params.pow.target_spacing, pow.at("target_spacing").as_int64());
    EXPECT_EQ(params.pow.interval(), pow.at("difficulty_retarget_interval").as_int64());
    const std::string minimum = text(pow, "mindiff_blocks");
    EXPECT_EQ(params.pow.allow_min_difficulty, minimum != "no");
    EXPECT_EQ(params.pow.enforce_timewarp_rule, minimum == "bip94");
    EXPECT_FALSE(params.pow.no_retargeting);
}

void compare(const Params& params, const std::string& name) {
    SCOPED_TRACE(name);
    const auto file = testing::load_json(*testing::data_path("vectors/core/util/getchainparams-" + name + ".json"));
    const auto& expected = file.as_object();
    EXPECT_EQ(params.name, text(expected, "chain"));
    EXPECT_EQ(params.network != primitives::Network::main, expected.at("test_chain").as_bool());
    EXPECT_EQ(to_hex(params.genesis->hash().span()), text(expected, "genesis"));
    EXPECT_EQ(params.halving_interval, expected.at("subsidy_halving_interval").as_int64());
    compare_pow(params, expected.at("pow").as_object());
    const auto& net = expected.at("net").as_object();
    EXPECT_EQ(params.default_port, net.at("default_port").as_int64());
    EXPECT_EQ(to_hex(params.magic), text(net, "magic"));
    EXPECT_EQ(params.prefixes.bech32_hrp, text(expected.at("addresses").as_object(), "bech32_hrp"));
    EXPECT_EQ(params.signet_blocks, expected.contains("signet"));
    if (params.signet_blocks) {
        EXPECT_EQ(to_hex(params.signet_challenge), text(expected.at("signet").as_object(), "challenge"));
    }
}

TEST(NetworkParams, AreThoseThatBitcoinCorePrints) {
    KEEL_DATA_OR_SKIP(const auto folder, "vectors/core/util");
    compare(primitives::main_params(), "mainnet");
    compare(primitives::testnet3_params(), "testnet");
    compare(primitives::testnet4_params(), "testnet4");
    compare(primitives::signet_params(), "signet");
    compare(primitives::regtest_params(), "regtest");
    const auto challenge = from_hex("512102f7561d208dd9ae99bf497273e16f389bdbd6c4742ddb8e6b216e64fa2928ad8f51ae");
    compare(primitives::signet_params_with(*challenge), "signet-custom");
}

}  // namespace
}  // namespace keel::conformance
