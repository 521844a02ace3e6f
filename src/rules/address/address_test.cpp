#include "rules/address/address.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "rules/address/base58.hpp"
#include "rules/address/bech32.hpp"
#include "rules/address/secret_key.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::address {
namespace {

using primitives::Params;

// BIP173 "Test vectors" and BIP350 "Test vectors".
constexpr std::string_view kValidBech32[] = {
    "A12UEL5L",
    "a12uel5l",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
    "?1ezyfcl"};
constexpr std::string_view kInvalidBech32[] = {
    "\x20"
    "1nwldj5",
    "\x7f"
    "1axkwrx",
    "\x80"
    "1eym55h",
    "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx",
    "pzry9x0s0muk",
    "1pzry9x0s0muk",
    "x1b4n0q5v",
    "li1dgmt3",
    "de1lg7wt"
    "\xff",
    "A1G7SGD8",
    "10a06t8",
    "1qzzfhee"};
constexpr std::string_view kValidBech32m[] = {
    "A1LQFN3A",
    "a1lqfn3a",
    "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
    "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
    "11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8",
    "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
    "?1v759aa"};
constexpr std::string_view kInvalidBech32m[] = {
    "\x20"
    "1xj0phk",
    "\x7f"
    "1g6xzxy",
    "\x80"
    "1vctc34",
    "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4",
    "qyrz8wqd2c9m",
    "1qyrz8wqd2c9m",
    "y1b0jsk6g",
    "lt1igcx5c0",
    "in1muywd",
    "mm1crxm3i",
    "au1s5cgom",
    "M1VUXWEZ",
    "16plkw9",
    "1p2gdwpf"};
constexpr std::pair<std::string_view, std::string_view> kValidAddresses[] = {
    {"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "0014751e76e8199196d454941c45d1b3a323f1433bd6"},
    {"tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
     "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"},
    {"bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
     "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6"},
    {"BC1SW50QGDZ25J", "6002751e"},
    {"bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "5210751e76e8199196d454941c45d1b3a323"},
    {"tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
     "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"},
    {"tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
     "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"},
    {"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
     "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"}};
constexpr std::pair<std::string_view, AddressError> kInvalidAddresses[] = {
    {"tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut", AddressError::unknown_encoding},
    {"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", AddressError::needs_bech32m},
    {"tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf", AddressError::needs_bech32m},
    {"BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", AddressError::needs_bech32m},
    {"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", AddressError::needs_bech32},
    {"tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47", AddressError::needs_bech32},
    {"bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", AddressError::bech32_checksum},
    {"BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", AddressError::witness_version},
    {"bc1pw5dgrnzv", AddressError::program_size},
    {"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav", AddressError::program_size},
    {"BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", AddressError::program_size},
    {"tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", AddressError::bech32_checksum},
    {"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", AddressError::padding},
    {"tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j", AddressError::padding},
    {"bc1gmk9yu", AddressError::empty_data}};

const Params& network(std::string_view name) {
    if (name == "main") {
        return primitives::main_params();
    }
    if (name == "test") {
        return primitives::testnet3_params();
    }
    if (name == "testnet4") {
        return primitives::testnet4_params();
    }
    return name == "signet" ? primitives::signet_params() : primitives::regtest_params();
}

constexpr std::string_view kNetworks[] = {"main", "test", "testnet4", "signet", "regtest"};

std::string flip_case(std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') {
            c = static_cast<char>(c - 'a' + 'A');
        } else if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return text;
}

std::string lower(std::string text) {
    return std::ranges::any_of(text, [](char c) { return c >= 'a' && c <= 'z'; }) ? text : flip_case(text);
}

TEST(Base58, CoreVectorsGoBothWays) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/base58_encode_decode.json");
    const auto rows = testing::load_json(path);
    for (const auto& row : rows.as_array()) {
        const Bytes bytes = from_hex(testing::text_of(row.at(0))).value();
        const auto text = testing::text_of(row.at(1));
        EXPECT_EQ(base58_encode(bytes), text);
        EXPECT_EQ(base58_decode(text, bytes.size()), bytes);
        if (!bytes.empty()) {
            EXPECT_EQ(base58_decode(text, bytes.size() - 1), std::nullopt) << text;
        }
    }
}

TEST(Base58, RandomBytesComeBackAndForeignCharactersAreRefused) {
    Rng rng(1);
    for (int round = 0; round < 500; ++round) {
        Bytes bytes(rng.below(60));
        rng.fill(bytes);
        std::fill_n(bytes.begin(), std::min<std::size_t>(bytes.size(), rng.below(4)), std::byte{0});
        EXPECT_EQ(base58_decode(base58_encode(bytes), 60), bytes);
        EXPECT_EQ(base58check_decode(base58check_encode(bytes), 60), bytes);
        std::string damaged = base58check_encode(bytes);
        char& c = damaged[rng.below(damaged.size())];
        c = c == 'z' ? 'y' : 'z';
        EXPECT_EQ(base58check_decode(damaged, 60), std::nullopt);
    }
    for (const auto* text : {"0", "O", "I", "l", " 1", "1 ", "+"}) {
        EXPECT_EQ(base58_decode(text, 10), std::nullopt) << text;
    }
}

TEST(Bech32, BipVectorsAreAcceptedInTheirFormAndWrittenBack) {
    for (const auto text : kValidBech32) {
        const auto parts = bech32_decode(text);
        ASSERT_TRUE(parts) << text;
        EXPECT_EQ(parts->form, Bech32Form::bech32) << text;
        EXPECT_EQ(bech32_encode(*parts), lower(std::string(text)));
    }
    for (const auto text : kValidBech32m) {
        const auto parts = bech32_decode(text);
        ASSERT_TRUE(parts) << text;
        EXPECT_EQ(parts->form, Bech32Form::bech32m) << text;
        EXPECT_EQ(bech32_encode(*parts), lower(std::string(text)));
    }
}

TEST(Bech32, InvalidBipVectorsAreRefused) {
    for (const auto text : kInvalidBech32) {
        const auto parts = bech32_decode(text);
        EXPECT_TRUE(!parts || parts->form != Bech32Form::bech32) << text;
    }
    for (const auto text : kInvalidBech32m) {
        const auto parts = bech32_decode(text);
        EXPECT_TRUE(!parts || parts->form != Bech32Form::bech32m) << text;
    }
}

TEST(Bech32, SymbolsHoldEveryByteString) {
    Rng rng(2);
    for (std::size_t size = 0; size < 80; ++size) {
        Bytes bytes(size);
        rng.fill(bytes);
        EXPECT_EQ(from_symbols(to_symbols(bytes)), bytes);
    }
}

TEST(Address, Bip350VectorsMeanTheirScripts) {
    for (const auto& [text, script] : kValidAddresses) {
        const Params& params = network(lower(std::string(text)).starts_with("bc") ? "main" : "test");
        const auto destination = decode_address(text, params.prefixes);
        ASSERT_TRUE(destination) << text;
        EXPECT_EQ(to_hex(script_of(*destination)), script);
        EXPECT_EQ(destination_of(from_hex(script).value()), *destination);
        EXPECT_EQ(encode_address(*destination, params.prefixes), lower(std::string(text)));
    }
}

TEST(Address, InvalidBip350VectorsHaveTheirReason) {
    for (const auto& [text, error] : kInvalidAddresses) {
        const Params& params = network(lower(std::string(text)).starts_with("tb") ? "test" : "main");
        const auto destination = decode_address(text, params.prefixes);
        ASSERT_FALSE(destination) << text;
        EXPECT_EQ(destination.error(), error) << text << ": " << describe(destination.error());
    }
}

TEST(Address, CoreVectorsOfAddressesGoBothWays) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/key_io_valid.json");
    const auto rows = testing::load_json(path);
    for (const auto& row : rows.as_array()) {
        const std::string text(testing::text_of(row.at(0)));
        const auto& about = row.at(2).as_object();
        const Params& params = network(testing::text_of(about.at("chain")));
        if (about.at("isPrivkey").as_bool()) {
            EXPECT_FALSE(decode_address(text, params.prefixes)) << text;
            continue;
        }
        const Bytes script = from_hex(testing::text_of(row.at(1))).value();
        const auto destination = decode_address(text, params.prefixes);
        ASSERT_TRUE(destination) << text;
        EXPECT_EQ(script_of(*destination), script);
        EXPECT_EQ(encode_address(destination_of(script).value(), params.prefixes), text);
        EXPECT_FALSE(decode_secret_key(text, params.prefixes));
        const auto flipped = decode_address(flip_case(text), params.prefixes);
        const bool may_flip = about.contains("tryCaseFlip") && about.at("tryCaseFlip").as_bool();
        EXPECT_EQ(flipped.has_value(), may_flip) << text;
    }
}

