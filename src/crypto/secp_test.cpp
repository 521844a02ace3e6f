#include "crypto/secp.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "crypto/sha256.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::crypto {
namespace {

using testing::text_of;

Bytes hex(std::string_view text) { return *from_hex(text); }
RawHash hash(std::string_view text) { return RawHash::from(hex(text).data()); }

template <std::size_t Size>
std::array<std::byte, Size> fixed(std::string_view text) {
    std::array<std::byte, Size> out;
    const Bytes bytes = hex(text);
    EXPECT_EQ(bytes.size(), Size);
    std::copy_n(bytes.begin(), Size, out.begin());
    return out;
}

SecretKey random_key(Rng& rng) {
    std::array<std::byte, 32> bytes;
    rng.fill(bytes);
    return *SecretKey::from_bytes(bytes);
}

RawHash random_hash(Rng& rng) {
    RawHash out;
    rng.fill(out.bytes);
    return out;
}

std::vector<std::string> csv_fields(std::string_view line) {
    std::vector<std::string> out;
    for (std::size_t comma = line.find(','); comma != line.npos; comma = line.find(',')) {
        out.emplace_back(line.substr(0, comma));
        line.remove_prefix(comma + 1);
    }
    out.emplace_back(line);
    return out;
}

TEST(Schnorr, Bip340Vectors) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/bips/bip-0340_test-vectors.csv");
    const auto lines = testing::read_lines(path);
    int checked = 0;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto field = csv_fields(lines[i]);
        ASSERT_GE(field.size(), 7U) << lines[i];
        EXPECT_EQ(verify_schnorr(hex(field[2]), hex(field[5]), hex(field[4])), field[6] == "TRUE") << lines[i];
        if (!field[1].empty()) {
            const auto key = SecretKey::from_bytes(hex(field[1]));
            ASSERT_TRUE(key.has_value());
            EXPECT_EQ(to_hex(key->xonly_public_key()), to_hex(hex(field[2])));
            EXPECT_EQ(to_hex(key->sign_schnorr(hex(field[4]), fixed<32>(field[3]))), to_hex(hex(field[5]))) << lines[i];
        }
        ++checked;
    }
    EXPECT_EQ(checked, 19);
}

TEST(Taproot, Bip341WalletVectors) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/bips/bip-0341_wallet-test-vectors.json");
    const auto vectors = testing::load_json(path);
    for (const auto& vector : vectors.at("scriptPubKey").as_array()) {
        const auto internal = fixed<32>(text_of(vector.at("given").at("internalPubkey")));
        const auto& middle = vector.at("intermediary");
        std::optional<RawHash> root;
        if (middle.at("merkleRoot").is_string()) {
            root = hash(text_of(middle.at("merkleRoot")));
        }
        EXPECT_EQ(to_hex(taproot_tweak(internal, root).span()), text_of(middle.at("tweak")));
        const auto output = taproot_output(internal, root);
        ASSERT_TRUE(output.has_value());
        EXPECT_EQ(to_hex(output->key), text_of(middle.at("tweakedPubkey")));
        if (root) {
            EXPECT_TRUE(verify_taproot_commitment(output->key, output->odd_y, internal, *root));
            EXPECT_FALSE(verify_taproot_commitment(output->key, !output->odd_y, internal, *root));
            EXPECT_FALSE(verify_taproot_commitment(internal, output->odd_y, internal, *root));
        }
    }
    for (const auto& vector : vectors.at("keyPathSpending").at(0).at("inputSpending").as_array()) {
        const auto key = SecretKey::from_bytes(hex(text_of(vector.at("given").at("internalPrivkey"))));
        std::optional<RawHash> root;
        if (vector.at("given").at("merkleRoot").is_string()) {
            root = hash(text_of(vector.at("given").at("merkleRoot")));
        }
        EXPECT_EQ(to_hex(key->taproot_tweaked(root).bytes()), text_of(vector.at("intermediary").at("tweakedPrivkey")));
    }
}

