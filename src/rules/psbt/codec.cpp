#include "rules/psbt/codec.hpp"

#include "rules/address/bip32.hpp"
#include "rules/psbt/fields.hpp"

namespace keel::psbt {
namespace {

using Known = Result<bool, std::string>;

constexpr std::array kMagic{std::byte{'p'}, std::byte{'s'}, std::byte{'b'}, std::byte{'t'}, std::byte{0xFF}};
constexpr std::uint32_t kVersionMax = 2;

struct GlobalReader {
    Psbt& psbt;
    bool has_tx = false;
    std::optional<std::uint32_t> tx_version{};
    std::optional<std::uint64_t> input_count{};
    std::optional<std::uint64_t> output_count{};

    Known take(const Field& field) {
        const auto type = static_cast<GlobalType>(field.type);
        if (type == GlobalType::xpub) {
            return take_xpub(field);
        }
        const bool known = type <= GlobalType::modifiable || type == GlobalType::version;
        if (known && !field.key_data.empty()) {
            return Error("Size of key was not the expected size for its type");
        }
        switch (type) {
            case GlobalType::unsigned_tx: return take_tx(field.value);
            case GlobalType::tx_version: {
                KEEL_TRY(tx_version, read_number<std::uint32_t>(field.value, "Global transaction version"));
                return true;
            }
            case GlobalType::fallback_lock_time: {
                KEEL_TRY(psbt.fallback_lock_time, read_number<std::uint32_t>(field.value, "Global fallback locktime"));
                return true;
            }
            case GlobalType::input_count: return take_count(field.value, input_count);
            case GlobalType::output_count: return take_count(field.value, output_count);
            case GlobalType::modifiable: {
                KEEL_TRY(psbt.modifiable, read_number<std::uint8_t>(field.value, "Global modifiable flags"));
                return true;
            }
            case GlobalType::version: return take_version(field.value);
            case GlobalType::xpub: break;
        }
        return false;
    }

    Known take_tx(ByteSpan value) {
        auto tx = primitives::Tx::parse_without_witness(to_bytes(value));
        if (!tx) {
            return Error("The unsigned transaction is malformed");
        }
        psbt.tx = primitives::MutableTx::from((*tx)->view());
        for (const primitives::TxInput& input : psbt.tx.inputs) {
            if (!input.script_sig.empty() || !input.witness.empty()) {
                return Error("Unsigned tx does not have empty scriptSigs and scriptWitnesses.");
            }
        }
        has_tx = true;
        return true;
    }

    Known take_xpub(const Field& field) {
        if (field.key_data.size() != address::kExtendedKeySize) {
            return Error("Size of key was not the expected size for the type global xpub");
        }
        if (!crypto::is_valid_public_key(field.key_data.last(33))) {
            return Error("Invalid pubkey");
        }
        KEEL_TRY(KeyOrigin origin, decode_origin(field.value));
        psbt.xpubs.emplace_back(to_bytes(field.key_data), std::move(origin));
        return true;
    }

    static Known take_count(ByteSpan value, std::optional<std::uint64_t>& out) {
        primitives::Reader reader(value);
        out = reader.read_compact_size();
        reader.expect_end();
        return reader.ok() ? Known(true) : Error("Global count is malformed");
    }

    Known take_version(ByteSpan value) {
        KEEL_TRY(psbt.version, read_number<std::uint32_t>(value, "Global PSBT version"));
        if (psbt.version > kVersionMax) {
            return Error("Unsupported version number");
        }
        psbt.has_version_field = true;
        return true;
    }

