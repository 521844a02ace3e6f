// Types of fields and what reading and writing them shares. For this room only.
#pragma once

#include <functional>

#include "rules/psbt/psbt.hpp"

namespace keel::psbt {

enum class GlobalType : std::uint64_t {
    unsigned_tx = 0x00,
    xpub = 0x01,
    tx_version = 0x02,
    fallback_lock_time = 0x03,
    input_count = 0x04,
    output_count = 0x05,
    modifiable = 0x06,
    version = 0xFB,
};

enum class InputType : std::uint64_t {
    non_witness_utxo = 0x00,
    witness_utxo = 0x01,
    partial_signature = 0x02,
    hash_type = 0x03,
    redeem_script = 0x04,
    witness_script = 0x05,
    key_path = 0x06,
    final_script_sig = 0x07,
    final_witness = 0x08,
    ripemd160 = 0x0A,
    sha256 = 0x0B,
    hash160 = 0x0C,
    hash256 = 0x0D,
    previous_txid = 0x0E,
    output_index = 0x0F,
    sequence = 0x10,
    time_lock = 0x11,
    height_lock = 0x12,
    taproot_key_signature = 0x13,
    taproot_leaf_signature = 0x14,
    taproot_leaf = 0x15,
    taproot_path = 0x16,
    taproot_internal_key = 0x17,
    taproot_merkle_root = 0x18,
};

enum class OutputType : std::uint64_t {
    redeem_script = 0x00,
    witness_script = 0x01,
    key_path = 0x02,
    amount = 0x03,
    script = 0x04,
    taproot_internal_key = 0x05,
    taproot_tree = 0x06,
    taproot_path = 0x07,
};

inline constexpr std::uint64_t kProprietaryType = 0xFC;

using Error = Failure<std::string>;
using Status = Result<void, std::string>;

// One field: its type, the rest of its key, its value.
struct Field {
    std::uint64_t type = 0;
    ByteSpan key_data;
    ByteSpan value;
    ByteSpan whole_key;
};

// Reads one map; keys that repeat are refused. Proprietary and unknown fields go where they belong, the others to
// `take`, which says whether it knew the type.
[[nodiscard]] Status read_map(primitives::Reader& in, RawFields& proprietary, RawFields& unknown,
                              const std::function<Result<bool, std::string>(const Field&)>& take);

class MapWriter {
public:
    explicit MapWriter(Bytes& out) : writer_(out) {}
    template <class Type>
    void field(Type type, ByteSpan key_data, ByteSpan value) {
        Bytes key;
        primitives::Writer(key).write_compact_size(static_cast<std::uint64_t>(type));
        append(key, key_data);
        raw(key, value);
    }
    // Where the value is not empty.
    template <class Type>
    void bytes(Type type, ByteSpan value) {
        if (!value.empty()) {
            field(type, {}, value);
        }
    }
    template <class Type, std::integral T>
    void number(Type type, T value) {
        std::array<std::byte, sizeof(T)> le;
        store_le(le.data(), value);
        field(type, {}, le);
    }
    void raw(ByteSpan key, ByteSpan value) {
        writer_.write_var_bytes(key);
        writer_.write_var_bytes(value);
    }
    void all(const RawFields& fields) {
        for (const auto& [key, value] : fields) {
            raw(key, value);
        }
    }
    void end() { writer_.write(std::uint8_t{0}); }

private:
    primitives::Writer writer_;
};

// Fields whose form inputs and outputs share.
Bytes encode_origin(const KeyOrigin& origin);
[[nodiscard]] Result<KeyOrigin, std::string> decode_origin(ByteSpan value);
[[nodiscard]] Status read_key_path(const Field& field, KeyPaths& out);
[[nodiscard]] Status read_taproot_path(const Field& field, std::string_view where, TaprootPaths& out);
template <class Type>
void write_key_paths(MapWriter& out, Type type, const KeyPaths& paths) {
    for (const auto& [key, origin] : paths) {
        out.field(type, key, encode_origin(origin));
    }
}
Bytes encode_taproot_origin(const TaprootOrigin& origin);
template <class Type>
void write_taproot_paths(MapWriter& out, Type type, const TaprootPaths& paths) {
    for (const auto& [key, origin] : paths) {
        out.field(type, key, encode_taproot_origin(origin));
    }
}
[[nodiscard]] Result<crypto::XOnlyKey, std::string> read_xonly(ByteSpan value, std::string_view what);
template <class T>
[[nodiscard]] Result<T, std::string> read_number(ByteSpan value, std::string_view what) {
    if (value.size() != sizeof(T)) {
        return Error(std::string(what) + " has a wrong size");
    }
    return load_le<T>(value.data());
}

[[nodiscard]] Result<Output, std::string> read_output(primitives::Reader& in, std::uint32_t version,
                                                      primitives::TxOutput& content);
void write_output(Bytes& bytes, const Output& output, std::uint32_t version, const primitives::TxOutput& content);
[[nodiscard]] Result<Input, std::string> read_input(primitives::Reader& in, std::uint32_t version,
                                                    primitives::TxInput& content);
void write_input(Bytes& bytes, const Input& input, std::uint32_t version, const primitives::TxInput& content);

}  // namespace keel::psbt
