// Any text either is an address that is written back the same (or in lower case), or is refused; scripts likewise.
#include "base/assert.hpp"
#include "rules/address/address.hpp"
#include "rules/address/secret_key.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto& prefixes = primitives::main_params().prefixes;
    if (const auto destination = address::decode_address(as_text(bytes), prefixes)) {
        const std::string text = address::encode_address(*destination, prefixes);
        KEEL_ASSERT(address::decode_address(text, prefixes) == *destination);
        KEEL_ASSERT(address::destination_of(address::script_of(*destination)) == *destination);
    }
    if (const auto destination = address::destination_of(bytes)) {
        KEEL_ASSERT(equal(address::script_of(*destination), bytes));
        KEEL_ASSERT(address::decode_address(address::encode_address(*destination, prefixes), prefixes) == *destination);
    }
    if (const auto key = address::decode_secret_key(as_text(bytes), prefixes)) {
        KEEL_ASSERT(address::encode_secret_key(*key, prefixes) == as_text(bytes));
    }
    return 0;
}
