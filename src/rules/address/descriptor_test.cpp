#include "rules/address/descriptor.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace keel::address {
namespace {

const primitives::AddressPrefixes& prefixes() { return primitives::regtest_params().prefixes; }

const std::string kKey = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const std::string kTpub =
    "tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76uZPStJRJCTKvosUCJZL5B";

std::string inferred(std::string_view script_hex) { return infer_descriptor(*from_hex(script_hex), prefixes()); }

// The scripts at a position in hex, separated by blanks, or the error.
std::string script(std::string_view descriptor, std::uint32_t index = 0) {
    const auto parsed = Descriptor::parse(descriptor, prefixes());
    if (!parsed) {
        return parsed.error().text;
    }
    KeyStore store;
    const auto scripts = parsed->front().expand(index, store);
    std::string out;
    for (const Bytes& each : scripts.value_or(std::vector<Bytes>())) {
        out += (out.empty() ? "" : " ") + to_hex(each);
    }
    return scripts ? out : "needs secrets";
}

TEST(DescriptorChecksum, KnownAnswers) {
    // BIP380, test vectors.
    EXPECT_EQ(descriptor_checksum("raw(deadbeef)"), "89f8spxm");
    EXPECT_EQ(descriptor_checksum("raw(\xc3\xa9)"), "");
}

TEST(InferDescriptor, SaysWhatTheScriptAloneTells) {
    const std::string key = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    EXPECT_TRUE(inferred("21" + key + "ac").starts_with("pk(" + key + ")#"));
    EXPECT_TRUE(inferred("5121" + key + "51ae").starts_with("multi(1," + key + ")#"));
    EXPECT_TRUE(inferred("5120" + key.substr(2)).starts_with("rawtr(" + key.substr(2) + ")#"));
    EXPECT_EQ(inferred("0014751e76e8199196d454941c45d1b3a323f1433bd6"),
              "addr(bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080)#8pk5s7ya");
    EXPECT_TRUE(inferred("6a0102").starts_with("raw(6a0102)#"));
    // A key that is no point, and the hybrid form, have no descriptor of their own.
    EXPECT_TRUE(inferred("2102" + std::string(64, 'f') + "ac").starts_with("raw("));
    EXPECT_TRUE(inferred("5120" + std::string(64, 'f')).starts_with("addr(bcrt1p"));
}

TEST(ScriptOfDescriptor, ReadsRawScriptsAndAddresses) {
    EXPECT_EQ(script("raw(deadbeef)#89f8spxm"), "deadbeef");
    EXPECT_EQ(script("raw()"), "");
    EXPECT_EQ(script("addr(bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080)#8pk5s7ya"),
              "0014751e76e8199196d454941c45d1b3a323f1433bd6");
}

TEST(ScriptOfDescriptor, NamesWhatIsWrong) {
    EXPECT_EQ(script("raw(deadbeef)#89f8spxq"),
              "Provided checksum '89f8spxq' does not match computed checksum '89f8spxm'");
    EXPECT_EQ(script("raw(deadbeef)#"), "Expected 8 character checksum, not 0 characters");
    EXPECT_EQ(script("raw(deadbeef)##"), "Multiple '#' symbols");
    EXPECT_EQ(script("raw(xx)"), "Raw script is not hex");
    EXPECT_EQ(script("addr(nowhere)"), "Address is not valid");
    EXPECT_EQ(script("wpkh(02)"), "wpkh(): Pubkey '02' is invalid");
    EXPECT_EQ(script("raw(00"), "'raw(00' is not a valid descriptor function");
    EXPECT_EQ(script("\x01"), "Invalid characters in payload");
    EXPECT_EQ(script("sh(raw(00))"), "Can only have raw() at top level");
    EXPECT_EQ(script("wsh(x)"), "A function is needed within P2WSH");
    EXPECT_EQ(script("multi(4," + kKey + ")"),
              "Multisig threshold cannot be larger than the number of keys; threshold is 4 but only 1 keys specified");
    EXPECT_EQ(script("multi(a," + kKey + ")"), "Multi threshold 'a' is not valid");
    EXPECT_EQ(script("tr(" + kKey + ",{pk(" + kKey + ")})"), "tr(): expected ',' after script expression");
    EXPECT_EQ(script("pkh([aaaa]" + kKey + ")"),
              "pkh(): Fingerprint is not 4 bytes (4 characters instead of 8 characters)");
    EXPECT_EQ(script("pkh(" + kTpub + "/2147483648)"), "pkh(): Key path value 2147483648 is out of range");
    EXPECT_EQ(script("pkh(" + kTpub + "/<0>/*)"), "Multipath key path specifiers must have at least two items");
    EXPECT_EQ(script("pkh(" + kTpub + "/<0;1>/<0;1>)"), "Multiple multipath key path specifiers found");
}

TEST(Descriptor, HardenedStepsNeedTheSecret) { EXPECT_EQ(script("pkh(" + kTpub + "/0h/*)"), "needs secrets"); }

// Each line: descriptor, position, scripts. From the test vectors of BIP381, BIP382, BIP383, BIP384 and BIP386.
const struct {
    const char* descriptor;
    std::uint32_t index;
    const char* scripts;
} kVectors[] = {
    {"pkh([deadbeef/1/2'/3/4']L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1)", 0,
     "76a9149a1c78a507689f6f54b847ad1cef1e614ee23f1e88ac"},
    {"pk(5KYZdUEo39z3FPrtuX2QbbwGnNP5zTd7yyr2SC1j299sBCnWjss)", 0,
     "4104a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd5b8dec5235a0fa8722476c7709c0"
     "2559e3aa73aa03918ba2d492eea75abea235ac"},
    {"sh(pkh(L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1))", 0,
     "a9141a31ad23bf49c247dd531a623c2ef57da3c400c587"},
    {"pkh(xprv9s21ZrQH143K31xYSDQpPDxsXRTUcvj2iNHm5NUtrGiGG5e2DtALGdso3pGz6ssrdK4PFmM8NSpSBHNqPqm55Qn3"
     "LqFtT2emdEXVYsCzC2U/2147483647'/0)",
     0, "76a914ebdc90806a9c4356c1c88e42216611e1cb4c1c1788ac"},
    {"pkh([bd16bee5/2147483647h]xpub69H7F5dQzmVd3vPuLKtcXJziMEQByuDidnX3YdwgtNsecY5HRGtAAQC5mXTt4dsv9R"
     "zyjgDjAQs9VGVV6ydYCHnprc9vvaA5YtqWyL6hyds/0)",
     0, "76a914ebdc90806a9c4356c1c88e42216611e1cb4c1c1788ac"},
    {"wpkh([ffffffff/13']xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjX"
     "oUmmDznezpbZb7ap6r1D3tgFxHmwMkQTPH/1/2/*)",
     2, "00141fa798efd1cbf95cebf912c031b8a4a6e9fb9f27"},
    {"sh(wpkh(xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNN"
     "U3TGtRBeJgk33yuGBxrMPHi/10/20/30/40/*'))",
     1, "a914bed59fc0024fae941d6e20a3b44a109ae740129287"},
    {"sh(wsh(pkh(L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1)))", 0,
     "a914b61b92e2ca21bac1e72a3ab859a742982bea960a87"},
    {"multi(1,L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1,5KYZdUEo39z3FPrtuX2QbbwGnNP5zTd7yyr"
     "2SC1j299sBCnWjss)",
     0,
     "512103a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd4104a34b99f22c790c4e36b2b3"
     "c2c35a36db06226e41c692fc82b8b56ac1c540c5bd5b8dec5235a0fa8722476c7709c02559e3aa73aa03918ba2d492ee"
     "a75abea23552ae"},
    {"sortedmulti(2,xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4AL"
     "HY2grBGRjaDMzQLcgJvLJuZZvRcEL/*,xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbh"
     "hTHBaohPX4CjNLf9fq9MYo6oDaPPLPxSb7gwQN3ih19Zm4Y/0/0/*)",
     1,
     "52210264fd4d1f5dea8ded94c61e9641309349b62f27fbffe807291f664e286bfbe6472103f4ece6dfccfa37b211eb3d"
     "0af4d0c61dba9ef698622dc17eecdf764beeb005a652ae"},
    {"wsh(multi(2,xprv9s21ZrQH143K31xYSDQpPDxsXRTUcvj2iNHm5NUtrGiGG5e2DtALGdso3pGz6ssrdK4PFmM8NSpSBHNq"
     "Pqm55Qn3LqFtT2emdEXVYsCzC2U/2147483647'/0,xprv9vHkqa6EV4sPZHYqZznhT2NPtPCjKuDKGY38FBWLvgaDx45zo9"
     "WQRUT3dKYnjwih2yJD9mkrocEZXo1ex8G81dwSM1fwqWpWkeS3v86pgKt/1/2/*,xprv9s21ZrQH143K3QTDL4LXw2F7HEK3"
     "wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi/10/20/30/40/*'))",
     2, "0020a96e7ab4607ca6b261bfe3245ffda9c746b28d3f59e83d34820ec0e2b36c139c"},
    {"tr(a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd)", 0,
     "512077aab6e066f8a7419c5ab714c12c67d25007ed55a43cadcacb4d7a970a093f11"},
    {"tr(xprvA1RpRA33e1JQ7ifknakTFpgNXPmW2YvmhqLQYMmrj4xJXXWYpDPS3xz7iAxn8L39njGVyuoseXzU6rcxFLJ8HFsTj"
     "SyQbLYnMpCqE2VbFWc/0/*,pk(xprvA1RpRA33e1JQ7ifknakTFpgNXPmW2YvmhqLQYMmrj4xJXXWYpDPS3xz7iAxn8L39nj"
     "GVyuoseXzU6rcxFLJ8HFsTjSyQbLYnMpCqE2VbFWc/1/*))",
     2, "512021024954fcec88237a9386fce80ef2ced5f1e91b422b26c59ccfc174c8d1ad25"},
    {"tr(a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd,{pk(xprvA2JDeKCSNNZky6uBCviV"
     "fJSKyQ1mDYahRjijr5idH2WwLsEd4Hsb2Tyh8RfQMuPh7f7RtyzTtdrbdqqsunu5Mm3wDvUAKRHSC34sJ7in334/0),{{pk("
     "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDMzQ"
     "LcgJvLJuZZvRcEL),pk(02df12b7035bdac8e3bab862a3a83d06ea6b17b6753d52edecba9be46f5d09e076)},pk(L4rK"
     "1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1)}})",
     0, "512071fff39599a7b78bc02623cbe814efebf1a404f5d8ad34ea80f213bd8943f574"},
    {"combo(L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1)", 0,
     "2103a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bdac 76a9149a1c78a507689f6f54b"
     "847ad1cef1e614ee23f1e88ac 00149a1c78a507689f6f54b847ad1cef1e614ee23f1e a91484ab21b1b2fd065d4504f"
     "f693d832434b6108d7b87"},
};

TEST(Descriptor, GivesTheScriptsOfTheBips) {
    for (const auto& [descriptor, index, scripts] : kVectors) {
        const auto parsed = Descriptor::parse(descriptor, primitives::main_params().prefixes);
        ASSERT_TRUE(parsed) << descriptor << ": " << parsed.error().text;
        KeyStore store;
        const auto got = parsed->front().expand(index, store);
        ASSERT_TRUE(got) << descriptor;
        std::string text;
        for (const Bytes& each : *got) {
            text += (text.empty() ? "" : " ") + to_hex(each);
        }
        EXPECT_EQ(text, scripts) << descriptor;
    }
}

}  // namespace
}  // namespace keel::address
