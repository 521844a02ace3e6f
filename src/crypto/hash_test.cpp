#include "crypto/hash.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "crypto/sha256.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::crypto {
namespace {

using testing::text_of;

Bytes hex(const boost::json::value& value) { return *from_hex(text_of(value)); }

struct Algorithm {
    const char* name;
    const char* nist_file;
    std::string (*hash)(ByteSpan);
};

const Algorithm kAlgorithms[] = {
    {"SHA1", "SHA1ShortMsg.rsp", [](ByteSpan in) { return to_hex(sha1(in)); }},
    {"SHA256", "SHA256ShortMsg.rsp", [](ByteSpan in) { return to_hex(sha256(in).span()); }},
    {"SHA512", "SHA512ShortMsg.rsp", [](ByteSpan in) { return to_hex(sha512(in)); }},
    {"RIPEMD160", nullptr, [](ByteSpan in) { return to_hex(ripemd160(in)); }},
};

class Hashes : public ::testing::TestWithParam<Algorithm> {};

TEST_P(Hashes, GiveThePublishedAnswers) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/crypto/core_crypto_vectors.json");
    const auto vectors = testing::load_json(path);
    const auto& cases = vectors.at(GetParam().name).as_array();
    ASSERT_FALSE(cases.empty());
    for (const auto& vector : cases) {
        EXPECT_EQ(GetParam().hash(as_bytes(text_of(vector.at("in")))), text_of(vector.at("out")));
    }
}

class NistHashes : public Hashes {};

TEST_P(NistHashes, AgreeWithNist) {
    KEEL_DATA_OR_SKIP(const auto path, std::string("vectors/crypto/nist/") + GetParam().nist_file);
    std::size_t length = 0;
    Bytes message;
    int checked = 0;
    for (const std::string& line : testing::read_lines(path)) {
        if (line.starts_with("Len = ")) {
            length = std::stoul(line.substr(6)) / 8;
        } else if (line.starts_with("Msg = ")) {
            message = *from_hex(line.substr(6));
            message.resize(length);
        } else if (line.starts_with("MD = ")) {
            EXPECT_EQ(GetParam().hash(message), line.substr(5)) << length;
            ++checked;
        }
    }
    EXPECT_GE(checked, 64);
}

std::string name_of(const ::testing::TestParamInfo<Algorithm>& param) { return param.param.name; }

INSTANTIATE_TEST_SUITE_P(All, Hashes, ::testing::ValuesIn(kAlgorithms), name_of);
INSTANTIATE_TEST_SUITE_P(All, NistHashes, ::testing::Values(kAlgorithms[0], kAlgorithms[1], kAlgorithms[2]), name_of);

TEST(Hash160, IsRipemdOfSha256) {
    EXPECT_EQ(to_hex(hash160(as_bytes("abc"))), "bb1be98c142444d7a56aa3981c3942a978e4dc33");
}

TEST(Hmac, GivesThePublishedAnswers) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/crypto/core_crypto_vectors.json");
    const auto vectors = testing::load_json(path);
    for (const auto& vector : vectors.at("HMACSHA256").as_array()) {
        EXPECT_EQ(to_hex(hmac_sha256(hex(vector.at("key")), hex(vector.at("in"))).span()), text_of(vector.at("out")));
    }
    for (const auto& vector : vectors.at("HMACSHA512").as_array()) {
        EXPECT_EQ(to_hex(hmac_sha512(hex(vector.at("key")), hex(vector.at("in")))), text_of(vector.at("out")));
    }
}

TEST(Hkdf, GivesThePublishedAnswers) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/crypto/core_crypto_vectors.json");
    const auto vectors = testing::load_json(path);
    for (const auto& vector : vectors.at("HKDF_SHA256_32").as_array()) {
        Bytes out(32);
        hkdf_sha256(hex(vector.at("ikm")), hex(vector.at("salt")), hex(vector.at("info")), out);
        EXPECT_EQ(to_hex(out), text_of(vector.at("okm")));
    }
}

TEST(Hkdf, FillsSeveralBlocks) {
    // RFC 5869, A.1.
    Bytes out(42);
    hkdf_sha256(Bytes(22, std::byte{0x0b}), *from_hex("000102030405060708090a0b0c"), *from_hex("f0f1f2f3f4f5f6f7f8f9"),
                out);
    EXPECT_EQ(to_hex(out), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

}  // namespace
}  // namespace keel::crypto