TEST(Address, CoreVectorsOfSecretKeysGoBothWays) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/key_io_valid.json");
    int total = 0;
    const auto rows = testing::load_json(path);
    for (const auto& row : rows.as_array()) {
        const auto& about = row.at(2).as_object();
        if (!about.at("isPrivkey").as_bool()) {
            continue;
        }
        const auto text = testing::text_of(row.at(0));
        const Params& params = network(testing::text_of(about.at("chain")));
        const auto key = decode_secret_key(text, params.prefixes);
        ASSERT_TRUE(key) << text;
        EXPECT_EQ(to_hex(key->key.bytes()), testing::text_of(row.at(1)));
        EXPECT_EQ(key->compressed, about.at("isCompressed").as_bool());
        EXPECT_EQ(encode_secret_key(*key, params.prefixes), text);
        ++total;
    }
    EXPECT_GT(total, 10);
}

TEST(Address, InvalidCoreVectorsAreRefusedOnEveryNetwork) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/key_io_invalid.json");
    const auto rows = testing::load_json(path);
    for (const auto& row : rows.as_array()) {
        const auto text = testing::text_of(row.at(0));
        for (const auto name : kNetworks) {
            EXPECT_FALSE(decode_address(text, network(name).prefixes)) << text;
            EXPECT_FALSE(decode_secret_key(text, network(name).prefixes)) << text;
        }
    }
}

