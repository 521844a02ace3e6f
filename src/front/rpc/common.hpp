// What several calls share: finding blocks, reading them, and the fields that appear in many results.
#pragma once

#include <optional>
#include <string>

#include "front/rpc/args.hpp"
#include "front/rpc/context.hpp"
#include "front/rpc/json_writer.hpp"
#include "rules/address/destination.hpp"
#include "rules/address/key_store.hpp"
#include "rules/primitives/block.hpp"

namespace keel::rpc {

using headers::Node;

// The node whose hash is argument `index`; `name` is the argument's name. "Block not found" when there is none.
[[nodiscard]] Outcome<const Node*> find_block(const Context& context, const Args& args, std::size_t index,
                                              std::string_view name);
// A height on the active chain or a hash.
[[nodiscard]] Outcome<const Node*> find_block_or_height(const Context& context, const Args& args, std::size_t index);

// 0, 1, 2 ... or a boolean for 0 and 1.
[[nodiscard]] Outcome<std::int32_t> verbosity_of(const Args& args, std::size_t index, std::int32_t otherwise);

// Where a block is, seen from a tip.
struct Position {
    const Node* next = nullptr;       // on the active chain
    std::int32_t confirmations = -1;  // -1: on a branch
};
Position position_of(const Node& node, const Node& tip);

[[nodiscard]] Outcome<Bytes> read_block_bytes(const Context& context, const Node& node);
[[nodiscard]] Outcome<primitives::BlockPtr> read_block(const Context& context, const Node& node);
// Empty for genesis.
[[nodiscard]] Outcome<store::SpentCoins> read_undo(const Context& context, const Node& node);

// The answer to a command, or an error when the node stops first.
template <class T>
[[nodiscard]] Outcome<T> wait_for(api::Pending<T>& pending) {
    std::optional<T> out = pending.wait();
    if (!out) {
        return fail(ErrorCode::client_not_connected, "Shutting down");
    }
    return std::move(*out);
}

// Hands a block in and waits for what becomes of it.
[[nodiscard]] Outcome<api::BlockVerdict> submit_block(const Context& context, primitives::BlockPtr block);

// "207fffff"
std::string hex32(std::uint32_t number);
// How many times harder than the easiest target of the main network.
double difficulty(primitives::CompactTarget bits);
// 64 hexadecimal digits, most significant first.
std::string hex256(const U256& number);
void write_bits_and_target(JsonWriter& out, primitives::CompactTarget bits);
// asm, desc, hex, address, type: an object.
void write_script(JsonWriter& out, ByteSpan script, const primitives::Params& params);
struct ScriptJsonOptions {
    bool hex = true;
    const address::KeyStore* store = nullptr;  // what is known about the script; null: nothing
};
// The same as fields of the object being written.
void write_script_fields(JsonWriter& out, ByteSpan script, const primitives::Params& params,
                         const ScriptJsonOptions& options);
// isscript, iswitness, witness_version, witness_program: fields of the object being written.
void write_destination_kind(JsonWriter& out, const address::Destination& destination);
void write_warnings(JsonWriter& out, const api::ChainReader& chain);

}  // namespace keel::rpc
