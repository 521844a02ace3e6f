#include "rules/address/address.hpp"

#include "rules/address/base58.hpp"
#include "rules/address/bech32.hpp"

namespace keel::address {

using primitives::AddressPrefixes;

namespace {

constexpr std::size_t kHashSize = 20;
constexpr std::size_t kBase58Max = 100;  // bytes worth decoding to tell which error it is

std::string base58_address(std::uint8_t version, const crypto::Hash160& hash) {
    Bytes payload = {static_cast<std::byte>(version)};
    append(payload, hash);
    return base58check_encode(payload);
}

bool starts_with_hrp(std::string_view text, std::string_view hrp) {
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; };
    return text.size() > hrp.size() && text[hrp.size()] == '1' &&
           std::ranges::equal(text.substr(0, hrp.size()), hrp, same);
}

Result<Destination, AddressError> decode_base58(std::string_view text, const AddressPrefixes& prefixes) {
    if (!base58_decode(text, kBase58Max)) {
        return std::unexpected(AddressError::unknown_encoding);
    }
    const auto payload = base58check_decode(text, kBase58Max);
    if (!payload || payload->empty()) {
        return std::unexpected(AddressError::base58_checksum);
    }
    const auto version = std::to_integer<std::uint8_t>((*payload)[0]);
    if (version != prefixes.pubkey_hash && version != prefixes.script_hash) {
        return std::unexpected(AddressError::base58_version);
    }
    if (payload->size() != 1 + kHashSize) {
        return std::unexpected(AddressError::base58_length);
    }
    crypto::Hash160 hash;
    std::ranges::copy(ByteSpan(*payload).subspan(1), hash.begin());
    return version == prefixes.pubkey_hash ? Destination(PubkeyHash{hash}) : Destination(ScriptHash{hash});
}

Result<Destination, AddressError> decode_bech32(std::string_view text, const AddressPrefixes& prefixes) {
    const auto parts = bech32_decode(text);
    if (!parts || parts->hrp != prefixes.bech32_hrp) {
        return std::unexpected(AddressError::bech32_checksum);
    }
    if (parts->symbols.empty()) {
        return std::unexpected(AddressError::empty_data);
    }
    const int version = parts->symbols[0];
    if (version == 0 && parts->form != Bech32Form::bech32) {
        return std::unexpected(AddressError::needs_bech32);
    }
    if (version != 0 && parts->form != Bech32Form::bech32m) {
        return std::unexpected(AddressError::needs_bech32m);
    }
    const auto program = from_symbols(std::span(parts->symbols).subspan(1));
    if (!program) {
        return std::unexpected(AddressError::padding);
    }
    if (version > 16) {
        return std::unexpected(AddressError::witness_version);
    }
    auto destination = witness_destination(version, *program);
    if (!destination) {
        return std::unexpected(AddressError::program_size);
    }
    return *std::move(destination);
}

}  // namespace

const char* describe(AddressError error) {
    switch (error) {
        case AddressError::unknown_encoding: return "neither a segwit address of this network nor base58";
        case AddressError::base58_checksum: return "the base58 checksum does not match or the length is wrong";
        case AddressError::base58_length: return "a base58 address must hold 20 bytes";
        case AddressError::base58_version: return "the base58 version byte is not one of this network's addresses";
        case AddressError::bech32_checksum: return "the bech32 form or checksum is wrong";
        case AddressError::empty_data: return "the address holds no data";
        case AddressError::witness_version: return "the witness version must be 0 to 16";
        case AddressError::needs_bech32: return "an address of witness version 0 must have a bech32 checksum";
        case AddressError::needs_bech32m:
            return "an address of witness version 1 or above must have a bech32m checksum";
        case AddressError::padding: return "the data are not whole bytes padded with zero bits";
        case AddressError::program_size: return "the witness program has a size that its version does not allow";
    }
    return "unknown address error";
}

std::string encode_address(const Destination& destination, const AddressPrefixes& prefixes) {
    if (const auto* key = std::get_if<PubkeyHash>(&destination)) {
        return base58_address(prefixes.pubkey_hash, key->hash);
    }
    if (const auto* script = std::get_if<ScriptHash>(&destination)) {
        return base58_address(prefixes.script_hash, script->hash);
    }
    const WitnessProgram witness = *witness_program_of(destination);
    Bech32 parts;
    parts.form = witness.version == 0 ? Bech32Form::bech32 : Bech32Form::bech32m;
    parts.hrp = prefixes.bech32_hrp;
    parts.symbols = to_symbols(witness.program);
    parts.symbols.insert(parts.symbols.begin(), static_cast<std::uint8_t>(witness.version));
    return bech32_encode(parts);
}

Result<Destination, AddressError> decode_address(std::string_view text, const AddressPrefixes& prefixes) {
    return starts_with_hrp(text, prefixes.bech32_hrp) ? decode_bech32(text, prefixes) : decode_base58(text, prefixes);
}

}  // namespace keel::address
