#include "rules/address/bip32.hpp"

#include "rules/address/base58.hpp"
#include "rules/primitives/codec.hpp"

namespace keel::address {
namespace {

using Version = std::array<std::byte, 4>;

constexpr std::uint8_t kDepthMax = 255;

std::array<std::byte, 4> fingerprint_of(ByteSpan key) {
    const crypto::Hash160 hash = crypto::hash160(key);
    return {hash[0], hash[1], hash[2], hash[3]};
}

Bytes serialize(const Version& version, const ExtendedPart& part, ByteSpan key33) {
    Bytes out;
    primitives::Writer writer(out);
    writer.write_bytes(version);
    writer.write(part.depth);
    writer.write_bytes(part.parent);
    writer.write_be(part.child);
    writer.write_hash(part.chain_code);
    writer.write_bytes(key33);
    return out;
}

struct Parsed {
    ExtendedPart part;
    ByteSpan key33;
};

std::optional<Parsed> parse(ByteSpan bytes, const Version& version) {
    primitives::Reader reader(bytes);
    if (bytes.size() != kExtendedKeySize || !equal(reader.take(version.size()), version)) {
        return std::nullopt;
    }
    Parsed out;
    out.part.depth = reader.read<std::uint8_t>();
    std::ranges::copy(reader.take(4), out.part.parent.begin());
    out.part.child = reader.read_be<std::uint32_t>();
    out.part.chain_code = reader.read_hash<RawHash>();
    out.key33 = reader.take(33);
    if (out.part.depth == 0 && (out.part.child != 0 || out.part.parent != std::array<std::byte, 4>{})) {
        return std::nullopt;
    }
    return out;
}

// BIP32 "Child key derivation (CKD) functions": the tweak, and the child's part without parent and depth.
struct Step {
    std::array<std::byte, 32> tweak;
    ExtendedPart part;
};

Step step_of(const ExtendedPart& part, ByteSpan key33, std::uint32_t child) {
    Bytes data = to_bytes(key33);
    primitives::Writer(data).write_be(child);
    const crypto::Hash512 hash = crypto::hmac_sha512(part.chain_code.bytes, data);
    Step out;
    std::copy_n(hash.begin(), 32, out.tweak.begin());
    out.part.chain_code = RawHash::from(hash.data() + 32);
    out.part.depth = static_cast<std::uint8_t>(part.depth + 1);
    out.part.child = child;
    return out;
}

}  // namespace

std::array<std::byte, 4> ExtendedPublicKey::fingerprint() const { return fingerprint_of(key); }

std::optional<ExtendedPublicKey> ExtendedPublicKey::derive(std::uint32_t child) const {
    if ((child & kHardened) != 0 || part.depth == kDepthMax) {
        return std::nullopt;
    }
    Step step = step_of(part, key, child);
    auto derived = crypto::tweak_public_key(key, step.tweak);
    if (!derived) {
        return std::nullopt;
    }
    step.part.parent = fingerprint();
    return ExtendedPublicKey{step.part, std::move(*derived)};
}

ExtendedPublicKey ExtendedSecretKey::neuter() const { return {part, key.public_key()}; }

std::optional<ExtendedSecretKey> ExtendedSecretKey::derive(std::uint32_t child) const {
    if (part.depth == kDepthMax) {
        return std::nullopt;
    }
    const Bytes public_form = key.public_key();
    Bytes secret_form{std::byte{0}};
    append(secret_form, key.bytes());
    Step step = step_of(part, (child & kHardened) != 0 ? secret_form : public_form, child);
    auto derived = key.tweaked(step.tweak);
    if (!derived) {
        return std::nullopt;
    }
    step.part.parent = fingerprint_of(public_form);
    return ExtendedSecretKey{step.part, *std::move(derived)};
}

Bytes serialize_extended_key(const ExtendedPublicKey& key, const primitives::AddressPrefixes& prefixes) {
    return serialize(prefixes.ext_public, key.part, key.key);
}

std::optional<ExtendedPublicKey> parse_extended_public_key(ByteSpan bytes,
                                                           const primitives::AddressPrefixes& prefixes) {
    const auto parsed = parse(bytes, prefixes.ext_public);
    if (!parsed || !crypto::is_valid_public_key(parsed->key33)) {
        return std::nullopt;
    }
    return ExtendedPublicKey{parsed->part, to_bytes(parsed->key33)};
}

std::string encode_extended_key(const ExtendedPublicKey& key, const primitives::AddressPrefixes& prefixes) {
    return base58check_encode(serialize_extended_key(key, prefixes));
}

std::string encode_extended_key(const ExtendedSecretKey& key, const primitives::AddressPrefixes& prefixes) {
    Bytes secret_form{std::byte{0}};
    append(secret_form, key.key.bytes());
    return base58check_encode(serialize(prefixes.ext_secret, key.part, secret_form));
}

std::optional<ExtendedPublicKey> decode_extended_public_key(std::string_view text,
                                                            const primitives::AddressPrefixes& prefixes) {
    const auto bytes = base58check_decode(text, kExtendedKeySize);
    return bytes ? parse_extended_public_key(*bytes, prefixes) : std::nullopt;
}

std::optional<ExtendedSecretKey> decode_extended_secret_key(std::string_view text,
                                                            const primitives::AddressPrefixes& prefixes) {
    const auto bytes = base58check_decode(text, kExtendedKeySize);
    const auto parsed = bytes ? parse(*bytes, prefixes.ext_secret) : std::nullopt;
    if (!parsed || parsed->key33[0] != std::byte{0}) {
        return std::nullopt;
    }
    auto key = crypto::SecretKey::from_bytes(parsed->key33.subspan(1));
    if (!key) {
        return std::nullopt;
    }
    return ExtendedSecretKey{parsed->part, *std::move(key)};
}

}  // namespace keel::address
