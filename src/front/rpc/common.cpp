#include "front/rpc/common.hpp"

#include <array>
#include <cmath>

#include "base/hex.hpp"
#include "rules/address/address.hpp"
#include "rules/address/descriptor.hpp"
#include "rules/consensus/pow.hpp"
#include "rules/script/script_asm.hpp"
#include "rules/script/templates.hpp"

namespace keel::rpc {
namespace {

Failure<Error> read_failure(api::ReadFailure why, std::string_view what) {
    const std::string name(what);
    switch (why) {
        case api::ReadFailure::pruned: return fail(ErrorCode::misc, name + " not available (pruned data)");
        case api::ReadFailure::damaged: return fail(ErrorCode::misc, name + " not found on disk");
        case api::ReadFailure::not_stored: break;
    }
    return fail(ErrorCode::misc,
                name == "Block" ? "Block not available (not fully downloaded)" : name + " not available");
}

}  // namespace

Outcome<const Node*> find_block(const Context& context, const Args& args, std::size_t index, std::string_view name) {
    KEEL_TRY(const auto hash, args.hash<primitives::BlockHash>(index, name));
    const Node* node = context.chain.tree().find(hash);
    if (node == nullptr) {
        return fail(ErrorCode::invalid_address_or_key, "Block not found");
    }
    return node;
}

Outcome<const Node*> find_block_or_height(const Context& context, const Args& args, std::size_t index) {
    if (!args.is_number(index)) {
        return find_block(context, args, index, "hash_or_height");
    }
    KEEL_TRY(const auto height, args.integer<std::int32_t>(index));
    const Node& tip = context.chain.tip();
    if (height < 0) {
        return fail(ErrorCode::invalid_parameter, "Target block height " + std::to_string(height) + " is negative");
    }
    if (height > tip.height().value()) {
        return fail(ErrorCode::invalid_parameter, "Target block height " + std::to_string(height) +
                                                      " after current tip " + std::to_string(tip.height().value()));
    }
    return tip.ancestor(primitives::Height(height));
}

Outcome<std::int32_t> verbosity_of(const Args& args, std::size_t index, std::int32_t otherwise) {
    if (args.is_boolean(index)) {
        return args.boolean(index, true) ? 1 : 0;
    }
    return args.integer<std::int32_t>(index, otherwise);
}

Position position_of(const Node& node, const Node& tip) {
    if (&node == &tip) {
        return {nullptr, 1};
    }
    const Node* next = tip.ancestor(node.height() + 1);
    if (next == nullptr || next->previous() != &node) {
        return {};
    }
    return {next, tip.height() - node.height() + 1};
}

Outcome<Bytes> read_block_bytes(const Context& context, const Node& node) {
    auto bytes = context.chain.read_block(node);
    if (!bytes) {
        return read_failure(bytes.error(), "Block");
    }
    return std::move(*bytes);
}

Outcome<primitives::BlockPtr> read_block(const Context& context, const Node& node) {
    KEEL_TRY(auto bytes, read_block_bytes(context, node));
    auto block = primitives::Block::parse(std::move(bytes));
    if (!block) {
        return read_failure(api::ReadFailure::damaged, "Block");
    }
    return std::move(*block);
}

Outcome<store::SpentCoins> read_undo(const Context& context, const Node& node) {
    if (node.previous() == nullptr) {
        return store::SpentCoins();
    }
    auto undo = context.chain.read_undo(node);
    if (!undo) {
        return read_failure(undo.error(), "Undo data");
    }
    return std::move(*undo);
}

Outcome<api::BlockVerdict> submit_block(const Context& context, primitives::BlockPtr block) {
    api::Pending<api::BlockVerdict> pending;
    context.commands.submit_block(std::move(block), pending.reply());
    return wait_for(pending);
}

std::string hex32(std::uint32_t number) {
    std::array<std::byte, 4> bytes;
    store_be(bytes.data(), number);
    return to_hex(bytes);
}

double difficulty(primitives::CompactTarget bits) {
    constexpr double kEasiestMantissa = 0x0000ffff;
    constexpr int kEasiestExponent = 29;
    const auto exponent = static_cast<int>(bits.value() >> 24U);
    const auto mantissa = static_cast<double>(bits.value() & 0x00FFFFFFU);
    return std::ldexp(kEasiestMantissa / mantissa, 8 * (kEasiestExponent - exponent));
}

std::string hex256(const U256& number) { return to_hex_reversed(number.to_le()); }

void write_bits_and_target(JsonWriter& out, primitives::CompactTarget bits) {
    out.field("bits", hex32(bits.value()));
    out.field("target", hex256(consensus::decode_compact(bits).value));
}

void write_script(JsonWriter& out, ByteSpan script, const primitives::Params& params) {
    out.begin_object();
    write_script_fields(out, script, params, {});
    out.end_object();
}

void write_script_fields(JsonWriter& out, ByteSpan script, const primitives::Params& params,
                         const ScriptJsonOptions& options) {
    static const address::KeyStore kNothing;
    out.field("asm", script::to_asm(script));
    out.field("desc",
              address::infer_descriptor(script, params.prefixes, options.store != nullptr ? *options.store : kNothing));
    if (options.hex) {
        out.field_hex("hex", script);
    }
    if (const auto destination = address::destination_of(script)) {
        out.field("address", address::encode_address(*destination, params.prefixes));
    }
    out.field("type", script::name(script::solve(script).type));
}

void write_destination_kind(JsonWriter& out, const address::Destination& destination) {
    const auto witness = address::witness_program_of(destination);
    const bool is_script = std::holds_alternative<address::ScriptHash>(destination) ||
                           std::holds_alternative<address::WitnessScriptHash>(destination) ||
                           std::holds_alternative<address::Taproot>(destination) ||
                           std::holds_alternative<address::Anchor>(destination);
    if (!std::holds_alternative<address::FutureWitness>(destination)) {
        out.field("isscript", is_script);
    }
    out.field("iswitness", witness.has_value());
    if (witness && !std::holds_alternative<address::Anchor>(destination)) {
        out.field("witness_version", witness->version);
        out.field_hex("witness_program", witness->program);
    }
}

void write_warnings(JsonWriter& out, const api::ChainReader& chain) {
    out.key("warnings");
    out.begin_array();
    for (const std::string& warning : chain.warnings()) {
        out.value(warning);
    }
    out.end_array();
}

}  // namespace keel::rpc
