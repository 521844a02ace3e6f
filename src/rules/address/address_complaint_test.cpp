#include "rules/address/address_complaint.hpp"

#include <gtest/gtest.h>

namespace keel::address {
namespace {

TEST(AddressComplaint, NamesTheMistakeAndItsPlace) {
    const struct {
        const char* text;
        const char* complaint;
        std::vector<std::size_t> positions;
    } kCases[] = {
        {"tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty",
         "Invalid or unsupported Segwit (Bech32) or Base58 encoding.",
         {}},
        {"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "Invalid Bech32 checksum", {41}},
        {"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3t4", "Invalid character or mixed case", {40}},
        {"BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "Invalid Bech32 v0 address program size (16 bytes), per BIP141", {}},
        {"bc1rw5uspcuh", "Version 1+ witness address must use Bech32m checksum", {}},
        {"bc1gmk9yu", "Empty Bech32 data section", {}},
        {"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kb8f3t4", "Invalid Base 32 character", {36}},
        {"bc1qw508d6qejxtdg4y5r3zarvaryqc5xw7kv8f3t9", "Invalid Bech32 checksum", {29, 41}},
        {"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "Invalid checksum or length of Base58 address (P2PKH or P2SH)", {}},
        {"mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "Invalid or unsupported Base58-encoded address.", {}},
    };
    for (const auto& [text, complaint, positions] : kCases) {
        const AddressComplaint got = explain_address(text, primitives::main_params().prefixes);
        EXPECT_EQ(got.text, complaint) << text;
        EXPECT_EQ(got.positions, positions) << text;
    }
}

}  // namespace
}  // namespace keel::address
