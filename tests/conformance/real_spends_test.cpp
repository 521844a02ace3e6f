// Transactions and blocks from public chains, with the outputs they spend: every script must pass.
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "rules/primitives/params.hpp"
#include "rules/script/signature_encoding.hpp"
#include "script_vectors.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::conformance {
namespace {

using boost::json::value;
using script::Flag;
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

// None of the blocks here is one of the exceptions.
Flags flags_at(std::int32_t height, const primitives::Params& params) {
    Flags flags = Flag::p2sh | Flag::witness | Flag::taproot;
    const auto add_from = [&](primitives::Height start, Flag flag) {
        if (height >= start.value()) {
            flags |= flag;
        }
    };
    add_from(params.buried.bip66, Flag::dersig);
    add_from(params.buried.bip65, Flag::checklocktimeverify);
    add_from(params.buried.csv, Flag::checksequenceverify);
    add_from(params.buried.segwit, Flag::nulldummy);
    return flags;
}

// Returns the number of inputs verified.
std::size_t check_block(const std::filesystem::path& prevouts, const primitives::Params& params) {
    std::filesystem::path file = prevouts;
    const auto block = primitives::Block::parse(testing::read_file(file.replace_extension(".blk"))).value();
    const Coins coins = Coins::from_outputs(testing::read_file(prevouts));
    const std::int32_t height = std::stoi(prevouts.filename().string().substr(0, 7));
    const Flags flags = flags_at(height, params);
    std::size_t used = 0;
    for (std::size_t i = 1; i < block->tx_count(); ++i) {
        const primitives::TxView tx = block->tx(i);
        const script::TxContext context(tx, coins.views().subspan(used, tx.input_count()));
        used += tx.input_count();
        const auto result = verify_all(context, flags, script::CryptoVerifier());
        EXPECT_TRUE(result.has_value()) << prevouts << " " << to_hex(tx.txid()) << script::name(result.error());
    }
    EXPECT_EQ(used, coins.views().size()) << prevouts;
    return used;
}

TEST(RealBlocks, EveryScriptPassesWhereSpentOutputsAreGiven) {
    const std::map<std::string, const primitives::Params*> networks{{"mainnet", &primitives::main_params()},
                                                                    {"testnet3", &primitives::testnet3_params()}};
    std::size_t blocks = 0;
    std::size_t inputs = 0;
    for (const auto& [name, params] : networks) {
        KEEL_DATA_OR_SKIP(const auto folder, "blocks/" + name);
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (entry.path().extension() == ".prevouts") {
                inputs += check_block(entry.path(), *params);
                ++blocks;
            }
        }
    }
    EXPECT_EQ(blocks, 15U);
    EXPECT_EQ(inputs, 35318U);
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
