#include "rules/address/descriptor.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace keel::address {
namespace {

const primitives::AddressPrefixes& prefixes() { return primitives::regtest_params().prefixes; }

std::string inferred(std::string_view script_hex) { return infer_descriptor(*from_hex(script_hex), prefixes()); }

std::string script(std::string_view descriptor) {
    const auto out = script_of_descriptor(descriptor, prefixes());
    return out ? to_hex(*out) : out.error().text;
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
    EXPECT_EQ(script("raw(xx)"), "Raw script is not hex");
    EXPECT_EQ(script("addr(nowhere)"), "Address is not valid");
    EXPECT_EQ(script("wpkh(02)"), "'wpkh' is not a descriptor function that this version knows");
    EXPECT_EQ(script("raw(00"), "'raw(00' is not a valid descriptor function");
    EXPECT_EQ(script("\x01"), "Invalid characters in payload");
}

}  // namespace
}  // namespace keel::address
