#include "rules/primitives/custom_network.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "testing/data.hpp"

namespace keel::primitives {
namespace {

constexpr std::string_view kSmallest = R"(name = tiny
magic = 01020304
port = 20001
rpc_port = 20002
pow.limit = 7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
address.bech32 = ty
genesis.time = 1296688602
genesis.nonce = 2
genesis.bits = 207fffff
genesis.text = The Times 03/Jan/2009 Chancellor on brink of second bailout for banks
genesis.pubkey = 04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f
)";

// The smallest file with `from` replaced by `to`.
std::string with(std::string_view from, std::string_view to) {
    std::string text(kSmallest);
    const auto place = text.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return text.replace(place, from.size(), to);
}

std::string error_of(std::string_view text) {
    const auto params = parse_custom_network(text);
    return params ? "no error" : params.error().text();
}

// What stands between the fences of the example in the documentation.
std::string documented_example() {
    const Bytes file = testing::read_file(testing::source_path("docs/custom-network.md"));
    const std::string_view text = as_text(file);
    constexpr std::string_view kFence = "```ini\n";
    const auto begin = text.find(kFence) + kFence.size();
    return std::string(text.substr(begin, text.find("```", begin) - begin));
}

TEST(CustomNetwork, RegtestsConstantsGiveRegtestsGenesisBlock) {
    const auto params = parse_custom_network(kSmallest);
    ASSERT_TRUE(params) << params.error().text();
    EXPECT_EQ(params->genesis->hash(), regtest_params().genesis->hash());
    EXPECT_EQ(params->network, Network::custom);
    EXPECT_EQ(params->directory, "tiny");
    EXPECT_EQ(params->pow.interval(), 2016);
    EXPECT_EQ(params->buried.segwit, Height(0));
    EXPECT_FALSE(params->signet_blocks);
}

TEST(CustomNetwork, GenesisBlockMayBeGivenAsItIs) {
    std::string text(kSmallest.substr(0, kSmallest.find("genesis.time")));
    text += "genesis.raw = " + to_hex(regtest_params().genesis->raw());
    const auto params = parse_custom_network(text);
    ASSERT_TRUE(params) << params.error().text();
    EXPECT_EQ(params->genesis->hash(), regtest_params().genesis->hash());
}

TEST(CustomNetwork, DocumentedExampleParses) {
    const auto params = parse_custom_network(documented_example());
    ASSERT_TRUE(params) << params.error().text();
    EXPECT_EQ(params->name, "tutorial");
    EXPECT_EQ(params->pow.target_spacing, 60);
    EXPECT_EQ(params->pow.interval(), 1440);
    EXPECT_EQ(params->halving_interval, 10'000);
    ASSERT_EQ(params->deployments.size(), 2U);
    EXPECT_EQ(params->deployments[0].name, "testdummy");
    EXPECT_EQ(params->deployments[0].threshold, 108);
    EXPECT_EQ(params->deployments[1].start_time, Deployment::kAlwaysActive);
    EXPECT_TRUE(params->mine_on_demand);
}

TEST(CustomNetwork, DocumentationNamesEveryKey) {
    const Bytes file = testing::read_file(testing::source_path("docs/custom-network.md"));
    for (const std::string_view key : custom_network_keys()) {
        EXPECT_NE(as_text(file).find("`" + std::string(key) + "`"), std::string_view::npos) << key;
    }
}

TEST(CustomNetwork, SignetChallengeGivesTheMagic) {
    const auto params = parse_custom_network(with("magic = 01020304", "signet.challenge = 51"));
    ASSERT_TRUE(params) << params.error().text();
    EXPECT_TRUE(params->signet_blocks);
    EXPECT_EQ(to_hex(params->magic), "54d26fbd");
}

TEST(CustomNetwork, EveryErrorIsOneSentenceThatNamesTheLine) {
    const struct {
        std::string text;
        std::string error;
    } rows[] = {
        {with("port = 20001", "port 20001"), "line 3: must have the form: key = value"},
        {with("port = 20001", "prot = 20001"), "line 3: there is no key called prot"},
        {with("port = 20001", "port = 0"), "line 3: port must be a whole number from 1 to 65535"},
        {with("port = 20001", "port = 20001x"), "line 3: port must be a whole number from 1 to 65535"},
        {with("rpc_port = 20002", "rpc_port = 20001"), "line 4: rpc_port must differ from port"},
        {with("magic = 01020304", "magic = 0102030"), "line 2: magic must be 8 hexadecimal digits"},
        {with("magic = 01020304", "magic = f9beb4d9"), "line 2: magic must not be that of network main"},
        {with("magic = 01020304", ""), "magic is missing"},
        {with("name = tiny", "name = Tiny"), "line 1: name must be 1 to 32 lower-case letters, digits, '-' or '_'"},
        {with("name = tiny", "name = main"), "line 1: name must not be that of a built-in network"},
        {with("name = tiny", "name = tiny\ndirectory = signet"),
         "line 2: directory must not be that of network signet"},
        {with("port = 20001", "port = 20001\nport = 20003"), "line 4: port was given before, in line 3"},
        {with("genesis.nonce = 2", "genesis.nonce = 7"),
         "line 8: the genesis block does not meet its own proof of work; nonce 0 does"},
        {with("genesis.bits = 207fffff", "genesis.bits = 217fffff"),
         "line 9: the genesis block's target must be above zero and at most pow.limit"},
        {with("genesis.bits = 207fffff", "genesis.bits = 20ffffff"),
         "line 9: the genesis block's target must be above zero and at most pow.limit"},
        {with("genesis.time = 1296688602", ""), "genesis.time is missing (or give genesis.raw)"},
        {std::string(kSmallest) + "genesis.raw = 00", "line 12: genesis.raw must be hexadecimal, 80 to 4000000 bytes"},
        {std::string(kSmallest) + "genesis.raw = " + std::string(162, '0') + "00",
         "line 12: genesis.raw is not a block: bytes are left over at the end"},
        {std::string(kSmallest) + "pow.timespan = 1000", "line 12: pow.timespan must be a multiple of pow.spacing"},
        {std::string(kSmallest) + "pow.no_retarget = true", "line 12: pow.no_retarget must be yes or no"},
        {std::string(kSmallest) + "address.script_hash = 111",
         "line 12: address.script_hash must differ from address.pubkey_hash"},
        {std::string(kSmallest) + "deployment = a 1 2",
         "line 12: deployment must be: name bit start timeout [minimum-height [period threshold]]"},
        {std::string(kSmallest) + "deployment = a 29 0 never",
         "line 12: deployment must be a whole number from 0 to 28"},
        {std::string(kSmallest) + "deployment = a 1 0 never\ndeployment = b 1 0 never",
         "line 13: deployment repeats the name or bit of deployment a"},
        {std::string(kSmallest) + "deployment = a 1 0 never 0 144 145",
         "line 12: deployment must be a whole number from 1 to 144"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(error_of(row.text), row.error);
    }
}

TEST(CustomNetwork, DamagedTextNeverCrashes) {
    Rng rng(5);
    for (int round = 0; round < 2000; ++round) {
        std::string text(kSmallest);
        text[rng.below(text.size())] = static_cast<char>(rng.next() & 0x7FU);
        text.resize(rng.chance(1, 2) ? text.size() : rng.below(text.size()));
        const auto params = parse_custom_network(text);
        if (!params) {
            EXPECT_FALSE(params.error().reason.empty());
        }
    }
}

}  // namespace
}  // namespace keel::primitives
