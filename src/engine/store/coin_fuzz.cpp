// Coin keys, values and the state record: what decodes encodes to something that decodes to the same.
#include "base/assert.hpp"
#include "engine/store/coin_format.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace store = keel::store;
    const keel::ByteSpan input = std::as_bytes(std::span(data, size));
    if (const auto outpoint = store::decode_coin_key(input)) {
        KEEL_ASSERT(keel::equal(store::CoinKey(*outpoint).span(), input));
    }
    if (const auto coin = store::decode_coin(input)) {
        keel::Bytes value;
        store::encode_coin(value, coin->view());
        KEEL_ASSERT(store::decode_coin(value) == coin);
    }
    if (const auto state = store::decode_coin_state(input)) {
        KEEL_ASSERT(keel::equal(store::encode_coin_state(*state), input));
    }
    return 0;
}
