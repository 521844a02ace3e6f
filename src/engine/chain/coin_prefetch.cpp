#include "engine/chain/coin_prefetch.hpp"

namespace keel::chain {

using primitives::OutPoint;

namespace {

Result<store::KvValues, store::KvError> read(const store::Kv& coins, std::span<const OutPoint> outpoints) {
    const std::vector<store::CoinKey> keys(outpoints.begin(), outpoints.end());
    std::vector<ByteSpan> spans;
    spans.reserve(keys.size());
    for (const store::CoinKey& key : keys) {
        spans.push_back(key.span());
    }
    store::KvValues values;
    KEEL_CHECK(coins.get_many(store::kCoinFamily, spans, values));
    return values;
}

}  // namespace

void PrefetchJob::run(const store::Kv& coins) {
    const auto inputs = read(coins, inputs_);
    const auto outputs = read(coins, outputs_);
    if (!inputs || !outputs) {
        error_ = inputs ? outputs.error() : inputs.error();
        return;
    }
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        const auto value = (*inputs)[i];
        if (value && !coins_.add_encoded(*value)) {
            error_ = store::KvError{store::KvFault::corrupt, "The coin database holds a damaged coin."};
            return;
        }
        if (value) {
            found_.push_back(inputs_[i]);
        }
    }
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        if ((*outputs)[i]) {
            conflicts_.push_back(outputs_[i]);
        }
    }
    outputs_checked_ = outputs_wanted_;
}

}  // namespace keel::chain
