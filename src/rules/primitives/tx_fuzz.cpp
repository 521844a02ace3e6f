// Whatever parses as a transaction is exactly what serializing its parts gives, and its ids are those of its bytes.
#include "base/assert.hpp"
#include "crypto/sha256.hpp"
#include "rules/primitives/tx.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    using namespace keel::primitives;
    const auto bytes = std::as_bytes(std::span(data, size));
    if (const auto tx = Tx::parse(to_bytes(bytes))) {
        const MutableTx parts = MutableTx::from((*tx)->view());
        KEEL_ASSERT(equal(parts.serialize(), bytes));
        KEEL_ASSERT((*tx)->wtxid() == hash_cast<Wtxid>(crypto::sha256d(bytes)));
        KEEL_ASSERT((*tx)->view().stripped_size() <= bytes.size());
    }
    if (const auto tx = Tx::parse_without_witness(to_bytes(bytes))) {
        KEEL_ASSERT(equal(MutableTx::from((*tx)->view()).serialize(), bytes));
    }
    return 0;
}
