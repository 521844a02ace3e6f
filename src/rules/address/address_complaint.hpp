// What is wrong with a text that is no address, for the user who typed it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/primitives/params.hpp"

namespace keel::address {

struct AddressComplaint {
    std::string text;                    // a sentence
    std::vector<std::size_t> positions;  // ascending: characters that are probably wrong, where the checksum tells
};

// For texts that decode_address() refuses. Up to two wrong characters of a bech32 text are found; which ones would be
// right is not said, because a guess may pay somebody else. O(length) table look-ups.
AddressComplaint explain_address(std::string_view text, const primitives::AddressPrefixes& prefixes);

}  // namespace keel::address
