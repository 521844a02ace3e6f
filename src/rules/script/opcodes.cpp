#include "rules/script/opcodes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace keel::script {

namespace {

using enum Opcode;

using Names = std::array<std::string_view, 256>;

constexpr auto kFromNop = std::to_array<std::string_view>({
    "OP_NOP",
    "OP_VER",
    "OP_IF",
    "OP_NOTIF",
    "OP_VERIF",
    "OP_VERNOTIF",
    "OP_ELSE",
    "OP_ENDIF",
    "OP_VERIFY",
    "OP_RETURN",
    "OP_TOALTSTACK",
    "OP_FROMALTSTACK",
    "OP_2DROP",
    "OP_2DUP",
    "OP_3DUP",
    "OP_2OVER",
    "OP_2ROT",
    "OP_2SWAP",
    "OP_IFDUP",
    "OP_DEPTH",
    "OP_DROP",
    "OP_DUP",
    "OP_NIP",
    "OP_OVER",
    "OP_PICK",
    "OP_ROLL",
    "OP_ROT",
    "OP_SWAP",
    "OP_TUCK",
    "OP_CAT",
    "OP_SUBSTR",
    "OP_LEFT",
    "OP_RIGHT",
    "OP_SIZE",
    "OP_INVERT",
    "OP_AND",
    "OP_OR",
    "OP_XOR",
    "OP_EQUAL",
    "OP_EQUALVERIFY",
    "OP_RESERVED1",
    "OP_RESERVED2",
    "OP_1ADD",
    "OP_1SUB",
    "OP_2MUL",
    "OP_2DIV",
    "OP_NEGATE",
    "OP_ABS",
    "OP_NOT",
    "OP_0NOTEQUAL",
    "OP_ADD",
    "OP_SUB",
    "OP_MUL",
    "OP_DIV",
    "OP_MOD",
    "OP_LSHIFT",
    "OP_RSHIFT",
    "OP_BOOLAND",
    "OP_BOOLOR",
    "OP_NUMEQUAL",
    "OP_NUMEQUALVERIFY",
    "OP_NUMNOTEQUAL",
    "OP_LESSTHAN",
    "OP_GREATERTHAN",
    "OP_LESSTHANOREQUAL",
    "OP_GREATERTHANOREQUAL",
    "OP_MIN",
    "OP_MAX",
    "OP_WITHIN",
    "OP_RIPEMD160",
    "OP_SHA1",
    "OP_SHA256",
    "OP_HASH160",
    "OP_HASH256",
    "OP_CODESEPARATOR",
    "OP_CHECKSIG",
    "OP_CHECKSIGVERIFY",
    "OP_CHECKMULTISIG",
    "OP_CHECKMULTISIGVERIFY",
    "OP_NOP1",
    "OP_CHECKLOCKTIMEVERIFY",
    "OP_CHECKSEQUENCEVERIFY",
    "OP_NOP4",
    "OP_NOP5",
    "OP_NOP6",
    "OP_NOP7",
    "OP_NOP8",
    "OP_NOP9",
    "OP_NOP10",
    "OP_CHECKSIGADD",
});
static_assert(kFromNop.size() == to_byte(op_checksigadd) - to_byte(op_nop) + 1);

constexpr auto kSmallIntegers = std::to_array<std::string_view>(
    {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"});

constexpr Names make_names() {
    Names names;
    names.fill("OP_UNKNOWN");
    for (unsigned i = 0; i < kSmallIntegers.size(); ++i) {
        names[to_byte(small_integer(i))] = kSmallIntegers[i];
    }
    names[to_byte(op_1negate)] = "-1";
    names[to_byte(op_pushdata1)] = "OP_PUSHDATA1";
    names[to_byte(op_pushdata2)] = "OP_PUSHDATA2";
    names[to_byte(op_pushdata4)] = "OP_PUSHDATA4";
    names[to_byte(op_reserved)] = "OP_RESERVED";
    names[to_byte(op_invalidopcode)] = "OP_INVALIDOPCODE";
    std::ranges::copy(kFromNop, names.begin() + to_byte(op_nop));
    return names;
}

constexpr Names kNames = make_names();

// What each opcode belongs to, so that a question about it is one look-up.
using Marks = std::array<bool, 256>;

template <std::size_t N>
constexpr Marks mark_ranges(const std::pair<int, int> (&ranges)[N]) {
    Marks marks{};
    for (const auto& [first, last] : ranges) {
        for (int code = first; code <= last; ++code) {
            marks[static_cast<std::size_t>(code)] = true;
        }
    }
    return marks;
}

constexpr Marks kDisabled = mark_ranges({{126, 129}, {131, 134}, {141, 142}, {149, 153}});

constexpr Marks kSuccess =
    mark_ranges({{80, 80}, {98, 98}, {126, 129}, {131, 134}, {137, 138}, {141, 142}, {149, 153}, {187, 254}});

}  // namespace

std::string_view name(Opcode code) { return kNames[to_byte(code)]; }

std::optional<Opcode> opcode_from_name(std::string_view name) {
    if (name == "OP_UNKNOWN") {
        return std::nullopt;
    }
    const auto* const found = std::ranges::find(kNames, name);
    return found == kNames.end() ? std::nullopt : std::optional(static_cast<Opcode>(found - kNames.begin()));
}

bool is_disabled(Opcode code) { return kDisabled[to_byte(code)]; }

bool is_op_success(Opcode code) { return kSuccess[to_byte(code)]; }

}  // namespace keel::script