TEST(Taproot, ATweakedKeySignsForItsOutput) {
    Rng rng(1);
    for (int i = 0; i < 10; ++i) {
        const SecretKey key = random_key(rng);
        const RawHash root = random_hash(rng);
        const RawHash message = random_hash(rng);
        const auto output = taproot_output(key.xonly_public_key(), root);
        const auto signature = key.taproot_tweaked(root).sign_schnorr(message.bytes, {});
        EXPECT_TRUE(verify_schnorr(output->key, signature, message.bytes));
        EXPECT_FALSE(verify_schnorr(key.xonly_public_key(), signature, message.bytes));
    }
}

TEST(Ecdsa, SignsAndVerifiesInEveryKeyForm) {
    Rng rng(2);
    for (int i = 0; i < 20; ++i) {
        const SecretKey key = random_key(rng);
        const RawHash message = random_hash(rng);
        const Bytes signature = key.sign_ecdsa(message);
        EXPECT_LE(signature.size(), 70U);
        EXPECT_TRUE(is_low_s(signature));
        const Bytes compressed = key.public_key();
        const Bytes uncompressed = key.public_key(false);
        Bytes hybrid = uncompressed;
        hybrid[0] = static_cast<std::byte>(6 + (std::to_integer<int>(uncompressed[64]) & 1));
        EXPECT_EQ(compressed.size(), 33U);
        EXPECT_EQ(uncompressed.size(), 65U);
        for (const Bytes& form : {compressed, uncompressed, hybrid}) {
            EXPECT_TRUE(is_valid_public_key(form));
            EXPECT_EQ(compress_public_key(form), compressed);
            EXPECT_TRUE(equal(decompress_public_key(form).value(), uncompressed));
            EXPECT_TRUE(verify_ecdsa(form, signature, message));
            EXPECT_FALSE(verify_ecdsa(form, signature, random_hash(rng)));
        }
        hybrid[0] ^= std::byte{1};  // the wrong parity for this y
        EXPECT_FALSE(verify_ecdsa(hybrid, signature, message));
        EXPECT_FALSE(verify_ecdsa(ByteSpan(uncompressed).first(64), signature, message));
        EXPECT_FALSE(verify_ecdsa(ByteSpan(uncompressed).first(33), signature, message));
    }
}

TEST(Ecdsa, SignaturesAreDeterministic) {
    const auto key = SecretKey::from_bytes(hex("12b004fff7f4b69ef8650e767f18f11ede158148b425660723b9f9a66e61f747"));
    const RawHash message = sha256d(as_bytes("Very deterministic message"));
    EXPECT_EQ(
        to_hex(key->sign_ecdsa(message)),
        "304402205dbbddda71772d95ce91cd2d14b592cfbc1dd0aabd6a394b6c2d377bbe59d31d022014ddda21494a4e221f0824f0b8b924"
        "c43fa43c0ad57dccdaa11f81a6bd4582f6");
}

TEST(Ecdsa, RIsAlwaysLow) {
    Rng rng(6);
    const SecretKey key = random_key(rng);
    bool retried = false;
    for (int i = 0; i < 20; ++i) {
        const RawHash message = random_hash(rng);
        const Bytes signature = key.sign_ecdsa(message);
        EXPECT_LE(std::to_integer<int>(signature[3]), 32);
        EXPECT_TRUE(verify_ecdsa(key.public_key(), signature, message));
        // The recoverable form keeps the first nonce: where the two differ, a second attempt was needed.
        const auto plain = key.sign_recoverable(message);
        retried = retried || plain[1] >= std::byte{0x80};
    }
    EXPECT_TRUE(retried);
}

// 0x30 length 0x02 length R 0x02 length S.
Bytes der(const Bytes& r, const Bytes& s) {
    Bytes out{std::byte{0x30}, static_cast<std::byte>(4 + r.size() + s.size())};
    for (const Bytes* number : {&r, &s}) {
        out.push_back(std::byte{2});
        out.push_back(static_cast<std::byte>(number->size()));
        append(out, *number);
    }
    return out;
}

