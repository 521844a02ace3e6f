// Constants, branches, VERIFY and RETURN, reserved no-operations, and the two lock-time operations.
#include "rules/primitives/tx_table.hpp"
#include "rules/script/lock_time.hpp"
#include "rules/script/machine.hpp"

namespace keel::script {

namespace {

using enum Opcode;

Status on_small_number(Machine& machine, Opcode code) {
    machine.stack.push_number(static_cast<std::int64_t>(to_byte(code)) - to_byte(op_1) + 1);
    return {};
}

Status on_nop(Machine&, Opcode) { return {}; }

Status on_reserved_nop(Machine& machine, Opcode) {
    return machine.has(Flag::discourage_upgradable_nops) ? fail(ScriptError::discourage_upgradable_nops) : Status();
}

// BIP342 makes it consensus that the argument is empty or a single 1; in witness v0 that is policy.
Status check_branch_argument(const Machine& machine, ByteSpan argument) {
    const bool minimal = argument.empty() || (argument.size() == 1 && argument[0] == std::byte{1});
    if (minimal || machine.version == SigVersion::legacy) {
        return {};
    }
    if (machine.version == SigVersion::tapscript) {
        return fail(ScriptError::tapscript_minimal_if);
    }
    return machine.has(Flag::minimalif) ? fail(ScriptError::minimal_if) : Status();
}

Status on_if(Machine& machine, Opcode code) {
    if (!machine.conditions.all_taken()) {
        machine.conditions.enter(false);
        return {};
    }
    KEEL_CHECK(machine.need(1));
    KEEL_CHECK(check_branch_argument(machine, machine.stack.peek()));
    const bool value = cast_to_bool(machine.stack.peek());
    machine.stack.pop();
    machine.conditions.enter(value == (code == op_if));
    return {};
}

Status on_else(Machine& machine, Opcode) {
    if (machine.conditions.empty()) {
        return fail(ScriptError::unbalanced_conditional);
    }
    machine.conditions.invert();
    return {};
}

Status on_endif(Machine& machine, Opcode) {
    if (machine.conditions.empty()) {
        return fail(ScriptError::unbalanced_conditional);
    }
    machine.conditions.leave();
    return {};
}

Status on_verify(Machine& machine, Opcode) {
    KEEL_CHECK(machine.need(1));
    return demand_true(machine, ScriptError::verify);
}

Status on_return(Machine&, Opcode) { return fail(ScriptError::op_return); }

// The operand of both lock-time operations stays on the stack.
Result<std::int64_t, ScriptError> lock_time_operand(const Machine& machine) {
    KEEL_CHECK(machine.need(1));
    KEEL_TRY(const std::int64_t operand, machine.number(0, kLockTimeSizeMax));
    if (operand < 0) {
        return fail(ScriptError::negative_locktime);
    }
    return operand;
}

Status on_checklocktimeverify(Machine& machine, Opcode) {
    if (!machine.has(Flag::checklocktimeverify)) {
        return {};
    }
    KEEL_TRY(const std::int64_t operand, lock_time_operand(machine));
    const primitives::TxView tx = machine.check.context.tx();
    const bool reached = is_lock_time_reached(operand, tx.lock_time(), tx.input(machine.check.input).sequence());
    return reached ? Status() : fail(ScriptError::unsatisfied_locktime);
}

Status on_checksequenceverify(Machine& machine, Opcode) {
    if (!machine.has(Flag::checksequenceverify)) {
        return {};
    }
    KEEL_TRY(const std::int64_t operand, lock_time_operand(machine));
    const primitives::TxView tx = machine.check.context.tx();
    const bool reached = is_sequence_reached(operand, tx.version(), tx.input(machine.check.input).sequence());
    return reached ? Status() : fail(ScriptError::unsatisfied_locktime);
}

constexpr auto kOperations = std::to_array<Entry>({
    {op_1negate, on_small_number},
    {op_1, on_small_number},
    {op_2, on_small_number},
    {op_3, on_small_number},
    {op_4, on_small_number},
    {op_5, on_small_number},
    {op_6, on_small_number},
    {op_7, on_small_number},
    {op_8, on_small_number},
    {op_9, on_small_number},
    {op_10, on_small_number},
    {op_11, on_small_number},
    {op_12, on_small_number},
    {op_13, on_small_number},
    {op_14, on_small_number},
    {op_15, on_small_number},
    {op_16, on_small_number},
    {op_nop, on_nop},
    {op_nop1, on_reserved_nop},
    {op_nop4, on_reserved_nop},
    {op_nop5, on_reserved_nop},
    {op_nop6, on_reserved_nop},
    {op_nop7, on_reserved_nop},
    {op_nop8, on_reserved_nop},
    {op_nop9, on_reserved_nop},
    {op_nop10, on_reserved_nop},
    {op_if, on_if},
    {op_notif, on_if},
    {op_else, on_else},
    {op_endif, on_endif},
    {op_verify, on_verify},
    {op_return, on_return},
    {op_checklocktimeverify, on_checklocktimeverify},
    {op_checksequenceverify, on_checksequenceverify},
});

}  // namespace

std::span<const Entry> flow_operations() { return kOperations; }

}  // namespace keel::script
