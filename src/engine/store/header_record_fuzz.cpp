// Block-index records: what decodes encodes to the same bytes.
#include "base/assert.hpp"
#include "engine/store/header_records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const keel::ByteSpan input = std::as_bytes(std::span(data, size));
    if (const auto record = keel::store::decode_header_record(input)) {
        keel::Bytes value;
        keel::store::encode_header_record(value, *record);
        KEEL_ASSERT(keel::equal(value, input));
    }
    return 0;
}
