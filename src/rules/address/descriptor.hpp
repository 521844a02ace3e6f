// Output descriptors (BIP380) as far as a script alone tells: the one that RPC shows beside an output.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "rules/primitives/params.hpp"

namespace keel::address {

// Eight characters over the descriptor without "#" (BIP380 "Checksum"); empty when a character is not allowed there.
std::string descriptor_checksum(std::string_view descriptor);

// pk(), multi(), rawtr() or addr() where they say everything, otherwise raw(); with checksum.
std::string infer_descriptor(ByteSpan script, const primitives::AddressPrefixes& prefixes);

// Why a descriptor gives no script: one sentence for the user.
struct DescriptorError {
    std::string text;
};
// The script of raw(HEX) or addr(ADDRESS), with or without checksum. Others need keys and are not understood.
[[nodiscard]] Result<Bytes, DescriptorError> script_of_descriptor(std::string_view text,
                                                                  const primitives::AddressPrefixes& prefixes);

}  // namespace keel::address
