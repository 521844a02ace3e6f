// Addresses of one network: base58check for P2PKH and P2SH, bech32 for segwit v0 (BIP173), bech32m above (BIP350).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "rules/address/destination.hpp"
#include "rules/primitives/params.hpp"

namespace keel::address {

// Why a text is no address of the network.
enum class AddressError : std::uint8_t {
    unknown_encoding,  // neither bech32 with this network's prefix nor base58
    base58_checksum,   // base58, but not with a checksum that matches, or of a length that no address has
    base58_length,     // this network's version byte, but not 20 bytes behind it
    base58_version,    // a version byte that this network does not use for addresses
    bech32_checksum,   // this network's prefix, but form, case, length or checksum are wrong
    empty_data,        // nothing between prefix and checksum
    witness_version,   // above 16
    needs_bech32,      // witness version 0 with bech32m's checksum
    needs_bech32m,     // a later version with bech32's checksum
    padding,           // the symbols do not end on a whole byte padded with zero bits
    program_size,      // not 2 to 40 bytes, or for version 0 not 20 or 32
};

// One sentence without a full stop.
const char* describe(AddressError error);

std::string encode_address(const Destination& destination, const primitives::AddressPrefixes& prefixes);
[[nodiscard]] Result<Destination, AddressError> decode_address(std::string_view text,
                                                               const primitives::AddressPrefixes& prefixes);

}  // namespace keel::address
