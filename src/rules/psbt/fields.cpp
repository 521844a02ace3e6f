#include "rules/psbt/fields.hpp"

namespace keel::psbt {

Status read_map(primitives::Reader& in, RawFields& proprietary, RawFields& unknown,
                const std::function<Result<bool, std::string>(const Field&)>& take) {
    std::set<Bytes> seen;
    for (;;) {
        const ByteSpan key = in.read_var_bytes();
        if (!in.ok()) {
            return Error("Separator is missing at the end of a map");
        }
        if (key.empty()) {
            return {};
        }
        const ByteSpan value = in.read_var_bytes();
        primitives::Reader reader(key);
        Field field;
        field.type = reader.read_compact_size(std::numeric_limits<std::uint64_t>::max());
        field.key_data = key.subspan(reader.position());
        field.value = value;
        field.whole_key = key;
        if (!in.ok() || !reader.ok()) {
            return Error("Size of value was not the stated size");
        }
        if (!seen.insert(to_bytes(key)).second) {
            return Error("Duplicate Key, a field is given twice");
        }
        if (field.type == kProprietaryType) {
            proprietary.emplace(to_bytes(key), to_bytes(value));
            continue;
        }
        KEEL_TRY(const bool known, take(field));
        if (!known) {
            unknown.emplace(to_bytes(key), to_bytes(value));
        }
    }
}

Bytes encode_origin(const KeyOrigin& origin) {
    Bytes out = to_bytes(origin.fingerprint);
    primitives::Writer writer(out);
    for (const std::uint32_t step : origin.path) {
        writer.write(step);
    }
    return out;
}

Result<KeyOrigin, std::string> decode_origin(ByteSpan value) {
    if (value.size() < 4 || value.size() % 4 != 0) {
        return Error("Invalid length for HD key path");
    }
    KeyOrigin out;
    std::ranges::copy(value.first(4), out.fingerprint.begin());
    for (std::size_t at = 4; at < value.size(); at += 4) {
        out.path.push_back(load_le<std::uint32_t>(value.data() + at));
    }
    return out;
}

Status read_key_path(const Field& field, KeyPaths& out) {
    if (field.key_data.size() != 33 && field.key_data.size() != 65) {
        return Error("Size of key was not the expected size for the type BIP32 keypath");
    }
    if (!crypto::is_valid_public_key(field.key_data)) {
        return Error("Invalid pubkey");
    }
    KEEL_TRY(KeyOrigin origin, decode_origin(field.value));
    out.emplace(to_bytes(field.key_data), std::move(origin));
    return {};
}

Status read_taproot_path(const Field& field, std::string_view where, TaprootPaths& out) {
    KEEL_TRY(const crypto::XOnlyKey key, read_xonly(field.key_data, "Taproot BIP32 keypath key"));
    primitives::Reader reader(field.value);
    TaprootOrigin origin;
    const std::size_t count = reader.read_count(primitives::kMaxSize, 32);
    for (std::size_t i = 0; i < count; ++i) {
        origin.leaves.insert(reader.read_hash<RawHash>());
    }
    auto path = reader.ok() ? decode_origin(field.value.subspan(reader.position())) : Error("");
    if (!path) {
        return Error(std::string(where) + " Taproot BIP32 keypath has an invalid length");
    }
    origin.origin = *std::move(path);
    out.emplace(key, std::move(origin));
    return {};
}

Bytes encode_taproot_origin(const TaprootOrigin& origin) {
    Bytes out;
    primitives::Writer writer(out);
    writer.write_compact_size(origin.leaves.size());
    for (const RawHash& leaf : origin.leaves) {
        writer.write_hash(leaf);
    }
    append(out, encode_origin(origin.origin));
    return out;
}

Result<crypto::XOnlyKey, std::string> read_xonly(ByteSpan value, std::string_view what) {
    crypto::XOnlyKey out;
    if (value.size() != out.size()) {
        return Error(std::string(what) + " is not 32 bytes");
    }
    std::ranges::copy(value, out.begin());
    return out;
}

}  // namespace keel::psbt
