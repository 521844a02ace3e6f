// core/script_tests.json: one scriptSig, scriptPubKey and witness each, with flags and the exact error expected.
#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "crypto/secp.hpp"
#include "rules/script/script_builder.hpp"
#include "rules/script/taproot.hpp"
#include "script_vectors.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::conformance {
namespace {

using boost::json::array;
using primitives::Amount;
using primitives::MutableTx;
using script::Flags;
using script::ScriptBuilder;
using testing::text_of;

// What "#CONTROLBLOCK#" and "#TAPROOTOUTPUT#" stand for: a tree of the script alone under the key of secret 1.
struct OneLeaf {
    Bytes control_block;
    Bytes output_script;
};

OneLeaf make_leaf(ByteSpan script) {
    Bytes secret(32);
    secret.back() = std::byte{1};
    const crypto::XOnlyKey internal = crypto::SecretKey::from_bytes(secret)->xonly_public_key();
    const auto output = crypto::taproot_output(internal, script::tapleaf_hash(script::kTapscriptLeafVersion, script));
    OneLeaf leaf;
    leaf.control_block.push_back(static_cast<std::byte>(script::kTapscriptLeafVersion | (output->odd_y ? 1 : 0)));
    append(leaf.control_block, internal);
    leaf.output_script = ScriptBuilder().op(script::Opcode::op_1).push(output->key).bytes();
    return leaf;
}

struct Vector {
    std::vector<Bytes> witness;
    Amount value;
    Bytes script_sig;
    Bytes script_pubkey;
    Flags flags;
    std::string expected;
};

void read_witness(const array& items, Vector& out) {
    constexpr std::string_view kScript = "#SCRIPT#";
    for (std::size_t i = 0; i + 1 < items.size(); ++i) {
        const std::string_view item = text_of(items[i]);
        if (item.starts_with(kScript)) {
            out.witness.push_back(parse_script(item.substr(kScript.size())));
        } else if (item == "#CONTROLBLOCK#") {
            out.witness.push_back(make_leaf(out.witness.back()).control_block);
        } else {
            out.witness.push_back(hex_bytes(items[i]));
        }
    }
    out.value = Amount(std::llround(items.back().to_number<double>() * 1e8));
}

Vector read_vector(const array& row) {
    Vector out;
    std::size_t at = 0;
    if (row[0].is_array()) {
        read_witness(row[0].as_array(), out);
        at = 1;
    }
    out.script_sig = parse_script(text_of(row[at]));
    const std::string_view script_pubkey = text_of(row[at + 1]);
    out.script_pubkey = script_pubkey == "0x51 0x20 #TAPROOTOUTPUT#"
                            ? make_leaf(out.witness[out.witness.size() - 2]).output_script
                            : parse_script(script_pubkey);
    out.flags = fill(parse_flags(text_of(row[at + 2])));
    out.expected = text_of(row[at + 3]);
    return out;
}

// A transaction with one output of the script, and the one that spends it.
primitives::TxPtr spend_of(const Vector& vector) {
    MutableTx credit;
    credit.version = 1;
    credit.inputs.resize(1);
    credit.inputs[0].prevout.index = primitives::OutPoint::kNullIndex;
    credit.inputs[0].script_sig = ScriptBuilder().number(0).number(0).bytes();
    credit.outputs.push_back({vector.value, vector.script_pubkey});
    MutableTx spend;
    spend.version = 1;
    spend.inputs.resize(1);
    spend.inputs[0].prevout.txid = credit.freeze()->txid();
    spend.inputs[0].script_sig = vector.script_sig;
    spend.inputs[0].witness = vector.witness;
    spend.outputs.push_back({vector.value, {}});
    return spend.freeze();
}

TEST(ScriptTests, AllVectorsGiveTheExpectedError) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/core/script_tests.json");
    const boost::json::value file = testing::load_json(path);
    Rng rng(1);
    std::size_t count = 0;
    for (const boost::json::value& entry : file.as_array()) {
        const array& row = entry.as_array();
        if (row.size() < 4) {
            continue;
        }
        const Vector vector = read_vector(row);
        const primitives::TxPtr tx = spend_of(vector);
        Coins coins;
        coins.add(vector.value, vector.script_pubkey);
        const script::TxContext context(tx->view(), coins.views());
        const CachingVerifier verifier;
        const auto result = script::verify_input(context, 0, vector.flags, verifier);
        EXPECT_EQ(result ? "OK" : script::name(result.error()), vector.expected) << boost::json::serialize(row);
        // Flags only restrict: fewer keep a success, more keep a failure.
        for (int i = 0; i < 64; ++i) {
            const Flags change = Flags::from_bits(static_cast<std::uint32_t>(rng.next()));
            const Flags flags = result ? trim(vector.flags.without(change)) : fill(vector.flags | change);
            EXPECT_EQ(script::verify_input(context, 0, flags, verifier).has_value(), result.has_value())
                << to_string(flags) << " " << boost::json::serialize(row);
        }
        ++count;
    }
    EXPECT_EQ(count, 1233U);
}

}  // namespace
}  // namespace keel::conformance
