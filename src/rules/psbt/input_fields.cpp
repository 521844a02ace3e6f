#include "rules/psbt/fields.hpp"
#include "rules/script/signature_encoding.hpp"
#include "rules/script/taproot.hpp"

namespace keel::psbt {
namespace {

using Known = Result<bool, std::string>;

constexpr std::uint32_t kFirstTime = 500'000'000;  // below, a lock time is a height

class InputReader {
public:
    InputReader(Input& input, std::uint32_t version, primitives::TxInput& content)
        : input_(input), version_(version), content_(content) {}

    Known take(const Field& field) {
        const auto type = static_cast<InputType>(field.type);
        switch (type) {
            case InputType::non_witness_utxo:
            case InputType::witness_utxo:
            case InputType::partial_signature:
            case InputType::hash_type:
            case InputType::redeem_script:
            case InputType::witness_script:
            case InputType::key_path:
            case InputType::final_script_sig:
            case InputType::final_witness: return known(take_basic(type, field));
            case InputType::ripemd160: return known(take_preimage(field, 20, input_.ripemd160_preimages));
            case InputType::sha256: return known(take_preimage(field, 32, input_.sha256_preimages));
            case InputType::hash160: return known(take_preimage(field, 20, input_.hash160_preimages));
            case InputType::hash256: return known(take_preimage(field, 32, input_.hash256_preimages));
            case InputType::previous_txid:
            case InputType::output_index:
            case InputType::sequence:
            case InputType::time_lock:
            case InputType::height_lock: return known(take_version2(type, field));
            case InputType::taproot_key_signature:
            case InputType::taproot_leaf_signature:
            case InputType::taproot_leaf:
            case InputType::taproot_path:
            case InputType::taproot_internal_key:
            case InputType::taproot_merkle_root: return known(take_taproot(type, field));
        }
        return false;
    }

    [[nodiscard]] Status finish() const {
        if (version_ >= 2 && !has_txid_) {
            return Error("Previous TXID is required in PSBTv2");
        }
        if (version_ >= 2 && !has_index_) {
            return Error("Previous output's index is required in PSBTv2");
        }
        return {};
    }

private:
    static Known known(const Status& status) { return status ? Known(true) : Known(std::unexpected(status.error())); }

    static Status expect_bare_key(const Field& field) {
        return field.key_data.empty() ? Status() : Error("Size of key was not the expected size for its type");
    }

    Status take_basic(InputType type, const Field& field) {
        if (type == InputType::partial_signature) {
            return take_signature(field);
        }
        if (type == InputType::key_path) {
            return read_key_path(field, input_.key_paths);
        }
        KEEL_CHECK(expect_bare_key(field));
        switch (type) {
            case InputType::non_witness_utxo: return take_transaction(field.value);
            case InputType::witness_utxo: return take_output(field.value);
            case InputType::hash_type: {
                KEEL_TRY(input_.hash_type, read_number<std::uint32_t>(field.value, "Input sighash type"));
                return {};
            }
            case InputType::redeem_script: input_.redeem_script = to_bytes(field.value); return {};
            case InputType::witness_script: input_.witness_script = to_bytes(field.value); return {};
            case InputType::final_script_sig: input_.final_script_sig = to_bytes(field.value); return {};
            default: return take_witness(field.value);
        }
    }

    Status take_transaction(ByteSpan value) {
        auto tx = primitives::Tx::parse(to_bytes(value));
        if (!tx) {
            return Error("Input non-witness UTXO is not a transaction");
        }
        input_.non_witness_utxo = *std::move(tx);
        return {};
    }

    Status take_output(ByteSpan value) {
        primitives::Reader reader(value);
        primitives::TxOutput out;
        out.value = primitives::Amount(reader.read<std::int64_t>());
        out.script = to_bytes(reader.read_var_bytes());
        reader.expect_end();
        if (!reader.ok()) {
            return Error("Input witness UTXO is not an output");
        }
        input_.witness_utxo = std::move(out);
        return {};
    }

    Status take_signature(const Field& field) {
        if (field.key_data.size() != 33 && field.key_data.size() != 65) {
            return Error("Size of key was not the expected size for the type partial signature pubkey");
        }
        if (!crypto::is_valid_public_key(field.key_data)) {
            return Error("Invalid pubkey");
        }
        if (field.value.empty() || !script::is_strict_der_signature(field.value)) {
            return Error("Signature is not a valid encoding");
        }
        input_.partial_signatures[crypto::hash160(field.key_data)] = {to_bytes(field.key_data), to_bytes(field.value)};
        return {};
    }

