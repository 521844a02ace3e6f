#include "front/rpc/tx_args.hpp"

#include <set>

#include <boost/json/value.hpp>

#include "base/hex.hpp"
#include "front/rpc/json_parse.hpp"
#include "front/rpc/json_values.hpp"
#include "rules/address/address.hpp"
#include "rules/script/script.hpp"
#include "rules/script/script_builder.hpp"

namespace keel::rpc {
namespace {

namespace json = boost::json;
using primitives::MutableTx;
using primitives::Tx;
using primitives::TxInput;
using primitives::TxPtr;

constexpr std::uint32_t kSequenceFinal = 0xFFFFFFFF;
constexpr std::uint32_t kVersionMin = 1;
constexpr std::uint32_t kVersionMax = 3;

Failure<Error> invalid(std::string what) { return fail(ErrorCode::invalid_parameter, std::move(what)); }

bool has_valid_ops(ByteSpan script) {
    constexpr auto kLastOpcode = script::Opcode::op_nop10;
    script::ScriptReader reader(script);
    script::Op op{};
    while (!reader.at_end()) {
        if (!reader.next(op) || op.code > kLastOpcode || op.data.size() > script::kElementSizeMax) {
            return false;
        }
    }
    return true;
}

// Random bytes read as a transaction rarely have scripts that parse.
bool makes_sense(primitives::TxView tx) {
    for (std::size_t i = 0; i < tx.input_count() && !tx.is_coinbase(); ++i) {
        const ByteSpan script = tx.input(i).script_sig();
        if (!has_valid_ops(script) || script.size() > script::kScriptSizeMax) {
            return false;
        }
    }
    for (std::size_t i = 0; i < tx.output_count(); ++i) {
        const ByteSpan script = tx.output(i).script();
        if (!has_valid_ops(script) || script.size() > script::kScriptSizeMax) {
            return false;
        }
    }
    return true;
}

Outcome<std::uint32_t> sequence_of(const json::value& input, std::uint32_t otherwise) {
    const json::value* given = member(input, "sequence");
    if (given == nullptr || !given->is_number()) {
        return otherwise;
    }
    KEEL_TRY(const auto number, integer_of<std::int64_t>(*given));
    if (number < 0 || number > std::int64_t{kSequenceFinal}) {
        return invalid("Invalid parameter, sequence number is out of range");
    }
    return static_cast<std::uint32_t>(number);
}

Outcome<TxInput> input_of(const json::value& value, std::uint32_t usual_sequence) {
    if (!value.is_object()) {
        return fail(ErrorCode::type,
                    std::string("JSON value of type ") + type_name(value) + " is not of expected type object");
    }
    static const json::value kNull;
    const json::value* txid = member(value, "txid");
    TxInput out;
    KEEL_TRY(const RawHash hash, hash_of(txid != nullptr ? *txid : kNull, "txid"));
    out.prevout.txid = hash_cast<primitives::Txid>(hash);
    const json::value* vout = member(value, "vout");
    if (vout == nullptr || !vout->is_number()) {
        return invalid("Invalid parameter, missing vout key");
    }
    KEEL_TRY(const auto index, integer_of<std::int32_t>(*vout));
    if (index < 0) {
        return invalid("Invalid parameter, vout cannot be negative");
    }
    out.prevout.index = static_cast<std::uint32_t>(index);
    KEEL_TRY(out.sequence, sequence_of(value, usual_sequence));
    return out;
}

// Pairs of key and value, from an object or an array of objects with one member each.
using Pairs = std::vector<std::pair<std::string, const json::value*>>;

Outcome<Pairs> output_pairs(const json::value& outputs) {
    Pairs out;
    const auto add_members = [&](const json::object& object) {
        for (const json::key_value_pair& each : object) {
            const std::string_view key(each.key().data(), each.key().size());
            out.emplace_back(duplicate_name(key).value_or(key), &each.value());
        }
    };
    if (outputs.is_object()) {
        add_members(outputs.get_object());
        return out;
    }
    if (!outputs.is_array()) {
        return fail(ErrorCode::type,
                    std::string("JSON value of type ") + type_name(outputs) + " is not of expected type array");
    }
    for (const json::value& output : outputs.get_array()) {
        if (!output.is_object()) {
            return invalid("Invalid parameter, key-value pair not an object as expected");
        }
        if (output.get_object().size() != 1) {
            return invalid("Invalid parameter, key-value pair must contain exactly one key");
        }
        add_members(output.get_object());
    }
    return out;
}

Outcome<primitives::TxOutput> data_output(const json::value& value) {
    KEEL_TRY(const Bytes data, hex_of(value, "Data"));
    return primitives::TxOutput{primitives::Amount(0),
                                script::ScriptBuilder().op(script::Opcode::op_return).push(data).bytes()};
}

Outcome<void> add_outputs(const Context& context, const json::value& outputs, MutableTx& tx) {
    KEEL_TRY(const Pairs pairs, output_pairs(outputs));
    std::set<Bytes> paid;
    bool has_data = false;
    for (const auto& [key, value] : pairs) {
        if (key == "data") {
            if (has_data) {
                return invalid("Invalid parameter, duplicate key: data");
            }
            has_data = true;
            KEEL_TRY(auto output, data_output(*value));
            tx.outputs.push_back(std::move(output));
            continue;
        }
        const auto destination = address::decode_address(key, context.chain.params().prefixes);
        KEEL_TRY(const primitives::Amount amount, amount_of(*value));
        if (!destination) {
            return fail(ErrorCode::invalid_address_or_key, "Invalid Bitcoin address: " + key);
        }
        Bytes script = address::script_of(*destination);
        if (!paid.insert(script).second) {
            return invalid("Invalid parameter, duplicated address: " + key);
        }
        tx.outputs.push_back({amount, std::move(script)});
    }
    return {};
}

}  // namespace

TxPtr decode_tx_bytes(ByteSpan bytes, TxReading reading) {
    TxPtr extended;
    TxPtr legacy;
    if (reading != TxReading::without_witness) {
        extended = Tx::parse(to_bytes(bytes)).value_or(nullptr);
        if (extended != nullptr && makes_sense(extended->view())) {
            return extended;
        }
    }
    if (reading != TxReading::with_witness) {
        legacy = Tx::parse_without_witness(to_bytes(bytes)).value_or(nullptr);
        if (legacy != nullptr && (extended == nullptr || makes_sense(legacy->view()))) {
            return legacy;
        }
    }
    return extended;
}

TxPtr decode_tx(std::string_view hex, TxReading reading) {
    const auto bytes = from_hex(hex);
    return bytes ? decode_tx_bytes(*bytes, reading) : nullptr;
}

Outcome<MutableTx> construct_tx(const Context& context, const Args& args) {
    MutableTx tx;
    KEEL_TRY(const auto lock_time, args.integer<std::int64_t>(2, 0));
    if (lock_time < 0 || lock_time > std::int64_t{kSequenceFinal}) {
        return invalid("Invalid parameter, locktime out of range");
    }
    tx.lock_time = static_cast<std::uint32_t>(lock_time);
    KEEL_TRY(tx.version, args.integer<std::uint32_t>(4, 2));
    if (tx.version < kVersionMin || tx.version > kVersionMax) {
        return invalid("Invalid parameter, version out of range(" + std::to_string(kVersionMin) + "~" +
                       std::to_string(kVersionMax) + ")");
    }
    const bool replaceable = args.boolean(3, true);
    const std::uint32_t sequence = replaceable         ? kSequenceFinal - 2
                                   : tx.lock_time != 0 ? kSequenceFinal - 1
                                                       : kSequenceFinal;
    for (const json::value& value : args.value(0).get_array()) {
        KEEL_TRY(TxInput input, input_of(value, sequence));
        tx.inputs.push_back(std::move(input));
    }
    KEEL_CHECK(add_outputs(context, args.value(1), tx));
    const bool signals =
        std::ranges::any_of(tx.inputs, [](const TxInput& input) { return input.sequence <= kSequenceFinal - 2; });
    if (args.has(3) && replaceable && !tx.inputs.empty() && !signals) {
        return invalid("Invalid parameter combination: Sequence number(s) contradict replaceable option");
    }
    return tx;
}

}  // namespace keel::rpc
