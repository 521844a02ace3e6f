// Transactions from public chains with the outputs they spend, and signatures by their form. (Real blocks:
// blocks_test.)
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "rules/script/signature_encoding.hpp"
#include "script_vectors.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::conformance {
namespace {

using boost::json::value;
using script::Flags;
using testing::text_of;

TEST(RealSpends, OneOfEachKindPassesAndFailsWhenTheAmountOrScriptChanges) {
    for (const char* const name : {"legacy_p2pk", "legacy_p2pkh", "segwit_v0_spend", "taproot_keypath_spend"}) {
        KEEL_DATA_OR_SKIP(const auto path, std::string("vectors/tx/spend_") + name + ".json");
        const value test = testing::load_json(path);
        const auto tx = primitives::Tx::parse(hex_bytes(test.at("tx_hex"))).value();
        EXPECT_EQ(to_hex(tx->txid()), text_of(test.at("txid")));
        EXPECT_EQ(to_hex(tx->wtxid()), text_of(test.at("wtxid")));
        Coins coins;
        Coins other_amounts;
        for (const value& prevout : test.at("prevouts").as_array()) {
            const std::int64_t amount = prevout.at("amount_sat").as_int64();
            coins.add(primitives::Amount(amount), hex_bytes(prevout.at("script_hex")));
            other_amounts.add(primitives::Amount(amount + 1), hex_bytes(prevout.at("script_hex")));
        }
        const Flags flags = parse_flags(text_of(test.at("flags")));
        const script::TxContext context(tx->view(), coins.views());
        EXPECT_TRUE(verify_all(context, flags, script::CryptoVerifier()).has_value()) << name;
        // Only witness signatures cover the amount.
        const script::TxContext other(tx->view(), other_amounts.views());
        EXPECT_EQ(verify_all(other, flags, script::CryptoVerifier()).has_value(), !tx->view().has_witness()) << name;
    }
}

TEST(RealSpends, TransactionsWithPrevouts) {
    for (const char* const name : {"bcoin-tx1", "bcoin-tx2", "bcoin-tx3", "bcoin-tx4"}) {
        KEEL_DATA_OR_SKIP(const auto raw, std::string("vectors/tx/") + name + ".raw");
        KEEL_DATA_OR_SKIP(const auto prevouts, std::string("vectors/tx/") + name + ".prevouts");
        const auto tx = primitives::Tx::parse(testing::read_file(raw)).value();
        const Coins coins = Coins::from_outputs(testing::read_file(prevouts));
        ASSERT_EQ(coins.views().size(), tx->view().input_count());
        const script::TxContext context(tx->view(), coins.views());
        EXPECT_TRUE(verify_all(context, script::kMandatoryFlags, script::CryptoVerifier()).has_value()) << name;
    }
}

bool is_canonical(ByteSpan signature) {
    return script::is_strict_der_signature(signature) && script::is_defined_hash_type(signature);
}

TEST(CanonicalSignatures, AllVectors) {
    KEEL_DATA_OR_SKIP(const auto good, "vectors/other/sig_canonical.json");
    KEEL_DATA_OR_SKIP(const auto bad, "vectors/other/sig_noncanonical.json");
    std::size_t count = 0;
    const value canonical = testing::load_json(good);
    for (const value& entry : canonical.as_array()) {
        EXPECT_TRUE(is_canonical(hex_bytes(entry))) << entry;
        ++count;
    }
    const value noncanonical = testing::load_json(bad);
    for (const value& entry : noncanonical.as_array()) {
        // Everything that is not hexadecimal is a comment.
        if (const auto signature = from_hex(text_of(entry))) {
            EXPECT_FALSE(is_canonical(*signature)) << entry;
            ++count;
        }
    }
    EXPECT_EQ(count, 20U);
}

}  // namespace
}  // namespace keel::conformance
