// The lax DER reader that consensus requires of ECDSA signatures.
//
// Before BIP66 any signature that OpenSSL accepted was valid, and those in the chain still are. What is accepted:
// a 0x30 tag whose length is read over but ignored; two 0x02 integers with short or long-form lengths, padded by any
// number of zero bytes and never taken as negative; anything after them.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.hpp"

namespace keel::crypto {

// R and S, 32 big-endian bytes each. A number of more than 32 bytes makes both zero: such a signature parses, and no
// key verifies it.
using CompactSignature = std::array<std::byte, 64>;

// Nothing when even lax rules refuse the bytes. O(size), no allocation.
std::optional<CompactSignature> parse_der_lax(ByteSpan der);

}  // namespace keel::crypto
