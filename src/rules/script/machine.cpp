#include "rules/script/machine.hpp"

namespace keel::script {

namespace {

using enum Opcode;

using HandlerTable = std::array<Handler, 256>;

Status on_unknown(Machine&, Opcode) { return fail(ScriptError::bad_opcode); }

HandlerTable make_table() {
    HandlerTable table;
    table.fill(on_unknown);
    for (const auto family :
         {flow_operations(), stack_operations(), numeric_operations(), hash_operations(), signature_operations()}) {
        for (const Entry& entry : family) {
            table[to_byte(entry.code)] = entry.handler;
        }
    }
    return table;
}

const HandlerTable& handlers() {
    static const HandlerTable kTable = make_table();
    return kTable;
}

// What holds for an operation whether it is executed or not.
Status check_form(Machine& machine, const Op& op) {
    if (op.data.size() > kElementSizeMax) {
        return fail(ScriptError::push_size);
    }
    if (op.code <= op_16) {
        return {};
    }
    if (machine.version != SigVersion::tapscript) {
        KEEL_CHECK(machine.count_ops(1));
    }
    if (is_disabled(op.code)) {
        return fail(ScriptError::disabled_opcode);
    }
    if (op.code == op_codeseparator && machine.version == SigVersion::legacy && machine.has(Flag::const_scriptcode)) {
        return fail(ScriptError::op_codeseparator);
    }
    return {};
}

// IF to ENDIF, OP_VERIF and OP_VERNOTIF among them, take effect in branches not taken too.
constexpr bool is_branching(Opcode code) { return code >= op_if && code <= op_endif; }

Status execute(Machine& machine, const HandlerTable& table, const Op& op) {
    const bool taken = machine.conditions.all_taken();
    if (!taken && !is_branching(op.code)) {
        return {};
    }
    if (!is_push(op.code)) {
        return table[to_byte(op.code)](machine, op.code);
    }
    if (machine.has(Flag::minimaldata) && !is_minimal_push(op)) {
        return fail(ScriptError::minimal_data);
    }
    machine.stack.push_view(op.data);
    return {};
}

}  // namespace

void Conditions::enter(bool taken) {
    if (!taken && skipped_from_ == kNone) {
        skipped_from_ = depth_;
    }
    ++depth_;
}

void Conditions::invert() {
    KEEL_ASSERT(depth_ > 0);
    if (skipped_from_ == kNone) {
        skipped_from_ = depth_ - 1;
    } else if (skipped_from_ == depth_ - 1) {
        skipped_from_ = kNone;
    }
}

void Conditions::leave() {
    KEEL_ASSERT(depth_ > 0);
    --depth_;
    if (skipped_from_ == depth_) {
        skipped_from_ = kNone;
    }
}

Machine::Machine(const InputCheck& input_check, SigVersion sig_version, ByteSpan code, Stack& main_stack)
    : check(input_check),
      version(sig_version),
      script(code),
      stack(main_stack),
      reader(code),
      sighashes(
          input_check.context, input_check.input,
          sig_version == SigVersion::legacy ? SighashCache::Algorithm::legacy : SighashCache::Algorithm::witness_v0) {}

Status Machine::need(std::size_t elements) const {
    return stack.size() >= elements ? Status() : fail(ScriptError::invalid_stack_operation);
}

Result<std::int64_t, ScriptError> Machine::number(std::size_t depth, std::size_t size_max) const {
    const Minimal minimal = has(Flag::minimaldata) ? Minimal::required : Minimal::no;
    const auto value = decode_number(stack.peek(depth), minimal, size_max);
    if (!value) {
        return fail(ScriptError::script_number);
    }
    return *value;
}

Status Machine::count_ops(std::size_t more) {
    op_count += more;
    return op_count <= kOpsPerScriptMax ? Status() : fail(ScriptError::op_count);
}

Status run(Machine& machine) {
    KEEL_ASSERT((machine.tapscript != nullptr) == (machine.version == SigVersion::tapscript));
    if (machine.version != SigVersion::tapscript && machine.script.size() > kScriptSizeMax) {
        return fail(ScriptError::script_size);
    }
    const HandlerTable& table = handlers();
    for (Op op{}; !machine.reader.at_end(); ++machine.op_position) {
        if (!machine.reader.next(op)) {
            return fail(ScriptError::bad_opcode);
        }
        KEEL_CHECK(check_form(machine, op));
        KEEL_CHECK(execute(machine, table, op));
        if (machine.stack.size() + machine.alternative_stack.size() > kStackSizeMax) {
            return fail(ScriptError::stack_size);
        }
    }
    return machine.conditions.empty() ? Status() : fail(ScriptError::unbalanced_conditional);
}

Status demand_true(Machine& machine, ScriptError otherwise) {
    if (!cast_to_bool(machine.stack.peek())) {
        return fail(otherwise);
    }
    machine.stack.pop();
    return {};
}

}  // namespace keel::script
