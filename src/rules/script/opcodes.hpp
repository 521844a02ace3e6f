// The operations of Bitcoin script.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace keel::script {

enum class Opcode : std::uint8_t {
    // 0x01 to 0x4b push that many bytes and have no names of their own.
    op_0 = 0x00,
    op_pushdata1 = 0x4c,
    op_pushdata2 = 0x4d,
    op_pushdata4 = 0x4e,
    op_1negate = 0x4f,
    op_reserved = 0x50,
    op_1 = 0x51,
    op_2,
    op_3,
    op_4,
    op_5,
    op_6,
    op_7,
    op_8,
    op_9,
    op_10,
    op_11,
    op_12,
    op_13,
    op_14,
    op_15,
    op_16,

    op_nop = 0x61,
    op_ver,
    op_if,
    op_notif,
    op_verif,
    op_vernotif,
    op_else,
    op_endif,
    op_verify,
    op_return,

    op_toaltstack = 0x6b,
    op_fromaltstack,
    op_2drop,
    op_2dup,
    op_3dup,
    op_2over,
    op_2rot,
    op_2swap,
    op_ifdup,
    op_depth,
    op_drop,
    op_dup,
    op_nip,
    op_over,
    op_pick,
    op_roll,
    op_rot,
    op_swap,
    op_tuck,

    op_cat = 0x7e,
    op_substr,
    op_left,
    op_right,
    op_size,

    op_invert = 0x83,
    op_and,
    op_or,
    op_xor,
    op_equal,
    op_equalverify,
    op_reserved1,
    op_reserved2,

    op_1add = 0x8b,
    op_1sub,
    op_2mul,
    op_2div,
    op_negate,
    op_abs,
    op_not,
    op_0notequal,
    op_add,
    op_sub,
    op_mul,
    op_div,
    op_mod,
    op_lshift,
    op_rshift,
    op_booland,
    op_boolor,
    op_numequal,
    op_numequalverify,
    op_numnotequal,
    op_lessthan,
    op_greaterthan,
    op_lessthanorequal,
    op_greaterthanorequal,
    op_min,
    op_max,
    op_within,

    op_ripemd160 = 0xa6,
    op_sha1,
    op_sha256,
    op_hash160,
    op_hash256,
    op_codeseparator,
    op_checksig,
    op_checksigverify,
    op_checkmultisig,
    op_checkmultisigverify,

    op_nop1 = 0xb0,
    op_checklocktimeverify,  // BIP65; was NOP2
    op_checksequenceverify,  // BIP112; was NOP3
    op_nop4,
    op_nop5,
    op_nop6,
    op_nop7,
    op_nop8,
    op_nop9,
    op_nop10,

    op_checksigadd = 0xba,  // BIP342
    op_invalidopcode = 0xff,
};

constexpr std::uint8_t to_byte(Opcode code) { return static_cast<std::uint8_t>(code); }

// "OP_DUP", "0", "-1", "16", "OP_UNKNOWN": as RPC shows it. Plain pushes of 1 to 75 bytes are "OP_UNKNOWN" too.
std::string_view name(Opcode code);
// The inverse of name().
std::optional<Opcode> opcode_from_name(std::string_view name);

// Pushes data that follows it in the script (OP_0 pushes none).
constexpr bool is_push(Opcode code) { return code <= Opcode::op_pushdata4; }
// OP_1 to OP_16.
constexpr bool is_small_integer(Opcode code) { return code >= Opcode::op_1 && code <= Opcode::op_16; }

// The opcode that pushes 0 to 16.
constexpr Opcode small_integer(unsigned value) {
    return value == 0 ? Opcode::op_0 : static_cast<Opcode>(to_byte(Opcode::op_1) + value - 1);
}
// What a small integer opcode or OP_0 pushes.
constexpr unsigned small_integer_value(Opcode code) {
    return code == Opcode::op_0 ? 0U : 1U + to_byte(code) - to_byte(Opcode::op_1);
}

// Switched off in 2010 (CVE-2010-5137): a legacy or witness v0 script that contains one fails even when it is not
// executed.
bool is_disabled(Opcode code);

// BIP342 "Script execution": a tapscript that contains one succeeds.
bool is_op_success(Opcode code);

}  // namespace keel::script
