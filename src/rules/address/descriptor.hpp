// Output descriptors (BIP380) as far as a script alone tells: the one that RPC shows beside an output.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "rules/primitives/params.hpp"

namespace keel::address {

// Eight characters over the descriptor without "#" (BIP380 "Checksum"); empty when a character is not allowed there.
std::string descriptor_checksum(std::string_view descriptor);

// pk(), multi(), rawtr() or addr() where they say everything, otherwise raw(); with checksum.
std::string infer_descriptor(ByteSpan script, const primitives::AddressPrefixes& prefixes);

}  // namespace keel::address
