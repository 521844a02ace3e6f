// Building scripts operation by operation.
#pragma once

#include <cstdint>
#include <utility>

#include "base/bytes.hpp"
#include "rules/script/opcodes.hpp"

namespace keel::script {

class ScriptBuilder {
public:
    ScriptBuilder& op(Opcode code);
    // The data behind its length, whatever the data: never OP_0 to OP_16 for short data (except that no data is OP_0).
    // That is how redeem scripts, keys and signatures are pushed.
    ScriptBuilder& push(ByteSpan data);
    // The only form that the minimaldata rule allows: like push(), but OP_1NEGATE and OP_1 to OP_16 where they fit.
    ScriptBuilder& push_minimal(ByteSpan data);
    // OP_0, OP_1NEGATE, OP_1 to OP_16, or the shortest number.
    ScriptBuilder& number(std::int64_t value);
    // Bytes as they are.
    ScriptBuilder& raw(ByteSpan bytes);

    [[nodiscard]] const Bytes& bytes() const& { return bytes_; }
    [[nodiscard]] Bytes bytes() && { return std::move(bytes_); }

private:
    Bytes bytes_;
};

// The opcode and length bytes that stand before `size` bytes of pushed data.
class PushHeader {
public:
    explicit PushHeader(std::size_t size);
    [[nodiscard]] ByteSpan span() const { return ByteSpan(bytes_).first(size_); }

private:
    std::array<std::byte, 5> bytes_{};
    std::size_t size_ = 1;
};

}  // namespace keel::script
