// Undo data: whatever decodes must encode and decode again to the same coins, and nothing may crash.
#include "base/assert.hpp"
#include "engine/store/undo.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using keel::store::SpentCoins;
    const auto spent = SpentCoins::decode(std::as_bytes(std::span(data, size)));
    if (!spent) {
        return 0;
    }
    keel::Bytes payload;
    spent->encode(payload);
    const auto again = SpentCoins::decode(payload);
    KEEL_ASSERT(again && *again == *spent);
    return 0;
}
