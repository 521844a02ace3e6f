// Any sequence of transactions, priorities, blocks and reorganizations: the bytes choose what happens next. The pool's
// invariants hold after each step.
#include <cstdint>

#include "engine/mempool/lab_test.hpp"
#include "rules/primitives/codec.hpp"

namespace keel::mempool {
namespace {

constexpr std::size_t kStepsMax = 200;
constexpr std::int64_t kCoin = 100'000;

class Run {
public:
    explicit Run(ByteSpan choices) : in_(choices), lab_(options()) {
        for (int i = 0; i < 8; ++i) {
            outputs_.push_back({lab_.fund(kCoin), kCoin});
        }
    }

    void all() {
        for (std::size_t i = 0; i < kStepsMax && in_.remaining() > 0; ++i) {
            step(byte());
            lab_.pool.check_invariants();
        }
    }

private:
    struct Output {
        OutPoint outpoint;
        std::int64_t value;
    };

    static Options options() {
        Options options = loose_options();
        options.limits.cluster_count = 6;
        options.bytes_max = 20'000;
        return options;
    }

    std::uint8_t byte() { return in_.read<std::uint8_t>(); }

    void step(std::uint8_t choice) {
        switch (choice % 8) {
            case 0:
                lab_.connect(best());
                ++height_;
                break;
            case 1: reorganize(); break;
            case 2:
                lab_.pool.prioritise(outputs_[byte() % outputs_.size()].outpoint.txid, Amount(byte() * 20 - 2000));
                break;
            case 3: lab_.now += seconds(byte() * 3600); break;
            case 4: package(); break;
            default: (void)lab_.give(make()); break;
        }
    }

    std::vector<TxPtr> best() {
        std::vector<TxPtr> txs;
        for (const auto& chunk : lab_.pool.best_chunks(byte() * 16)) {
            for (const EntryPtr& entry : chunk.txs) {
                txs.push_back(entry->tx);
            }
        }
        return txs;
    }

    void reorganize() {
        const int depth = height_ == 0 ? 0 : byte() % (height_ + 1);
        for (int i = 0; i < depth; ++i) {
            lab_.disconnect();
        }
        height_ -= depth;
        lab_.settle();
    }

    TxPtr make() {
        std::vector<OutPoint> inputs;
        std::int64_t value = 0;
        for (int i = byte() % 3; i >= 0; --i) {
            const Output& from = outputs_[byte() % outputs_.size()];
            inputs.push_back(from.outpoint);
            value += from.value;
        }
        value -= byte() * 20;
        const std::size_t count = 1 + byte() % 3U;
        const std::int64_t each = value / static_cast<std::int64_t>(count);
        primitives::MutableTx tx = Lab::make(inputs, std::vector<std::int64_t>(count, each));
        const std::uint8_t form = byte();
        tx.version = form % 4U;
        tx.inputs[0].sequence = form < 32 ? form : 0xFFFFFFFD;
        const TxPtr out = tx.freeze();
        for (std::size_t i = 0; i < count && outputs_.size() < 200; ++i) {
            outputs_.push_back({{out->txid(), static_cast<std::uint32_t>(i)}, each});
        }
        return out;
    }

    void package() {
        const TxPtr parent = make();
        const TxPtr child = Lab::tx({Lab::output(parent)}, {parent->view().output(0).value().satoshi() - byte() * 20});
        const std::vector txs = {parent, child};
        (void)lab_.pool.accept_package(txs, {}, lab_.state());
    }

    primitives::Reader in_;
    Lab lab_;
    std::vector<Output> outputs_;
    int height_ = 0;
};

}  // namespace
}  // namespace keel::mempool

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    keel::mempool::Run(std::as_bytes(std::span(data, size))).all();
    return 0;
}