    Status take_witness(ByteSpan value) {
        primitives::Reader reader(value);
        const std::size_t count = reader.read_count(primitives::kMaxSize, 1);
        for (std::size_t i = 0; i < count; ++i) {
            input_.final_witness.push_back(to_bytes(reader.read_var_bytes()));
        }
        reader.expect_end();
        return reader.ok() ? Status() : Error("Input final witness is malformed");
    }

    static Status take_preimage(const Field& field, std::size_t hash_size, RawFields& out) {
        if (field.key_data.size() != hash_size) {
            return Error("Size of key was not the expected size for a preimage hash");
        }
        out.emplace(to_bytes(field.key_data), to_bytes(field.value));
        return {};
    }

    Status take_version2(InputType type, const Field& field) {
        KEEL_CHECK(expect_bare_key(field));
        if (version_ < 2) {
            return Error(type == InputType::previous_txid  ? "Previous txid is not allowed in PSBTv0"
                         : type == InputType::output_index ? "Previous output's index is not allowed in PSBTv0"
                         : type == InputType::sequence     ? "Sequence is not allowed in PSBTv0"
                         : type == InputType::time_lock    ? "Required time based locktime is not allowed in PSBTv0"
                                                           : "Required height based locktime is not allowed in PSBTv0");
        }
        if (type == InputType::previous_txid) {
            if (field.value.size() != 32) {
                return Error("Previous txid is not 32 bytes");
            }
            content_.prevout.txid = primitives::Txid::from(field.value.data());
            has_txid_ = true;
            return {};
        }
        KEEL_TRY(const auto number, read_number<std::uint32_t>(field.value, "Input field"));
        switch (type) {
            case InputType::output_index:
                content_.prevout.index = number;
                has_index_ = true;
                return {};
            case InputType::sequence:
                content_.sequence = number;
                input_.has_sequence = true;
                return {};
            case InputType::time_lock:
                if (number < kFirstTime) {
                    return Error("Required time based locktime is invalid (less than 500000000)");
                }
                input_.time_lock = number;
                return {};
            default: break;
        }
        if (number >= kFirstTime) {
            return Error("Required height based locktime is invalid (greater than or equal to 500000000)");
        }
        if (number == 0) {
            return Error("Required height based locktime is invalid (0)");
        }
        input_.height_lock = number;
        return {};
    }

    Status take_taproot(InputType type, const Field& field) {
        switch (type) {
            case InputType::taproot_key_signature:
                KEEL_CHECK(expect_bare_key(field));
                KEEL_CHECK(check_signature_size(field.value, "key"));
                input_.taproot_key_signature = to_bytes(field.value);
                return {};
            case InputType::taproot_leaf_signature: return take_leaf_signature(field);
            case InputType::taproot_leaf: return take_leaf(field);
            case InputType::taproot_path: return read_taproot_path(field, "Input", input_.taproot_paths);
            case InputType::taproot_internal_key: {
                KEEL_CHECK(expect_bare_key(field));
                KEEL_TRY(input_.taproot_internal_key, read_xonly(field.value, "Input Taproot internal key"));
                return {};
            }
            default: break;
        }
        KEEL_CHECK(expect_bare_key(field));
        if (field.value.size() != 32) {
            return Error("Input Taproot merkle root is not 32 bytes");
        }
        input_.taproot_merkle_root = RawHash::from(field.value.data());
        return {};
    }

    static Status check_signature_size(ByteSpan signature, std::string_view path) {
        if (signature.size() == 64 || signature.size() == 65) {
            return {};
        }
        return Error("Input Taproot " + std::string(path) + " path signature is " +
                     (signature.size() < 64 ? "shorter than 64 bytes" : "longer than 65 bytes"));
    }

    Status take_leaf_signature(const Field& field) {
        if (field.key_data.size() != 64) {
            return Error("Input Taproot script signature key is not 65 bytes");
        }
        KEEL_CHECK(check_signature_size(field.value, "script"));
        signing::LeafKey id;
        std::ranges::copy(field.key_data.first(32), id.key.begin());
        id.leaf = RawHash::from(field.key_data.data() + 32);
        input_.taproot_leaf_signatures.emplace(id, to_bytes(field.value));
        return {};
    }

    Status take_leaf(const Field& field) {
        if (field.key_data.size() < script::kControlBaseSize) {
            return Error("Input Taproot leaf script key is not at least 34 bytes");
        }
        if (!script::is_control_block_size(field.key_data.size())) {
            return Error("Input Taproot leaf script key's control block size is not valid");
        }
        if (field.value.empty()) {
            return Error("Input Taproot leaf script must be at least 1 byte");
        }
        const auto leaf_version = std::to_integer<std::uint8_t>(field.value.back());
        input_.taproot_leaves[{to_bytes(field.value.first(field.value.size() - 1)), leaf_version}].insert(
            to_bytes(field.key_data));
        return {};
    }

