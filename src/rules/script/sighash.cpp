#include "rules/script/sighash.hpp"

#include "base/assert.hpp"
#include "rules/primitives/outpoint.hpp"
#include "rules/script/hash_writer.hpp"
#include "rules/script/script.hpp"

namespace keel::script {

namespace {

using crypto::Sha256;
using primitives::InputView;
using primitives::OutPoint;
using primitives::TxView;

// A blanked output as SINGLE signs those before its own: an amount of -1 and an empty script.
constexpr std::int64_t kBlankAmount = -1;

void write_outpoint(HashWriter& out, const OutPoint& prevout) { out.hash(prevout.txid).integer(prevout.index); }

// How a script code is written: without its OP_CODESEPARATORs, and where a push is cut short only up to behind its
// length, although the length written in front counts all bytes. A script with such an end fails in any case, but what
// it fails by can depend on the signature.
struct Written {
    std::size_t separators = 0;
    std::size_t end = 0;
};

Written measure(ByteSpan script) {
    Written out;
    ScriptReader reader(script);
    for (Op op{}; reader.next(op);) {
        out.separators += op.code == Opcode::op_codeseparator ? 1U : 0U;
    }
    out.end = reader.position();
    if (!reader.at_end()) {
        const auto code = std::to_integer<std::uint8_t>(script[out.end]);
        const std::uint8_t pushdata1 = to_byte(Opcode::op_pushdata1);
        const std::size_t length_bytes = code < pushdata1 ? 0 : std::size_t{1} << (code - pushdata1);
        const std::size_t left = script.size() - out.end - 1;
        out.end += 1 + (left < length_bytes ? 0 : length_bytes);
    }
    return out;
}

void write_script_code(HashWriter& out, ByteSpan script) {
    const Written written = measure(script);
    out.compact_size(script.size() - written.separators);
    std::size_t kept = 0;
    ScriptReader reader(script);
    for (Op op{}; written.separators > 0 && reader.next(op);) {
        if (op.code == Opcode::op_codeseparator) {
            out.bytes(script.subspan(kept, reader.position() - 1 - kept));
            kept = reader.position();
        }
    }
    out.bytes(script.subspan(kept, written.end - kept));
}

void write_signed_input(HashWriter& out, const InputView& input, ByteSpan script_code) {
    write_outpoint(out, input.prevout());
    write_script_code(out, script_code);
    out.integer(input.sequence());
}

// What is to be signed, together with the hash type's 32 bits.
struct Request {
    const TxContext& context;
    std::size_t input;
    ByteSpan script_code;
    HashType type;

