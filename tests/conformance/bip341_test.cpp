// core/bip341_wallet_vectors.json: script trees, control blocks, signature hashes, and the signed transaction.
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "crypto/secp.hpp"
#include "rules/script/sighash.hpp"
#include "rules/script/taproot.hpp"
#include "script_vectors.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::conformance {
namespace {

using boost::json::object;
using boost::json::value;
using testing::text_of;

std::string hex_of(const RawHash& hash) { return to_hex(ByteSpan(hash.bytes)); }

// Collects the leaf hashes in order and returns the root.
RawHash hash_tree(const value& node, std::vector<RawHash>& leaves) {
    if (node.is_object()) {
        const object& leaf = node.as_object();
        const auto version = static_cast<std::uint8_t>(leaf.at("leafVersion").as_int64());
        leaves.push_back(script::tapleaf_hash(version, hex_bytes(leaf.at("script"))));
        return leaves.back();
    }
    const RawHash left = hash_tree(node.as_array()[0], leaves);
    const RawHash right = hash_tree(node.as_array()[1], leaves);
    return script::tapbranch_hash(left, right);
}

void check_control_blocks(const object& test, const std::vector<RawHash>& leaves, const RawHash& root) {
    const object& expected = test.at("expected").as_object();
    const Bytes output_key = hex_bytes(test.at("intermediary").at("tweakedPubkey"));
    const boost::json::array& controls = expected.at("scriptPathControlBlocks").as_array();
    ASSERT_EQ(controls.size(), leaves.size());
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        Bytes control = hex_bytes(controls[i]);
        ASSERT_TRUE(script::is_control_block_size(control.size()));
        EXPECT_EQ(script::taproot_merkle_root(control, leaves[i]), root);
        const bool odd = (std::to_integer<unsigned>(control[0]) & 1U) != 0;
        const ByteSpan internal = ByteSpan(control).subspan(1, 32);
        EXPECT_TRUE(crypto::verify_taproot_commitment(output_key, odd, internal, root));
        EXPECT_FALSE(crypto::verify_taproot_commitment(output_key, !odd, internal, root));
    }
}

TEST(Bip341, ScriptTreesGiveRootsAndControlBlocks) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/bip341_wallet_vectors.json");
    const value file = testing::load_json(path);
    std::size_t count = 0;
    for (const value& entry : file.at("scriptPubKey").as_array()) {
        const object& test = entry.as_object();
        const value& tree = test.at("given").at("scriptTree");
        const Bytes internal_bytes = hex_bytes(test.at("given").at("internalPubkey"));
        crypto::XOnlyKey internal{};
        std::ranges::copy(internal_bytes, internal.begin());
        std::optional<RawHash> root;
        if (!tree.is_null()) {
            std::vector<RawHash> leaves;
            root = hash_tree(tree, leaves);
            EXPECT_EQ(hex_of(*root), text_of(test.at("intermediary").at("merkleRoot")));
            const boost::json::array& hashes = test.at("intermediary").at("leafHashes").as_array();
            ASSERT_EQ(hashes.size(), leaves.size());
            for (std::size_t i = 0; i < leaves.size(); ++i) {
                EXPECT_EQ(hex_of(leaves[i]), text_of(hashes[i]));
            }
            check_control_blocks(test, leaves, *root);
        }
        const auto output = crypto::taproot_output(internal, root);
        ASSERT_TRUE(output.has_value());
        EXPECT_EQ("5120" + to_hex(output->key), text_of(test.at("expected").at("scriptPubKey")));
        ++count;
    }
    EXPECT_EQ(count, 7U);
}

Coins coins_of(const object& given) {
    Coins coins;
    for (const value& utxo : given.at("utxosSpent").as_array()) {
        coins.add(primitives::Amount(utxo.at("amountSats").as_int64()), hex_bytes(utxo.at("scriptPubKey")));
    }
    return coins;
}

TEST(Bip341, KeyPathSignatureHashesAndTheSignedTransaction) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/bip341_wallet_vectors.json");
    const value file = testing::load_json(path);
    std::size_t count = 0;
    for (const value& entry : file.at("keyPathSpending").as_array()) {
        const object& test = entry.as_object();
        const Coins coins = coins_of(test.at("given").as_object());
        const auto unsigned_tx =
            primitives::Tx::parse_without_witness(hex_bytes(test.at("given").at("rawUnsignedTx"))).value();
        const script::TxContext context(unsigned_tx->view(), coins.views(), script::TxContext::Precompute::all);
        const object& shared = test.at("intermediary").as_object();
        EXPECT_EQ(hex_of(context.shared_hashes().prevouts), text_of(shared.at("hashPrevouts")));
        EXPECT_EQ(hex_of(context.shared_hashes().amounts), text_of(shared.at("hashAmounts")));
        EXPECT_EQ(hex_of(context.shared_hashes().scripts), text_of(shared.at("hashScriptPubkeys")));
        EXPECT_EQ(hex_of(context.shared_hashes().sequences), text_of(shared.at("hashSequences")));
        EXPECT_EQ(hex_of(context.shared_hashes().outputs), text_of(shared.at("hashOutputs")));
        for (const value& input : test.at("inputSpending").as_array()) {
            const auto index = static_cast<std::size_t>(input.at("given").at("txinIndex").as_int64());
            const auto type = static_cast<std::uint8_t>(input.at("given").at("hashType").as_int64());
            script::TaprootSpend spend;
            const auto hash = script::taproot_sighash(context, index, type, spend);
            ASSERT_TRUE(hash.has_value());
            EXPECT_EQ(hex_of(*hash), text_of(input.at("intermediary").at("sigHash")));
            ++count;
        }
        const auto signed_tx = primitives::Tx::parse(hex_bytes(test.at("auxiliary").at("fullySignedTx"))).value();
        const script::TxContext complete(signed_tx->view(), coins.views());
        EXPECT_TRUE(verify_all(complete, script::kStandardFlags, script::CryptoVerifier()).has_value());
    }
    EXPECT_EQ(count, 7U);
}

}  // namespace
}  // namespace keel::conformance