TEST(Ecdsa, HighSVerifiesButIsNotLow) {
    // (r, s) and (r, n - s) are both signatures; the subtraction below borrows byte by byte.
    const Bytes order = hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    Rng rng(3);
    const SecretKey key = random_key(rng);
    const RawHash message = random_hash(rng);
    const auto recoverable = key.sign_recoverable(message);
    const Bytes r(recoverable.begin() + 1, recoverable.begin() + 33);
    const Bytes low(recoverable.begin() + 33, recoverable.end());
    Bytes high(32);
    int borrow = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const int difference = std::to_integer<int>(order[i]) - std::to_integer<int>(low[i]) - borrow;
        borrow = difference < 0 ? 1 : 0;
        high[i] = static_cast<std::byte>(difference & 0xff);
    }
    EXPECT_TRUE(verify_ecdsa(key.public_key(), der(r, low), message));
    EXPECT_TRUE(verify_ecdsa(key.public_key(), der(r, high), message));
    EXPECT_TRUE(is_low_s(der(r, low)));
    EXPECT_FALSE(is_low_s(der(r, high)));
    EXPECT_FALSE(is_low_s(Bytes{}));
}

TEST(Ecdsa, NumbersBeyondTheGroupOrderParseButNeverVerify) {
    Rng rng(4);
    const SecretKey key = random_key(rng);
    const Bytes order = hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    const Bytes one = hex("01");
    EXPECT_FALSE(verify_ecdsa(key.public_key(), der(order, one), random_hash(rng)));
    EXPECT_FALSE(verify_ecdsa(key.public_key(), der(one, order), random_hash(rng)));
    EXPECT_TRUE(is_low_s(der(order, one)));  // it counts as (0, 0)
}

TEST(Recovery, FindsTheKeyInItsForm) {
    Rng rng(5);
    for (bool compressed : {true, false}) {
        const SecretKey key = random_key(rng);
        const RawHash message = random_hash(rng);
        auto signature = key.sign_recoverable(message, compressed);
        EXPECT_EQ(recover_public_key(signature, message), key.public_key(compressed));
        signature[0] = std::byte{26};
        EXPECT_FALSE(recover_public_key(signature, message).has_value());
        signature[0] = std::byte{35};
        EXPECT_FALSE(recover_public_key(signature, message).has_value());
    }
}

TEST(SecretKeys, MustBeInRange) {
    EXPECT_FALSE(SecretKey::from_bytes(Bytes(32)).has_value());
    EXPECT_FALSE(SecretKey::from_bytes(Bytes(31, std::byte{1})).has_value());
    EXPECT_FALSE(
        SecretKey::from_bytes(hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")).has_value());
    EXPECT_TRUE(
        SecretKey::from_bytes(hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140")).has_value());
}

TEST(PublicKeys, WycheproofPointsAreJudgedRight) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/crypto/wycheproof_ecdh_secp256k1.json");
    // The keys come in ASN.1 envelopes; those with this one hold a bare 65-byte point.
    constexpr std::string_view kEnvelope = "3056301006072a8648ce3d020106052b8104000a034200";
    const auto vectors = testing::load_json(path);
    int valid = 0;
    int invalid = 0;
    for (const auto& test : vectors.at("testGroups").at(0).at("tests").as_array()) {
        const std::string_view key = text_of(test.at("public"));
        const std::string_view result = text_of(test.at("result"));
        if (!key.starts_with(kEnvelope) || key.size() != kEnvelope.size() + 130 || result == "acceptable") {
            continue;
        }
        const bool good = result == "valid";
        EXPECT_EQ(is_valid_public_key(hex(key.substr(kEnvelope.size()))), good) << test.at("comment");
        ++(good ? valid : invalid);
    }
    EXPECT_GT(valid, 400);
    EXPECT_EQ(invalid, 18);
}

TEST(PublicKeys, XOnlyKeysMustBeOnTheCurve) {
    EXPECT_TRUE(is_valid_xonly_key(hex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")));
    EXPECT_FALSE(is_valid_xonly_key(hex("eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34")));
    EXPECT_FALSE(is_valid_xonly_key(Bytes(31, std::byte{1})));
    EXPECT_FALSE(
        decompress_public_key(hex("02eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34")).has_value());
}

}  // namespace
}  // namespace keel::crypto
