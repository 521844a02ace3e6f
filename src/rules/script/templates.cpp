#include "rules/script/templates.hpp"

#include "rules/script/script.hpp"
#include "rules/script/script_number.hpp"
#include "rules/script/signature_encoding.hpp"

namespace keel::script {

namespace {

using enum Opcode;

bool ends_with(ByteSpan script, Opcode code) { return !script.empty() && script.back() == std::byte{to_byte(code)}; }

std::optional<OutputTemplate> match_witness_program(ByteSpan script) {
    const auto program = witness_program(script);
    if (!program) {
        return std::nullopt;
    }
    if (program->is_key_hash()) {
        return OutputTemplate{OutputType::witness_v0_keyhash, {program->program}};
    }
    if (program->is_script_hash()) {
        return OutputTemplate{OutputType::witness_v0_scripthash, {program->program}};
    }
    if (program->is_taproot()) {
        return OutputTemplate{OutputType::witness_v1_taproot, {program->program}};
    }
    if (program->is_anchor()) {
        return OutputTemplate{OutputType::anchor, {}};
    }
    if (program->version == 0) {
        return OutputTemplate{};
    }
    return OutputTemplate{OutputType::witness_unknown, {program->program}, program->version};
}

// <33 or 65 bytes> CHECKSIG
std::optional<OutputTemplate> match_pubkey(ByteSpan script) {
    if (!ends_with(script, op_checksig) || script.size() < 2 ||
        std::to_integer<std::size_t>(script[0]) + 2 != script.size()) {
        return std::nullopt;
    }
    const ByteSpan key = script.subspan(1, script.size() - 2);
    return has_key_size(key) ? std::optional(OutputTemplate{OutputType::pubkey, {key}}) : std::nullopt;
}

// DUP HASH160 <20 bytes> EQUALVERIFY CHECKSIG
std::optional<OutputTemplate> match_pubkeyhash(ByteSpan script) {
    const bool matches = script.size() == 25 && script[0] == std::byte{to_byte(op_dup)} &&
                         script[1] == std::byte{to_byte(op_hash160)} && script[2] == std::byte{20} &&
                         script[23] == std::byte{to_byte(op_equalverify)} && ends_with(script, op_checksig);
    return matches ? std::optional(OutputTemplate{OutputType::pubkeyhash, {script.subspan(3, 20)}}) : std::nullopt;
}

// OP_1 to OP_16, or a minimal push of a minimal number, from `low` to the most keys a multisig can have.
std::optional<unsigned> multisig_count(const Op& op, unsigned low) {
    std::int64_t value = 0;
    if (is_small_integer(op.code)) {
        value = small_integer_value(op.code);
    } else {
        const auto number = decode_number(op.data, Minimal::required);
        if (!is_push(op.code) || !is_minimal_push(op) || !number) {
            return std::nullopt;
        }
        value = *number;
    }
    const bool in_range = value >= low && value <= static_cast<std::int64_t>(kMultisigKeysMax);
    return in_range ? std::optional(static_cast<unsigned>(value)) : std::nullopt;
}

// m <key>... n CHECKMULTISIG
std::optional<OutputTemplate> match_multisig(ByteSpan script) {
    ScriptReader reader(script);
    Op op{};
    if (!ends_with(script, op_checkmultisig) || !reader.next(op)) {
        return std::nullopt;
    }
    const auto needed = multisig_count(op, 1);
    if (!needed) {
        return std::nullopt;
    }
    OutputTemplate out{OutputType::multisig, {}, *needed};
    while (reader.next(op) && has_key_size(op.data)) {
        out.parts.push_back(op.data);
    }
    const auto keys = multisig_count(op, *needed);
    const bool matches = keys && *keys == out.parts.size() && reader.position() + 1 == script.size();
    return matches ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

std::string_view name(OutputType type) {
    static constexpr auto kNames = std::to_array<std::string_view>({
        "nonstandard",
        "pubkey",
        "pubkeyhash",
        "scripthash",
        "multisig",
        "nulldata",
        "witness_v0_keyhash",
        "witness_v0_scripthash",
        "witness_v1_taproot",
        "anchor",
        "witness_unknown",
    });
    return kNames[static_cast<std::size_t>(type)];
}

OutputTemplate solve(ByteSpan script) {
    if (is_pay_to_script_hash(script)) {
        return {OutputType::scripthash, {script.subspan(2, 20)}};
    }
    if (auto program = match_witness_program(script)) {
        return *std::move(program);
    }
    if (!script.empty() && script[0] == std::byte{to_byte(op_return)} && is_push_only(script.subspan(1))) {
        return {OutputType::nulldata, {}};
    }
    for (const auto match : {match_pubkey, match_pubkeyhash, match_multisig}) {
        if (auto found = match(script)) {
            return *std::move(found);
        }
    }
    return {};
}

}  // namespace keel::script
