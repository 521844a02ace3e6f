// Any bytes as a PSBT: refused, or read into a value that is written and read again unchanged, and that the roles can
// work on.
#include "base/assert.hpp"
#include "rules/psbt/codec.hpp"
#include "rules/psbt/roles.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    auto psbt = psbt::parse(std::as_bytes(std::span(data, size)));
    if (!psbt) {
        return 0;
    }
    const Bytes written = psbt::serialize(*psbt);
    const auto again = psbt::parse(written);
    KEEL_ASSERT(again && psbt::serialize(*again) == written);
    (void)psbt::finish(*psbt);
    (void)psbt::extract(*psbt);
    KEEL_ASSERT(!again->unsigned_tx() || psbt::merge(*psbt, *again));
    return 0;
}