    Input& input_;
    std::uint32_t version_;
    primitives::TxInput& content_;
    bool has_txid_ = false;
    bool has_index_ = false;
};

Bytes encode_output(const primitives::TxOutput& output) {
    Bytes out;
    primitives::Writer writer(out);
    writer.write(output.value.satoshi());
    writer.write_var_bytes(output.script);
    return out;
}

Bytes encode_witness(const std::vector<Bytes>& witness) {
    Bytes out;
    primitives::Writer writer(out);
    writer.write_compact_size(witness.size());
    for (const Bytes& item : witness) {
        writer.write_var_bytes(item);
    }
    return out;
}

// What a final input no longer needs.
void write_pieces(MapWriter& out, const Input& input) {
    for (const auto& [hash, signature] : input.partial_signatures) {
        out.field(InputType::partial_signature, signature.key, signature.signature);
    }
    if (input.hash_type) {
        out.number(InputType::hash_type, *input.hash_type);
    }
    out.bytes(InputType::redeem_script, input.redeem_script);
    out.bytes(InputType::witness_script, input.witness_script);
    write_key_paths(out, InputType::key_path, input.key_paths);
    const std::pair<InputType, const RawFields*> preimages[] = {
        {InputType::ripemd160, &input.ripemd160_preimages},
        {InputType::sha256, &input.sha256_preimages},
        {InputType::hash160, &input.hash160_preimages},
        {InputType::hash256, &input.hash256_preimages},
    };
    for (const auto& [type, fields] : preimages) {
        for (const auto& [hash, preimage] : *fields) {
            out.field(type, hash, preimage);
        }
    }
    out.bytes(InputType::taproot_key_signature, input.taproot_key_signature);
    for (const auto& [id, signature] : input.taproot_leaf_signatures) {
        Bytes key = to_bytes(id.key);
        append(key, id.leaf.bytes);
        out.field(InputType::taproot_leaf_signature, key, signature);
    }
    for (const auto& [leaf, blocks] : input.taproot_leaves) {
        Bytes value = leaf.first;
        value.push_back(static_cast<std::byte>(leaf.second));
        for (const Bytes& block : blocks) {
            out.field(InputType::taproot_leaf, block, value);
        }
    }
    write_taproot_paths(out, InputType::taproot_path, input.taproot_paths);
    if (input.taproot_internal_key) {
        out.field(InputType::taproot_internal_key, {}, *input.taproot_internal_key);
    }
    if (input.taproot_merkle_root) {
        out.field(InputType::taproot_merkle_root, {}, input.taproot_merkle_root->bytes);
    }
}

}  // namespace

Result<Input, std::string> read_input(primitives::Reader& in, std::uint32_t version, primitives::TxInput& content) {
    Input out;
    out.has_sequence = version < 2;
    InputReader reader(out, version, content);
    KEEL_CHECK(read_map(in, out.proprietary, out.unknown, [&](const Field& field) { return reader.take(field); }));
    KEEL_CHECK(reader.finish());
    return out;
}

void write_input(Bytes& bytes, const Input& input, std::uint32_t version, const primitives::TxInput& content) {
    MapWriter out(bytes);
    if (input.non_witness_utxo != nullptr) {
        out.field(InputType::non_witness_utxo, {}, input.non_witness_utxo->raw());
    }
    if (input.witness_utxo) {
        out.field(InputType::witness_utxo, {}, encode_output(*input.witness_utxo));
    }
    if (!input.is_final()) {
        write_pieces(out, input);
    }
    out.bytes(InputType::final_script_sig, input.final_script_sig);
    if (!input.final_witness.empty()) {
        out.field(InputType::final_witness, {}, encode_witness(input.final_witness));
    }
    if (version >= 2) {
        out.field(InputType::previous_txid, {}, content.prevout.txid.bytes);
        out.number(InputType::output_index, content.prevout.index);
        if (input.has_sequence) {
            out.number(InputType::sequence, content.sequence);
        }
        if (input.time_lock) {
            out.number(InputType::time_lock, *input.time_lock);
        }
        if (input.height_lock) {
            out.number(InputType::height_lock, *input.height_lock);
        }
    }
    out.all(input.proprietary);
    out.all(input.unknown);
    out.end();
}

}  // namespace keel::psbt
