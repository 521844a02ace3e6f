// Any bytes as a saved pool: what is read can be written and read again.
#include <cstdint>

#include "base/assert.hpp"
#include "engine/mempool/saved_pool.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    const ByteSpan bytes = std::as_bytes(std::span(data, size));
    const auto saved = mempool::decode_saved_pool(to_bytes(bytes));
    if (!saved) {
        return 0;
    }
    const auto again = mempool::decode_saved_pool(mempool::encode(*saved, {}));
    KEEL_ASSERT(again.has_value() && again->txs.size() == saved->txs.size());
    KEEL_ASSERT(again->deltas == saved->deltas && again->unbroadcast == saved->unbroadcast);
    return 0;
}
