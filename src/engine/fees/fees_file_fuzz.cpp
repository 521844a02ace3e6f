// Both files from arbitrary bytes: what is read must answer any question and survive being written again.
#include "base/assert.hpp"
#include "engine/fees/block_estimator.hpp"
#include "engine/fees/pool_estimator.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    const ByteSpan file = std::as_bytes(std::span(data, size));
    if (auto read = fees::BlockEstimator::decode(file)) {
        const Bytes bytes = read->encode();
        const auto again = fees::BlockEstimator::decode(bytes);
        KEEL_ASSERT(again && again->encode() == bytes);
        read->entered(
            {.id = {}, .height = read->best_height(), .payment = {.fee = 1000, .virtual_size = 100}, .telling = true});
        read->connected(read->best_height() + 1, {});
        for (const std::uint32_t target : {0U, 1U, 2U, 6U, 25U, 500U, 1008U, 1009U}) {
            KEEL_ASSERT(read->smart(target, false).rate >= 0);
            KEEL_ASSERT(read->smart(target, true).rate >= 0);
            for (const fees::Span span : fees::kSpans) {
                KEEL_ASSERT(read->raw(target, 0.9, span).rate >= 0);
            }
        }
        read->give_up_waiting();
    }
    if (size >= 32) {
        const auto tip = primitives::BlockHash::from(file.last(32).data());
        if (const auto read = fees::PoolEstimator::decode(file, 5, tip)) {
            static_cast<void>(read->health());
            const auto again = fees::PoolEstimator::decode(read->encode(), 5, tip);
            KEEL_ASSERT(again && again->window() == read->window());
        }
    }
    return 0;
}