    [[nodiscard]] bool all_outputs() const { return !type.none() && !type.single(); }
};

const BlankInputs& blank_inputs(const Request& request) {
    return request.context.blank_inputs(request.all_outputs() ? BlankInputs::Sequences::kept
                                                              : BlankInputs::Sequences::zero);
}

// Inputs [begin, end) without scripts; their sequences count only where the signature covers all outputs.
void write_blank_inputs(HashWriter& out, const Request& request, std::size_t begin, std::size_t end) {
    const BlankInputs& prepared = blank_inputs(request);
    if (!prepared.empty()) {
        out.bytes(prepared.range(begin, end));
        return;
    }
    for (std::size_t i = begin; i < end; ++i) {
        const InputView input = request.context.tx().input(i);
        const OutPoint prevout = input.prevout();
        std::array<std::byte, BlankInputs::kInputSize> blank{};
        std::ranges::copy(prevout.txid.bytes, blank.begin());
        store_le(&blank[32], prevout.index);
        store_le(&blank[37], request.all_outputs() ? input.sequence() : 0U);
        out.bytes(blank);
    }
}

void write_legacy_inputs(HashWriter& out, const Request& request) {
    const TxView tx = request.context.tx();
    const BlankInputs& prepared = blank_inputs(request);
    std::size_t begin = 0;
    if (request.type.anyone_can_pay()) {
        out.integer(tx.version()).compact_size(1);
        write_signed_input(out, tx.input(request.input), request.script_code);
        return;
    }
    if (prepared.empty()) {
        out.integer(tx.version()).compact_size(tx.input_count());
    } else {
        const BlankInputs::Prefix prefix = prepared.prefix_before(request.input);
        out = HashWriter(prefix.state);
        begin = prefix.inputs;
    }
    write_blank_inputs(out, request, begin, request.input);
    write_signed_input(out, tx.input(request.input), request.script_code);
    write_blank_inputs(out, request, request.input + 1, tx.input_count());
}

void write_legacy_outputs(HashWriter& out, const Request& request) {
    if (request.type.none()) {
        out.compact_size(0);
    } else if (request.type.single()) {
        out.compact_size(request.input + 1);
        for (std::size_t i = 0; i < request.input; ++i) {
            out.integer(kBlankAmount).compact_size(0);
        }
        out.bytes(request.context.output(request.input));
    } else {
        out.bytes(request.context.counted_outputs());
    }
}

// Everything that is signed but the hash type, which comes last.
Sha256 legacy_state(const Request& request) {
    HashWriter out;
    write_legacy_inputs(out, request);
    write_legacy_outputs(out, request);
    return out.integer(request.context.tx().lock_time()).state();
}

RawHash witness_v0_outputs(const Request& request) {
    if (request.all_outputs()) {
        return request.context.shared_double_hashes().outputs;
    }
    if (request.type.single() && request.input < request.context.tx().output_count()) {
        return crypto::sha256d(request.context.output(request.input));
    }
    return {};
}

Sha256 witness_v0_state(const Request& request) {
    const TxView tx = request.context.tx();
    const InputView input = tx.input(request.input);
    const SharedDoubleHashes& shared = request.context.shared_double_hashes();
    const bool one_input = request.type.anyone_can_pay();
    HashWriter out;
    out.integer(tx.version());
    out.hash(one_input ? RawHash{} : shared.prevouts);
    out.hash(one_input || !request.all_outputs() ? RawHash{} : shared.sequences);
    write_outpoint(out, input.prevout());
    out.var_bytes(request.script_code);
    out.integer(request.context.spent(request.input).value.satoshi());
    out.integer(input.sequence());
    out.hash(witness_v0_outputs(request));
    return out.integer(tx.lock_time()).state();
}

RawHash finish(const Sha256& state, HashType type) { return HashWriter(state).integer(type.value).double_hash(); }

// In the legacy hash only; BIP143 signs a zero hash of the missing output.
std::optional<RawHash> single_without_output(const TxContext& context, std::size_t input, HashType type) {
    if (!type.single() || input < context.tx().output_count()) {
        return std::nullopt;
    }
    RawHash one;
    one.bytes[0] = std::byte{1};
    return one;
}

std::size_t mode_index(HashType type) {
    const std::size_t outputs = type.none() ? 1 : type.single() ? 2 : 0;
    return outputs + (type.anyone_can_pay() ? 3 : 0);
}

}  // namespace

RawHash legacy_sighash(const TxContext& context, std::size_t input, ByteSpan script_code, HashType type) {
    KEEL_ASSERT(input < context.tx().input_count());
    if (const auto one = single_without_output(context, input, type)) {
        return *one;
    }
    return finish(legacy_state({context, input, script_code, type}), type);
}

RawHash witness_v0_sighash(const TxContext& context, std::size_t input, ByteSpan script_code, HashType type) {
    KEEL_ASSERT(input < context.tx().input_count());
    return finish(witness_v0_state({context, input, script_code, type}), type);
}

RawHash SighashCache::sighash(const ScriptCode& script_code, HashType type) {
    if (algorithm_ == Algorithm::legacy) {
        if (const auto one = single_without_output(context_, input_, type)) {
            return *one;
        }
    }
    std::optional<Entry>& entry = entries_[mode_index(type)];
    if (!entry || !equal(entry->script_code, script_code.bytes)) {
        const auto state = algorithm_ == Algorithm::legacy ? legacy_state : witness_v0_state;
        Entry fresh{script_code.bytes, {}, state({context_, input_, script_code.bytes, type})};
        if (!script_code.lasting) {
            fresh.copy = to_bytes(script_code.bytes);
            fresh.script_code = fresh.copy;
        }
        entry = std::move(fresh);
    }
    return finish(entry->state, type);
}

}  // namespace keel::script
