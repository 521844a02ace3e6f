// The execution of one script: its state, and the loop that every operation goes through. Internal to this room.
#pragma once

#include "rules/script/error.hpp"
#include "rules/script/flags.hpp"
#include "rules/script/script.hpp"
#include "rules/script/script_number.hpp"
#include "rules/script/sig_version.hpp"
#include "rules/script/sighash.hpp"
#include "rules/script/signature_verifier.hpp"
#include "rules/script/stack.hpp"

namespace keel::script {

// What all scripts of one input have in common.
struct InputCheck {
    const TxContext& context;
    std::size_t input;
    Flags flags;
    const SignatureVerifier& verifier;
};

// The nesting of IF, ELSE and ENDIF. Only the outermost branch not taken matters: everything inside it is skipped.
class Conditions {
public:
    [[nodiscard]] bool empty() const { return depth_ == 0; }
    [[nodiscard]] bool all_taken() const { return skipped_from_ == kNone; }
    void enter(bool taken);
    void invert();  // must not be empty
    void leave();   // must not be empty

private:
    static constexpr std::size_t kNone = ~std::size_t{0};
    std::size_t depth_ = 0;
    std::size_t skipped_from_ = kNone;
};

// BIP342: what a tapscript has besides its stack.
struct Tapscript {
    TaprootSpend spend;        // with a leaf
    std::int64_t weight_left;  // "Resource limits": each signature takes kSignatureWeight
};
inline constexpr std::int64_t kSignatureWeight = 50;

struct Machine {
    // `code` must outlive the machine and what it leaves on the stack.
    Machine(const InputCheck& input_check, SigVersion sig_version, ByteSpan code, Stack& main_stack);

    const InputCheck& check;
    SigVersion version;
    ByteSpan script;
    Stack& stack;
    Tapscript* tapscript = nullptr;  // set by the caller when the version is tapscript, and only then

    ScriptReader reader;
    std::vector<Element> alternative_stack;
    Conditions conditions;
    std::size_t op_count = 0;       // legacy and witness v0
    std::uint32_t op_position = 0;  // of the current operation, counting all
    std::size_t code_begin = 0;     // offset behind the last executed OP_CODESEPARATOR
    SighashCache sighashes;

    [[nodiscard]] bool has(Flag flag) const { return check.flags.has(flag); }
    // Operations of the caller's family need this many elements.
    [[nodiscard]] Status need(std::size_t elements) const;
    // The number `depth` below the top.
    [[nodiscard]] Result<std::int64_t, ScriptError> number(std::size_t depth,
                                                           std::size_t size_max = kNumberSizeMax) const;
    // Legacy and witness v0: counts towards kOpsPerScriptMax.
    Status count_ops(std::size_t more);
    // What a signature in this script signs, before FindAndDelete.
    [[nodiscard]] ByteSpan script_code() const { return script.subspan(code_begin); }
};

// Executes to the end of the script or the first failure. Leaves the judgement of the stack to the caller.
Status run(Machine& machine);

// One operation other than a push, whose branch is taken (or which is itself a branching one).
using Handler = Status (*)(Machine&, Opcode);
struct Entry {
    Opcode code;
    Handler handler;
};

// The families. An opcode in none of them fails when executed.
std::span<const Entry> flow_operations();
std::span<const Entry> stack_operations();
std::span<const Entry> numeric_operations();
std::span<const Entry> hash_operations();
std::span<const Entry> signature_operations();

// For operations whose VERIFY form demands true: replaces the result on top of the stack by nothing, or fails.
Status demand_true(Machine& machine, ScriptError otherwise);

}  // namespace keel::script
