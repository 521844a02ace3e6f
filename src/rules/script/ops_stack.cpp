// Operations that copy, move and compare whole elements.
#include "rules/script/machine.hpp"

namespace keel::script {

namespace {

using enum Opcode;

Status on_toaltstack(Machine& machine, Opcode) {
    KEEL_CHECK(machine.need(1));
    machine.alternative_stack.push_back(machine.stack.take());
    return {};
}

Status on_fromaltstack(Machine& machine, Opcode) {
    if (machine.alternative_stack.empty()) {
        return fail(ScriptError::invalid_altstack_operation);
    }
    machine.stack.push(machine.alternative_stack.back());
    machine.alternative_stack.pop_back();
    return {};
}

template <std::size_t kCount>
Status on_drop(Machine& machine, Opcode) {
    KEEL_CHECK(machine.need(kCount));
    machine.stack.pop(kCount);
    return {};
}

// Pushes copies of `kCount` elements, the lowest `kDepth` below the top, in their order.
template <std::size_t kCount, std::size_t kDepth>
Status on_copy(Machine& machine, Opcode) {
    KEEL_CHECK(machine.need(kDepth + 1));
    for (std::size_t i = 0; i < kCount; ++i) {
        machine.stack.push(machine.stack.at(kDepth));
    }
    return {};
}

// Moves `kCount` elements to the top, the lowest `kDepth` below it, in their order.
template <std::size_t kCount, std::size_t kDepth>
Status on_move(Machine& machine, Opcode) {
    KEEL_CHECK(machine.need(kDepth + 1));
    for (std::size_t i = 0; i < kCount; ++i) {
        machine.stack.roll(kDepth);
    }
    return {};
}

Status on_ifdup(Machine& machine, Opcode) {
    KEEL_CHECK(machine.need(1));
    if (cast_to_bool(machine.stack.peek())) {
        machine.stack.push(machine.stack.at(0));
    }
    return {};
}

Status on_depth(Machine& machine, Opcode) {
    machine.stack.push_number(static_cast<std::int64_t>(machine.stack.size()));
    return {};
}

Status on_nip(Machine& machine, Opcode) {
    KEEL_CHECK(machine.need(2));
    machine.stack.erase(1);
    return {};
}

Status on_tuck(Machine& machine, Opcode) {
    KEEL_CHECK(machine.need(2));
    machine.stack.insert(2, machine.stack.at(0));
    return {};
}

// PICK and ROLL: the element to copy or move is given by a number.
Status on_pick_or_roll(Machine& machine, Opcode code) {
    KEEL_CHECK(machine.need(2));
    KEEL_TRY(const std::int64_t number, machine.number(0));
    machine.stack.pop();
    if (number < 0 || static_cast<std::uint64_t>(number) >= machine.stack.size()) {
        return fail(ScriptError::invalid_stack_operation);
    }
    const auto depth = static_cast<std::size_t>(number);
    if (code == op_pick) {
        machine.stack.push(machine.stack.at(depth));
    } else {
        machine.stack.roll(depth);
    }
    return {};
}

Status on_size(Machine& machine, Opcode) {
    KEEL_CHECK(machine.need(1));
    machine.stack.push_number(static_cast<std::int64_t>(machine.stack.peek().size()));
    return {};
}

Status on_equal(Machine& machine, Opcode code) {
    KEEL_CHECK(machine.need(2));
    const bool same = equal(machine.stack.peek(0), machine.stack.peek(1));
    machine.stack.pop(2);
    machine.stack.push_bool(same);
    return code == op_equalverify ? demand_true(machine, ScriptError::equal_verify) : Status();
}

constexpr auto kOperations = std::to_array<Entry>({
    {op_toaltstack, on_toaltstack},
    {op_fromaltstack, on_fromaltstack},
    {op_2drop, on_drop<2>},
    {op_2dup, on_copy<2, 1>},
    {op_3dup, on_copy<3, 2>},
    {op_2over, on_copy<2, 3>},
    {op_2rot, on_move<2, 5>},
    {op_2swap, on_move<2, 3>},
    {op_ifdup, on_ifdup},
    {op_depth, on_depth},
    {op_drop, on_drop<1>},
    {op_dup, on_copy<1, 0>},
    {op_nip, on_nip},
    {op_over, on_copy<1, 1>},
    {op_pick, on_pick_or_roll},
    {op_roll, on_pick_or_roll},
    {op_rot, on_move<1, 2>},
    {op_swap, on_move<1, 1>},
    {op_tuck, on_tuck},
    {op_size, on_size},
    {op_equal, on_equal},
    {op_equalverify, on_equal},
});

}  // namespace

std::span<const Entry> stack_operations() { return kOperations; }

}  // namespace keel::script
