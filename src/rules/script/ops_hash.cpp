// Hash operations.
#include "crypto/hash.hpp"
#include "crypto/sha256.hpp"
#include "rules/script/machine.hpp"

namespace keel::script {

namespace {

using enum Opcode;

template <auto kFunction>
Status on_hash(Machine& machine, Opcode) {
    KEEL_CHECK(machine.need(1));
    const auto hash = kFunction(machine.stack.peek());
    machine.stack.pop();
    machine.stack.push_copy(hash);
    return {};
}

constexpr auto kOperations = std::to_array<Entry>({
    {op_ripemd160, on_hash<crypto::ripemd160>},
    {op_sha1, on_hash<crypto::sha1>},
    {op_sha256, on_hash<[](ByteSpan data) { return crypto::sha256(data).bytes; }>},
    {op_hash160, on_hash<crypto::hash160>},
    {op_hash256, on_hash<[](ByteSpan data) { return crypto::sha256d(data).bytes; }>},
});

}  // namespace

std::span<const Entry> hash_operations() { return kOperations; }

}  // namespace keel::script