    [[nodiscard]] Status check() const {
        if (psbt.version == 1) {
            return Error("There is no PSBT version 1");
        }
        if (psbt.version == 0) {
            if (!has_tx) {
                return Error("No unsigned transaction was provided");
            }
            const bool any = tx_version || psbt.fallback_lock_time || input_count || output_count || psbt.modifiable;
            return any ? Error("A global field of version 2 is not allowed in PSBTv0") : Status();
        }
        if (has_tx) {
            return Error("PSBT_GLOBAL_UNSIGNED_TX is not allowed in PSBTv2");
        }
        if (!tx_version) {
            return Error("PSBT_GLOBAL_TX_VERSION is required in PSBTv2");
        }
        if (!input_count) {
            return Error("PSBT_GLOBAL_INPUT_COUNT is required in PSBTv2");
        }
        return output_count ? Status() : Error("PSBT_GLOBAL_OUTPUT_COUNT is required in PSBTv2");
    }
};

// A previous transaction must be the one that the input names, and long enough.
Status check_previous(const Psbt& psbt) {
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        const primitives::TxPtr& previous = psbt.inputs[i].non_witness_utxo;
        if (previous == nullptr) {
            continue;
        }
        if (previous->txid() != psbt.tx.inputs[i].prevout.txid) {
            return Error("Non-witness UTXO does not match outpoint hash");
        }
        if (psbt.tx.inputs[i].prevout.index >= previous->view().output_count()) {
            return Error("Input specifies output index that does not exist");
        }
    }
    return {};
}

Status read_maps(primitives::Reader& in, Psbt& psbt, std::uint64_t inputs, std::uint64_t outputs) {
    // Each map takes a byte at least.
    if (inputs > in.remaining() || outputs > in.remaining()) {
        return Error("Inputs provided does not match the number of inputs in transaction.");
    }
    psbt.tx.inputs.resize(inputs);
    psbt.tx.outputs.resize(outputs);
    for (primitives::TxInput& content : psbt.tx.inputs) {
        KEEL_TRY(Input input, read_input(in, psbt.version, content));
        psbt.inputs.push_back(std::move(input));
    }
    for (primitives::TxOutput& content : psbt.tx.outputs) {
        KEEL_TRY(Output output, read_output(in, psbt.version, content));
        psbt.outputs.push_back(std::move(output));
    }
    return check_previous(psbt);
}

}  // namespace

Result<Psbt, std::string> parse(ByteSpan bytes) {
    primitives::Reader in(bytes);
    if (bytes.size() > kPsbtSizeMax) {
        return Error("PSBT is too large");
    }
    if (!equal(in.take(kMagic.size()), kMagic)) {
        return Error("Invalid PSBT magic bytes");
    }
    Psbt out;
    GlobalReader global{out};
    KEEL_CHECK(read_map(in, out.proprietary, out.unknown, [&](const Field& field) { return global.take(field); }));
    KEEL_CHECK(global.check());
    const bool spread = out.version >= 2;
    if (spread) {
        out.tx.version = *global.tx_version;
        out.tx.lock_time = out.fallback_lock_time.value_or(0);
    }
    KEEL_CHECK(read_maps(in, out, spread ? *global.input_count : out.tx.inputs.size(),
                         spread ? *global.output_count : out.tx.outputs.size()));
    if (in.remaining() > 0) {
        return Error("extra data after PSBT");
    }
    return out;
}

Bytes serialize(const Psbt& psbt) {
    Bytes bytes = to_bytes(kMagic);
    MapWriter out(bytes);
    const auto count = [](std::size_t number) {
        Bytes value;
        primitives::Writer(value).write_compact_size(number);
        return value;
    };
    if (psbt.version < 2) {
        out.field(GlobalType::unsigned_tx, {}, psbt.tx.serialize());
    }
    for (const auto& [xpub, origin] : psbt.xpubs) {
        out.field(GlobalType::xpub, xpub, encode_origin(origin));
    }
    if (psbt.version >= 2) {
        out.number(GlobalType::tx_version, psbt.tx.version);
        if (psbt.fallback_lock_time) {
            out.number(GlobalType::fallback_lock_time, *psbt.fallback_lock_time);
        }
        out.field(GlobalType::input_count, {}, count(psbt.inputs.size()));
        out.field(GlobalType::output_count, {}, count(psbt.outputs.size()));
        if (psbt.modifiable) {
            out.number(GlobalType::modifiable, *psbt.modifiable);
        }
    }
    if (psbt.version >= 2 || psbt.has_version_field) {
        out.number(GlobalType::version, psbt.version);
    }
    out.all(psbt.proprietary);
    out.all(psbt.unknown);
    out.end();
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        write_input(bytes, psbt.inputs[i], psbt.version, psbt.tx.inputs[i]);
    }
    for (std::size_t i = 0; i < psbt.outputs.size(); ++i) {
        write_output(bytes, psbt.outputs[i], psbt.version, psbt.tx.outputs[i]);
    }
    return bytes;
}

}  // namespace keel::psbt
