#include "rules/script/templates.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "rules/script/script_builder.hpp"
#include "testing/scripts.hpp"

namespace keel::script {
namespace {

using enum Opcode;

Bytes filled(std::size_t size) { return Bytes(size, std::byte{2}); }

// A key by form only.
Bytes key(unsigned char first, std::size_t size) {
    Bytes out(size);
    out[0] = std::byte{first};
    return out;
}

Bytes multisig(unsigned needed, unsigned keys) {
    ScriptBuilder out;
    out.number(needed);
    for (unsigned i = 0; i < keys; ++i) {
        out.push(key(2, 33));
    }
    return out.number(keys).op(op_checkmultisig).bytes();
}

OutputType type_of(const Bytes& script) { return solve(script).type; }

TEST(Templates, StandardScripts) {
    const crypto::SecretKey secret = testing::test_key(1);
    EXPECT_EQ(type_of(testing::p2pk_script(secret)), OutputType::pubkey);
    EXPECT_EQ(type_of(testing::p2pkh_script(secret)), OutputType::pubkeyhash);
    EXPECT_EQ(type_of(testing::p2wpkh_script(secret)), OutputType::witness_v0_keyhash);
    EXPECT_EQ(type_of(testing::p2tr_script(secret)), OutputType::witness_v1_taproot);
    EXPECT_EQ(type_of(testing::p2sh_script(filled(3))), OutputType::scripthash);
    EXPECT_EQ(type_of(testing::p2wsh_script(filled(3))), OutputType::witness_v0_scripthash);
    EXPECT_EQ(type_of(testing::data_carrier(filled(80))), OutputType::nulldata);
    EXPECT_EQ(type_of(*from_hex("51024e73")), OutputType::anchor);
    EXPECT_EQ(type_of(testing::anyone_can_spend()), OutputType::nonstandard);
    EXPECT_EQ(type_of({}), OutputType::nonstandard);
}

TEST(Templates, PartsAreViewsOfWhatVaries) {
    const Bytes pkh = testing::p2pkh_script(testing::test_key(1));
    const OutputTemplate found = solve(pkh);
    ASSERT_EQ(found.parts.size(), 1U);
    EXPECT_EQ(found.parts[0].data(), &pkh[3]);
    EXPECT_EQ(found.parts[0].size(), 20U);
    const Bytes unknown = ScriptBuilder().op(op_16).push(filled(40)).bytes();
    EXPECT_EQ(solve(unknown).number, 16U);
    EXPECT_EQ(solve(unknown).parts[0].size(), 40U);
}

TEST(Templates, KeysNeedAFittingFirstByte) {
    const auto p2pk = [](const Bytes& k) { return type_of(ScriptBuilder().push(k).op(op_checksig).bytes()); };
    EXPECT_EQ(p2pk(key(2, 33)), OutputType::pubkey);
    EXPECT_EQ(p2pk(key(4, 65)), OutputType::pubkey);
    EXPECT_EQ(p2pk(key(7, 65)), OutputType::pubkey);
    EXPECT_EQ(p2pk(key(4, 33)), OutputType::nonstandard);
    EXPECT_EQ(p2pk(key(2, 65)), OutputType::nonstandard);
    EXPECT_EQ(p2pk(key(5, 65)), OutputType::nonstandard);
}

TEST(Templates, MultisigUpTo20Keys) {
    const Bytes script = multisig(2, 3);
    const OutputTemplate found = solve(script);
    EXPECT_EQ(found.type, OutputType::multisig);
    EXPECT_EQ(found.number, 2U);
    EXPECT_EQ(found.parts.size(), 3U);
    EXPECT_EQ(type_of(multisig(1, 1)), OutputType::multisig);
    EXPECT_EQ(type_of(multisig(17, 20)), OutputType::multisig);
    EXPECT_EQ(type_of(multisig(1, 21)), OutputType::nonstandard);
    EXPECT_EQ(type_of(multisig(0, 3)), OutputType::nonstandard);
    EXPECT_EQ(type_of(multisig(4, 3)), OutputType::nonstandard);
}

TEST(Templates, MalformedMultisigIsNonstandard) {
    Bytes wrong_count = multisig(2, 3);
    wrong_count[wrong_count.size() - 2] = std::byte{to_byte(op_4)};
    EXPECT_EQ(type_of(wrong_count), OutputType::nonstandard);
    Bytes trailing = multisig(2, 3);
    trailing.push_back(std::byte{to_byte(op_nop)});
    EXPECT_EQ(type_of(trailing), OutputType::nonstandard);
    Bytes doubled = multisig(2, 3);
    doubled.push_back(std::byte{to_byte(op_checkmultisig)});
    EXPECT_EQ(type_of(doubled), OutputType::nonstandard);
    // 2 as a push of one byte, which is not how the minimal form writes it.
    EXPECT_EQ(
        type_of(
            ScriptBuilder().push(filled(1)).push(key(2, 33)).push(key(2, 33)).number(2).op(op_checkmultisig).bytes()),
        OutputType::nonstandard);
}

TEST(Templates, WitnessProgramsOfVersion0WithOtherSizesAreNonstandard) {
    EXPECT_EQ(type_of(ScriptBuilder().op(op_0).push(filled(21)).bytes()), OutputType::nonstandard);
    EXPECT_EQ(type_of(ScriptBuilder().op(op_1).push(filled(33)).bytes()), OutputType::witness_unknown);
}

TEST(Templates, DataCarriersOnlyPush) {
    EXPECT_EQ(type_of(ScriptBuilder().op(op_return).bytes()), OutputType::nulldata);
    EXPECT_EQ(type_of(ScriptBuilder().op(op_return).op(op_reserved).number(5).bytes()), OutputType::nulldata);
    EXPECT_EQ(type_of(ScriptBuilder().op(op_return).op(op_dup).bytes()), OutputType::nonstandard);
    EXPECT_EQ(type_of(*from_hex("6a02ff")), OutputType::nonstandard);
}

TEST(Templates, NamesAreThoseOfRpc) {
    EXPECT_EQ(name(OutputType::nonstandard), "nonstandard");
    EXPECT_EQ(name(OutputType::witness_v1_taproot), "witness_v1_taproot");
    EXPECT_EQ(name(OutputType::witness_unknown), "witness_unknown");
}

}  // namespace
}  // namespace keel::script
