// Reading scripts: one operation at a time, and the questions asked of whole scripts.
//
// Nothing here copies or allocates; views are into the script given.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "rules/script/opcodes.hpp"

namespace keel::script {

// Legacy and witness v0 limits; a tapscript is bounded by block weight only.
inline constexpr std::size_t kScriptSizeMax = 10'000;
inline constexpr std::size_t kOpsPerScriptMax = 201;  // operations other than pushes, plus keys of CHECKMULTISIG
// Limits in every kind of script.
inline constexpr std::size_t kElementSizeMax = 520;
inline constexpr std::size_t kStackSizeMax = 1'000;  // elements of main and alternative stack together
inline constexpr std::size_t kMultisigKeysMax = 20;

struct Op {
    Opcode code;
    ByteSpan data;  // what a push pushes; empty for other operations
};

class ScriptReader {
public:
    explicit ScriptReader(ByteSpan script) : script_(script) {}

    [[nodiscard]] bool at_end() const { return position_ == script_.size(); }
    [[nodiscard]] std::size_t position() const { return position_; }
    // Reads the next operation; false, without moving, at the end and where a push is longer than what is left.
    bool next(Op& op);

private:
    ByteSpan script_;
    std::size_t position_ = 0;
};

// Whether every operation only pushes; OP_RESERVED counts as a push. False when an operation is cut short.
bool is_push_only(ByteSpan script);

// The only push of these bytes that the minimaldata rule (BIP62 rule 3) allows has this form.
bool is_minimal_push(const Op& op);

// BIP16: HASH160 <20 bytes> EQUAL.
bool is_pay_to_script_hash(ByteSpan script);

// BIP141: OP_0 to OP_16, then one direct push of 2 to 40 bytes.
struct WitnessProgram {
    unsigned version;
    ByteSpan program;

    [[nodiscard]] bool is_key_hash() const { return version == 0 && program.size() == 20; }
    [[nodiscard]] bool is_script_hash() const { return version == 0 && program.size() == 32; }
    [[nodiscard]] bool is_taproot() const { return version == 1 && program.size() == 32; }
    // BIP433: version 1 with the two bytes 4e73, spendable by anyone without a witness.
    [[nodiscard]] bool is_anchor() const;
};
std::optional<WitnessProgram> witness_program(ByteSpan script);

// Can never be spent, so the output need not be stored: starts with OP_RETURN or is above kScriptSizeMax.
bool is_unspendable(ByteSpan script);

// The bytes that the last operation of a push-only script pushes; empty for a small number. Nothing when the script
// has another operation or is cut short.
std::optional<ByteSpan> last_push(ByteSpan script);

}  // namespace keel::script
