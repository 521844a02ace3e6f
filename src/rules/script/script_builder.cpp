#include "rules/script/script_builder.hpp"

#include "base/endian.hpp"
#include "rules/script/script_number.hpp"

namespace keel::script {

namespace {

using enum Opcode;

constexpr std::byte byte_of(Opcode code) { return std::byte{to_byte(code)}; }

}  // namespace

ScriptBuilder& ScriptBuilder::op(Opcode code) {
    bytes_.push_back(byte_of(code));
    return *this;
}

ScriptBuilder& ScriptBuilder::push(ByteSpan data) { return raw(PushHeader(data.size()).span()).raw(data); }

ScriptBuilder& ScriptBuilder::push_minimal(ByteSpan data) {
    if (data.size() == 1) {
        const auto value = std::to_integer<unsigned>(data[0]);
        if (value >= 1 && value <= 16) {
            return op(small_integer(value));
        }
        if (value == 0x81) {
            return op(op_1negate);
        }
    }
    return push(data);
}

ScriptBuilder& ScriptBuilder::number(std::int64_t value) { return push_minimal(EncodedNumber(value).span()); }

ScriptBuilder& ScriptBuilder::raw(ByteSpan bytes) {
    append(bytes_, bytes);
    return *this;
}

PushHeader::PushHeader(std::size_t size) {
    if (size < to_byte(op_pushdata1)) {
        bytes_[0] = static_cast<std::byte>(size);
    } else if (size <= 0xFF) {
        bytes_[0] = byte_of(op_pushdata1);
        bytes_[1] = static_cast<std::byte>(size);
        size_ = 2;
    } else if (size <= 0xFFFF) {
        bytes_[0] = byte_of(op_pushdata2);
        store_le(&bytes_[1], static_cast<std::uint16_t>(size));
        size_ = 3;
    } else {
        bytes_[0] = byte_of(op_pushdata4);
        store_le(&bytes_[1], static_cast<std::uint32_t>(size));
        size_ = 5;
    }
}

}  // namespace keel::script
