// Secret keys as text: the wallet import format (WIF).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/secp.hpp"
#include "rules/primitives/params.hpp"

namespace keel::address {

struct WifKey {
    crypto::SecretKey key;
    bool compressed = true;  // whether its public key is meant in the 33-byte form
};

std::string encode_secret_key(const WifKey& key, const primitives::AddressPrefixes& prefixes);
// Nothing for another network's key, a wrong checksum or length, or a number that is no key.
[[nodiscard]] std::optional<WifKey> decode_secret_key(std::string_view text,
                                                      const primitives::AddressPrefixes& prefixes);

}  // namespace keel::address