TEST(Address, PayToAnchorHasItsKnownAddress) {
    const Bytes script = from_hex("51024e73").value();
    ASSERT_EQ(destination_of(script), Destination(Anchor{}));
    EXPECT_EQ(encode_address(Anchor{}, network("main").prefixes), "bc1pfeessrawgf");
    EXPECT_EQ(encode_address(Anchor{}, network("regtest").prefixes), "bcrt1pfeesnyr2tx");
    EXPECT_EQ(script_of(Anchor{}), script);
}

TEST(Address, Base58ErrorsAreToldApart) {
    const auto& main = network("main").prefixes;
    const auto error_of = [&](std::string_view text) { return decode_address(text, main).error(); };
    EXPECT_EQ(error_of(""), AddressError::base58_checksum);
    EXPECT_EQ(error_of("not an address"), AddressError::unknown_encoding);
    EXPECT_EQ(error_of("1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mp"), AddressError::base58_checksum);
    EXPECT_EQ(error_of("mzK2FFDEhxqHcmrJw1ysqFkVyhUULo45hZ"), AddressError::base58_version);
    EXPECT_EQ(error_of(base58check_encode(Bytes(20))), AddressError::base58_length);
}

TEST(Address, ScriptsWithoutAnAddressHaveNoDestination) {
    for (const auto* script : {"", "51", "6a", "0014",
                               "0013"
                               "00000000000000000000000000000000000000",
                               "76a914000000000000000000000000000000000000000088", "5101ff",
                               "a91400000000000000000000000000000000000000008887", "50024e73", "61024e73"}) {
        EXPECT_EQ(destination_of(from_hex(script).value()), std::nullopt) << script;
    }
}

}  // namespace
}  // namespace keel::address
