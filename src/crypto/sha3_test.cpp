#include "crypto/sha3.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace keel::crypto {
namespace {

std::string sha3_hex(std::string_view text) { return to_hex(sha3_256(as_bytes(text)).span()); }

// FIPS 202 example values, and the boundaries of the 136-byte block (computed with Python's hashlib).
TEST(Sha3, matches_known_values) {
    EXPECT_EQ(sha3_hex(""), "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
    EXPECT_EQ(sha3_hex("abc"), "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
    EXPECT_EQ(sha3_hex(std::string(135, 'a')), "8094bb53c44cfb1e67b7c30447f9a1c33696d2463ecc1d9c92538913392843c9");
    EXPECT_EQ(sha3_hex(std::string(136, 'a')), "3fc5559f14db8e453a0a3091edbd2bc25e11528d81c66fa570a4efdcc2695ee1");
    EXPECT_EQ(sha3_hex(std::string(137, 'a')), "f8d6846cedd2ccfadf15c5879ef95af724d799eed7391fb1c91f95344e738614");
    EXPECT_EQ(sha3_hex(std::string(1000, 'a')), "8f3934e6f7a15698fe0f396b95d8c4440929a8fa6eae140171c068b4549fbf81");
}

}  // namespace
}  // namespace keel::crypto
