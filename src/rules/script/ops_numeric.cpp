// Arithmetic and comparison of numbers. Operands have at most four bytes, so no result overflows 64 bits.
#include "rules/script/machine.hpp"

namespace keel::script {

namespace {

using enum Opcode;
using Number = std::int64_t;

template <auto kFunction>
Status unary(Machine& machine, Opcode) {
    KEEL_CHECK(machine.need(1));
    KEEL_TRY(const Number a, machine.number(0));
    machine.stack.pop();
    machine.stack.push_number(kFunction(a));
    return {};
}

// `a` lies below `b`.
template <auto kFunction>
Status binary(Machine& machine, Opcode code) {
    KEEL_CHECK(machine.need(2));
    KEEL_TRY(const Number a, machine.number(1));
    KEEL_TRY(const Number b, machine.number(0));
    machine.stack.pop(2);
    machine.stack.push_number(kFunction(a, b));
    return code == op_numequalverify ? demand_true(machine, ScriptError::num_equal_verify) : Status();
}

// (x, low, high): whether low <= x < high.
Status on_within(Machine& machine, Opcode) {
    KEEL_CHECK(machine.need(3));
    KEEL_TRY(const Number x, machine.number(2));
    KEEL_TRY(const Number low, machine.number(1));
    KEEL_TRY(const Number high, machine.number(0));
    machine.stack.pop(3);
    machine.stack.push_bool(low <= x && x < high);
    return {};
}

constexpr auto kAdd1 = [](Number a) { return a + 1; };
constexpr auto kSub1 = [](Number a) { return a - 1; };
constexpr auto kNegate = [](Number a) { return -a; };
constexpr auto kAbs = [](Number a) { return a < 0 ? -a : a; };
constexpr auto kNot = [](Number a) { return a == 0; };
constexpr auto kNotZero = [](Number a) { return a != 0; };
constexpr auto kAdd = [](Number a, Number b) { return a + b; };
constexpr auto kSub = [](Number a, Number b) { return a - b; };
constexpr auto kAnd = [](Number a, Number b) { return a != 0 && b != 0; };
constexpr auto kOr = [](Number a, Number b) { return a != 0 || b != 0; };
constexpr auto kEqual = [](Number a, Number b) { return a == b; };
constexpr auto kDiffer = [](Number a, Number b) { return a != b; };
constexpr auto kLess = [](Number a, Number b) { return a < b; };
constexpr auto kGreater = [](Number a, Number b) { return a > b; };
constexpr auto kLessOrEqual = [](Number a, Number b) { return a <= b; };
constexpr auto kGreaterOrEqual = [](Number a, Number b) { return a >= b; };
constexpr auto kMin = [](Number a, Number b) { return a < b ? a : b; };
constexpr auto kMax = [](Number a, Number b) { return a > b ? a : b; };

constexpr auto kOperations = std::to_array<Entry>({
    {op_1add, unary<kAdd1>},
    {op_1sub, unary<kSub1>},
    {op_negate, unary<kNegate>},
    {op_abs, unary<kAbs>},
    {op_not, unary<kNot>},
    {op_0notequal, unary<kNotZero>},
    {op_add, binary<kAdd>},
    {op_sub, binary<kSub>},
    {op_booland, binary<kAnd>},
    {op_boolor, binary<kOr>},
    {op_numequal, binary<kEqual>},
    {op_numequalverify, binary<kEqual>},
    {op_numnotequal, binary<kDiffer>},
    {op_lessthan, binary<kLess>},
    {op_greaterthan, binary<kGreater>},
    {op_lessthanorequal, binary<kLessOrEqual>},
    {op_greaterthanorequal, binary<kGreaterOrEqual>},
    {op_min, binary<kMin>},
    {op_max, binary<kMax>},
    {op_within, on_within},
});

}  // namespace

std::span<const Entry> numeric_operations() { return kOperations; }

}  // namespace keel::script
