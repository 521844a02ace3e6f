#include "crypto/ellswift.hpp"

#include <gtest/gtest.h>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "crypto/field.hpp"
#include "testing/data.hpp"

namespace keel::crypto {
namespace {

template <std::size_t Size>
std::array<std::byte, Size> fixed(std::string_view hex) {
    const Bytes bytes = *from_hex(hex);
    std::array<std::byte, Size> out{};
    KEEL_ASSERT(bytes.size() == Size);
    std::ranges::copy(bytes, out.begin());
    return out;
}

std::vector<std::string> columns(const std::string& line) {
    std::vector<std::string> out(1);
    for (const char c : line) {
        if (c == ',') {
            out.emplace_back();
        } else {
            out.back() += c;
        }
    }
    return out;
}

FieldElement random_element(Rng& rng) {
    std::array<std::byte, 32> bytes;
    rng.fill(bytes);
    return FieldElement::from_bytes(bytes);
}

SecretKey random_secret(Rng& rng) {
    std::array<std::byte, 32> bytes;
    rng.fill(bytes);
    return *SecretKey::from_bytes(bytes);
}

TEST(FieldElement, KeepsTheLawsOfAField) {
    Rng rng(1);
    for (int i = 0; i < 200; ++i) {
        const FieldElement a = random_element(rng);
        const FieldElement b = random_element(rng);
        const FieldElement c = random_element(rng);
        EXPECT_EQ((a + b) * c, a * c + b * c);
        EXPECT_EQ(a * b, b * a);
        EXPECT_EQ(a - a, FieldElement());
        EXPECT_EQ(a + -b + b, a);
        EXPECT_EQ(a * a.inverse(), FieldElement(1));
        const auto root = a.square().sqrt();
        ASSERT_TRUE(root);
        EXPECT_TRUE(*root == a || *root == -a);
        // -1 is no square in this field, so of a number and its negative exactly one has a root.
        EXPECT_NE(a.sqrt().has_value(), (-a).sqrt().has_value());
    }
}

TEST(FieldElement, WrapsAtThePrime) {
    const auto prime = fixed<32>("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");
    const auto highest = fixed<32>("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    EXPECT_TRUE(FieldElement::from_bytes(prime).is_zero());
    EXPECT_EQ(FieldElement::from_bytes(highest), FieldElement(0x1000003D0));
    const FieldElement last = -FieldElement(1);
    EXPECT_EQ(last * last, FieldElement(1));
    EXPECT_EQ(last + FieldElement(1), FieldElement());
    EXPECT_EQ(to_hex(last.bytes()), "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e");
    EXPECT_TRUE(FieldElement().inverse().is_zero());
}

TEST(EllSwift, DecodesThePublishedKeys) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/bips/bip-0324_ellswift_decode_test_vectors.csv");
    const auto lines = testing::read_lines(path);
    ASSERT_EQ(lines.size(), 77U);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto row = columns(lines[i]);
        EXPECT_EQ(to_hex(ellswift_decode(fixed<64>(row[0]))), row[1]) << row[2];
    }
}

TEST(EllSwift, InvertsAsPublished) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/bips/bip-0324_xswiftec_inv_test_vectors.csv");
    const auto lines = testing::read_lines(path);
    ASSERT_EQ(lines.size(), 33U);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto row = columns(lines[i]);
        for (unsigned which = 0; which < 8; ++which) {
            const auto t = ellswift_inverse(fixed<32>(row[1]), *from_hex(row[0]), which);
            EXPECT_EQ(t ? to_hex(*t) : "", row[2 + which]) << lines[i];
        }
    }
}

TEST(EllSwift, EncodingsDecodeToTheKeyAndDiffer) {
    Rng rng(2);
    for (int i = 0; i < 50; ++i) {
        const SecretKey secret = random_secret(rng);
        const EllSwift one = ellswift_public_key(secret, rng);
        const EllSwift other = ellswift_public_key(secret, rng);
        EXPECT_NE(one, other);
        EXPECT_EQ(ellswift_decode(one), secret.xonly_public_key());
        EXPECT_EQ(ellswift_decode(other), secret.xonly_public_key());
    }
}

TEST(EllSwift, BothSidesShareASecretThatDependsOnBothKeys) {
    Rng rng(3);
    const SecretKey alice = random_secret(rng);
    const SecretKey bob = random_secret(rng);
    const EllSwift alices = ellswift_public_key(alice, rng);
    const EllSwift bobs = ellswift_public_key(bob, rng);
    const RawHash shared = ellswift_shared_secret(alice, alices, bobs, true);
    EXPECT_EQ(shared, ellswift_shared_secret(bob, bobs, alices, false));
    EXPECT_NE(shared, ellswift_shared_secret(alice, alices, bobs, false));
    // Another encoding of the same key gives another secret.
    const EllSwift again = ellswift_public_key(bob, rng);
    EXPECT_NE(shared, ellswift_shared_secret(alice, alices, again, true));
}

}  // namespace
}  // namespace keel::crypto
