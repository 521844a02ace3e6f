#include "rules/script/script.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "rules/script/script_asm.hpp"
#include "rules/script/script_builder.hpp"

namespace keel::script {
namespace {

using enum Opcode;

Bytes bytes(std::string_view hex) { return *from_hex(hex); }
Bytes filled(std::size_t size, unsigned char value = 7) { return Bytes(size, std::byte{value}); }

TEST(Opcodes, NamesAreReadBack) {
    std::size_t known = 0;
    for (unsigned code = 0; code < 256; ++code) {
        const auto opcode = static_cast<Opcode>(code);
        if (name(opcode) != "OP_UNKNOWN") {
            EXPECT_EQ(opcode_from_name(name(opcode)), opcode);
            ++known;
        }
    }
    // 22 constants and pushes, 90 operations from OP_NOP to OP_CHECKSIGADD, OP_INVALIDOPCODE.
    EXPECT_EQ(known, 22U + 90U + 1U);
    EXPECT_EQ(name(op_checklocktimeverify), "OP_CHECKLOCKTIMEVERIFY");
    EXPECT_EQ(name(op_checksigadd), "OP_CHECKSIGADD");
    EXPECT_EQ(name(op_16), "16");
    EXPECT_FALSE(opcode_from_name("OP_UNKNOWN").has_value());
    EXPECT_FALSE(opcode_from_name("DUP").has_value());
}

TEST(Opcodes, SuccessOpcodesOfBip342) {
    std::size_t success = 0;
    for (unsigned code = 0; code < 256; ++code) {
        success += is_op_success(static_cast<Opcode>(code)) ? 1U : 0U;
    }
    EXPECT_EQ(success, 87U);
    for (const Opcode disabled : {op_cat, op_right, op_invert, op_xor, op_2mul, op_2div, op_mul, op_rshift}) {
        EXPECT_TRUE(is_op_success(disabled) && is_disabled(disabled));
    }
    for (const Opcode other : {op_0, op_1, op_verif, op_size, op_equal, op_checksigadd, op_invalidopcode}) {
        EXPECT_FALSE(is_op_success(other) || is_disabled(other));
    }
}

TEST(ScriptReader, ReadsBackWhatWasBuilt) {
    Rng rng(3);
    for (int round = 0; round < 200; ++round) {
        ScriptBuilder builder;
        std::vector<std::pair<Opcode, Bytes>> expected;
        for (std::uint64_t n = rng.below(20); n > 0; --n) {
            if (rng.chance(1, 2)) {
                const auto code = static_cast<Opcode>(rng.between(to_byte(op_1negate), 255));
                builder.op(code);
                expected.emplace_back(code, Bytes());
            } else {
                Bytes data(rng.chance(1, 10) ? rng.below(70'000) : rng.below(300));
                rng.fill(data);
                builder.push(data);
                expected.emplace_back(static_cast<Opcode>(PushHeader(data.size()).span()[0]), data);
            }
        }
        ScriptReader reader(builder.bytes());
        for (const auto& [code, data] : expected) {
            Op op{};
            ASSERT_TRUE(reader.next(op));
            EXPECT_EQ(op.code, code);
            EXPECT_TRUE(equal(op.data, data));
        }
        EXPECT_TRUE(reader.at_end());
    }
}

TEST(ScriptReader, StopsBeforeAPushThatIsCutShort) {
    for (const char* const hex :
         {"01", "0201", "4c", "4c02ff", "4d", "4d01", "4d0100", "4e", "4e010000", "4e01000000", "4effffffff00"}) {
        const Bytes script = bytes(hex);
        ScriptReader reader(script);
        Op op{};
        while (reader.next(op)) {
        }
        EXPECT_FALSE(reader.at_end()) << hex;
        EXPECT_FALSE(is_push_only(script)) << hex;
        EXPECT_FALSE(last_push(script).has_value()) << hex;
    }
}

TEST(ScriptBuilder, PushLengthsTakeTheShortestHeader) {
    EXPECT_EQ(to_hex(PushHeader(0).span()), "00");
    EXPECT_EQ(to_hex(PushHeader(75).span()), "4b");
    EXPECT_EQ(to_hex(PushHeader(76).span()), "4c4c");
    EXPECT_EQ(to_hex(PushHeader(255).span()), "4cff");
    EXPECT_EQ(to_hex(PushHeader(256).span()), "4d0001");
    EXPECT_EQ(to_hex(PushHeader(65'535).span()), "4dffff");
    EXPECT_EQ(to_hex(PushHeader(65'536).span()), "4e00000100");
}

TEST(ScriptBuilder, MinimalPushesAreMinimalAndPlainOnesAreNotAlways) {
    for (const Bytes& data : {Bytes(), filled(1, 0), filled(1, 1), filled(1, 16), filled(1, 17), filled(1, 0x81),
                              filled(2), filled(75), filled(76), filled(255), filled(256), filled(65'536)}) {
        Op op{};
        const Bytes minimal = ScriptBuilder().push_minimal(data).bytes();
        ASSERT_TRUE(ScriptReader(minimal).next(op));
        EXPECT_TRUE(!is_push(op.code) || is_minimal_push(op)) << to_hex(minimal).substr(0, 20);
        const Bytes plain = ScriptBuilder().push(data).bytes();
        ASSERT_TRUE(ScriptReader(plain).next(op));
        EXPECT_EQ(is_minimal_push(op), plain == minimal) << to_hex(plain).substr(0, 20);
    }
}

TEST(ScriptBuilder, LongerHeadersThanNeededAreNotMinimal) {
    for (const std::string& hex : {std::string("4c00"), "4c02" + to_hex(filled(2)), "4d4c00" + to_hex(filled(76)),
                                   "4e00010000" + to_hex(filled(256))}) {
        const Bytes script = bytes(hex);
        Op op{};
        ASSERT_TRUE(ScriptReader(script).next(op));
        EXPECT_FALSE(is_minimal_push(op)) << hex.substr(0, 20);
    }
}

TEST(ScriptBuilder, NumbersUseSmallOpcodes) {
    EXPECT_EQ(to_hex(ScriptBuilder().number(0).number(-1).number(1).number(16).number(17).number(-2).bytes()),
              "004f516001110182");
}

TEST(Script, WitnessProgramsAreOneVersionAndOnePushOf2To40Bytes) {
    const auto v0 = witness_program(bytes("0014" + to_hex(filled(20))));
    ASSERT_TRUE(v0.has_value());
    EXPECT_TRUE(v0->is_key_hash() && !v0->is_script_hash() && !v0->is_taproot());
    EXPECT_TRUE(witness_program(bytes("0020" + to_hex(filled(32))))->is_script_hash());
    EXPECT_TRUE(witness_program(bytes("5120" + to_hex(filled(32))))->is_taproot());
    EXPECT_TRUE(witness_program(bytes("51024e73"))->is_anchor());
    EXPECT_EQ(witness_program(bytes("6028" + to_hex(filled(40))))->version, 16U);
    for (const std::string& hex :
         {std::string(), std::string("5100"), std::string("510107"), "5029" + to_hex(filled(41)),
          "4f14" + to_hex(filled(20)), "0014" + to_hex(filled(21)), "514c02" + to_hex(filled(2)),
          "5014" + to_hex(filled(20)), "6114" + to_hex(filled(20))}) {
        EXPECT_FALSE(witness_program(bytes(hex)).has_value()) << hex;
    }
}

TEST(Script, UnspendableByFormOrSize) {
    EXPECT_TRUE(is_unspendable(bytes("6a")));
    EXPECT_TRUE(is_unspendable(filled(10'001)));
    EXPECT_FALSE(is_unspendable(filled(10'000)));
    EXPECT_FALSE(is_unspendable({}));
    EXPECT_FALSE(is_unspendable(bytes("516a")));
}

TEST(Script, LastPushOfPushOnlyScripts) {
    EXPECT_EQ(to_hex(*last_push(bytes("51020304"))), "0304");
    EXPECT_EQ(to_hex(*last_push(bytes("02030451"))), "");
    EXPECT_EQ(to_hex(*last_push(bytes("50"))), "");
    EXPECT_FALSE(last_push(bytes("02030476")).has_value());
}

TEST(ScriptAsm, PushesOperationsAndErrors) {
    EXPECT_EQ(to_asm(bytes("76a914" + to_hex(filled(20, 1)) + "88ac")),
              "OP_DUP OP_HASH160 " + to_hex(filled(20, 1)) + " OP_EQUALVERIFY OP_CHECKSIG");
    EXPECT_EQ(to_asm(bytes("00514f5060")), "0 1 -1 OP_RESERVED 16");
    EXPECT_EQ(to_asm(bytes("04ffffffff")), "-2147483647");
    EXPECT_EQ(to_asm(bytes("050102030405")), "0102030405");
    EXPECT_EQ(to_asm(bytes("51ba0201")), "1 OP_CHECKSIGADD [error]");
    EXPECT_EQ(to_asm(bytes("bbff")), "OP_UNKNOWN OP_INVALIDOPCODE");
    EXPECT_EQ(to_asm({}), "");
}

TEST(ScriptAsm, HashTypesAreShownOnRequestAndNeverInUnspendableOutputs) {
    const std::string der = "3006020101020101";
    EXPECT_EQ(to_asm(bytes("09" + der + "01")), der + "01");
    EXPECT_EQ(to_asm(bytes("09" + der + "01"), ShowHashTypes::yes), der + "[ALL]");
    EXPECT_EQ(to_asm(bytes("09" + der + "83"), ShowHashTypes::yes), der + "[SINGLE|ANYONECANPAY]");
    EXPECT_EQ(to_asm(bytes("09" + der + "04"), ShowHashTypes::yes), der + "04");
    EXPECT_EQ(to_asm(bytes("6a09" + der + "01"), ShowHashTypes::yes), "OP_RETURN " + der + "01");
}

}  // namespace
}  // namespace keel::script
