#include "rules/script/script.hpp"

namespace keel::script {

using enum Opcode;

bool ScriptReader::next(Op& op) {
    const ByteSpan rest = script_.subspan(position_);
    if (rest.empty()) {
        return false;
    }
    op.code = static_cast<Opcode>(rest[0]);
    op.data = {};
    if (!is_push(op.code)) {
        ++position_;
        return true;
    }
    std::size_t header = 1;
    std::size_t length = to_byte(op.code);
    if (op.code >= op_pushdata1) {
        header += std::size_t{1} << (to_byte(op.code) - to_byte(op_pushdata1));
        if (rest.size() < header) {
            return false;
        }
        length = 0;
        for (std::size_t i = header - 1; i > 0; --i) {
            length = length << 8U | std::to_integer<std::size_t>(rest[i]);
        }
    }
    if (rest.size() - header < length) {
        return false;
    }
    op.data = rest.subspan(header, length);
    position_ += header + length;
    return true;
}

bool is_push_only(ByteSpan script) { return last_push(script).has_value(); }

bool is_minimal_push(const Op& op) {
    const std::size_t size = op.data.size();
    if (size == 0) {
        return op.code == op_0;
    }
    if (size == 1) {
        const auto value = std::to_integer<unsigned>(op.data[0]);
        return value != 0x81 && (value < 1 || value > 16) && to_byte(op.code) == 1;
    }
    if (size <= 75) {
        return to_byte(op.code) == size;
    }
    if (size <= 0xFF) {
        return op.code == op_pushdata1;
    }
    return size > 0xFFFF || op.code == op_pushdata2;
}

bool is_pay_to_script_hash(ByteSpan script) {
    return script.size() == 23 && script[0] == std::byte{to_byte(op_hash160)} && script[1] == std::byte{20} &&
           script[22] == std::byte{to_byte(op_equal)};
}

bool WitnessProgram::is_anchor() const {
    return version == 1 && program.size() == 2 && program[0] == std::byte{0x4e} && program[1] == std::byte{0x73};
}

std::optional<WitnessProgram> witness_program(ByteSpan script) {
    if (script.size() < 4 || script.size() > 42 || std::to_integer<std::size_t>(script[1]) + 2 != script.size()) {
        return std::nullopt;
    }
    const auto version = static_cast<Opcode>(script[0]);
    if (version != op_0 && !is_small_integer(version)) {
        return std::nullopt;
    }
    return WitnessProgram{small_integer_value(version), script.subspan(2)};
}

bool is_unspendable(ByteSpan script) {
    return (!script.empty() && script[0] == std::byte{to_byte(op_return)}) || script.size() > kScriptSizeMax;
}

std::optional<ByteSpan> last_push(ByteSpan script) {
    ScriptReader reader(script);
    Op op{};
    while (reader.next(op)) {
        if (op.code > op_16) {
            return std::nullopt;
        }
    }
    return reader.at_end() ? std::optional(op.data) : std::nullopt;
}

}  // namespace keel::script
