#include "rules/script/signature_encoding.hpp"

#include "crypto/secp.hpp"
#include "rules/script/sighash.hpp"

namespace keel::script {

namespace {

constexpr std::byte kSequenceTag{0x30};
constexpr std::byte kIntegerTag{0x02};
constexpr std::byte kSignBit{0x80};

// Takes one DER integer off the front: not empty, not negative, and no zero byte that the sign does not need.
bool take_positive_integer(ByteSpan& der) {
    if (der.size() < 2 || der[0] != kIntegerTag) {
        return false;
    }
    const auto size = std::to_integer<std::size_t>(der[1]);
    if (size == 0 || size > der.size() - 2) {
        return false;
    }
    const ByteSpan number = der.subspan(2, size);
    if ((number[0] & kSignBit) != std::byte{0}) {
        return false;
    }
    if (size > 1 && number[0] == std::byte{0} && (number[1] & kSignBit) == std::byte{0}) {
        return false;
    }
    der = der.subspan(2 + size);
    return true;
}

bool first_byte_between(ByteSpan key, unsigned low, unsigned high) {
    const auto first = std::to_integer<unsigned>(key[0]);
    return first >= low && first <= high;
}

}  // namespace

bool is_strict_der_signature(ByteSpan signature) {
    // One-byte lengths only: two numbers of 33 bytes and the hash type make 73 bytes at most.
    if (signature.size() < 9 || signature.size() > 73) {
        return false;
    }
    if (signature[0] != kSequenceTag || std::to_integer<std::size_t>(signature[1]) != signature.size() - 3) {
        return false;
    }
    ByteSpan numbers = signature.subspan(2, signature.size() - 3);
    if (!take_positive_integer(numbers)) {
        return false;
    }
    return take_positive_integer(numbers) && numbers.empty();
}

bool is_defined_hash_type(ByteSpan signature) {
    if (signature.empty()) {
        return false;
    }
    const auto base = std::to_integer<std::uint32_t>(signature.back()) & ~kSighashAnyoneCanPay;
    return base >= kSighashAll && base <= kSighashSingle;
}

bool is_compressed_key(ByteSpan key) { return key.size() == 33 && first_byte_between(key, 2, 3); }

bool is_compressed_or_uncompressed_key(ByteSpan key) {
    return is_compressed_key(key) || (key.size() == 65 && first_byte_between(key, 4, 4));
}

bool has_key_size(ByteSpan key) {
    return is_compressed_or_uncompressed_key(key) || (key.size() == 65 && first_byte_between(key, 6, 7));
}

Status check_signature_encoding(ByteSpan signature, Flags flags) {
    if (signature.empty()) {
        return {};
    }
    if (flags.has_any(Flag::dersig | Flag::low_s | Flag::strictenc) && !is_strict_der_signature(signature)) {
        return fail(ScriptError::sig_der);
    }
    if (flags.has(Flag::low_s) && !crypto::is_low_s(signature.first(signature.size() - 1))) {
        return fail(ScriptError::sig_high_s);
    }
    if (flags.has(Flag::strictenc) && !is_defined_hash_type(signature)) {
        return fail(ScriptError::sig_hashtype);
    }
    return {};
}

Status check_key_encoding(ByteSpan key, Flags flags, SigVersion version) {
    if (flags.has(Flag::strictenc) && !is_compressed_or_uncompressed_key(key)) {
        return fail(ScriptError::pubkey_type);
    }
    if (version == SigVersion::witness_v0 && flags.has(Flag::witness_pubkeytype) && !is_compressed_key(key)) {
        return fail(ScriptError::witness_pubkey_type);
    }
    return {};
}

}  // namespace keel::script
