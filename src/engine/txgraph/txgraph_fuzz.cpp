// Random changes to a graph, staged, trimmed, dropped or committed, against the naive model.
#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "engine/txgraph/graph_model_test.hpp"

namespace keel::txgraph {

namespace {

constexpr std::size_t kTxsMax = 40;

class Run {
public:
    explicit Run(std::span<const std::uint8_t> input) : input_(input), limits_(read_limits()), graph_(limits_) {}

    void all() {
        while (!input_.empty()) {
            change();
        }
    }

private:
    std::uint64_t read(std::uint64_t below) {
        if (input_.empty()) {
            return 0;
        }
        const std::uint8_t byte = input_.front();
        input_ = input_.subspan(1);
        return byte % below;
    }
    Limits read_limits() {
        return {.cluster_count = 1 + static_cast<int>(read(12)),
                .cluster_size = 4 + static_cast<std::int64_t>(read(200))};
    }
    TxHandle pick() {
        auto at = next_.txs.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(read(next_.txs.size())));
        return at->first;
    }
    void add(Staging& staging) {
        const FeeSize own{.fee = static_cast<std::int64_t>(read(200)) - 20,
                          .size = 1 + static_cast<std::int64_t>(read(20))};
        const TieKey key = key_of(++keys_);
        std::set<TxHandle> parents;
        for (std::uint64_t picks = next_.txs.empty() ? 0 : read(4); picks > 0; --picks) {
            parents.insert(pick());
        }
        const TxHandle tx = staging.add(own, key);
        for (const TxHandle parent : parents) {
            staging.link(parent, tx);
        }
        next_.txs[tx] = {.own = own, .key = key, .parents = std::move(parents)};
    }
    void remove_all(Staging& staging, const std::set<TxHandle>& txs) {
        for (const TxHandle tx : txs) {
            staging.remove(tx);
            next_.remove(tx);
        }
    }
    void act(Staging& staging) {
        const std::uint64_t action = read(6);
        if (next_.txs.empty() || (action < 3 && next_.txs.size() < kTxsMax)) {
            add(staging);
        } else if (action == 3) {
            remove_all(staging, next_.ancestors(pick()));
        } else if (action == 4) {
            remove_all(staging, next_.descendants(pick()));
        } else {
            const TxHandle tx = pick();
            next_.txs[tx].own.fee = static_cast<std::int64_t>(read(200)) - 20;
            staging.set_fee(tx, next_.txs[tx].own.fee);
        }
    }
    void change() {
        next_ = now_;
        Staging staging(graph_);
        for (std::uint64_t actions = 1 + read(6); actions > 0; --actions) {
            act(staging);
        }
        KEEL_ASSERT(staging.fits() == next_.fits(limits_));
        for (const TxHandle tx : staging.trim()) {
            next_.remove(tx);
        }
        KEEL_ASSERT(next_.fits(limits_));
        static_cast<void>(staging.improves());
        if (read(4) == 0) {
            return;
        }
        staging.commit();
        now_ = next_;
        check();
    }
    void check() const {
        graph_.check_invariants();
        KEEL_ASSERT(graph_.count() == now_.txs.size());
        for (const auto& [tx, data] : now_.txs) {
            const std::vector<TxHandle> ancestors = graph_.ancestors(tx);
            const std::vector<TxHandle> descendants = graph_.descendants(tx);
            KEEL_ASSERT(graph_.fee_size(tx) == data.own);
            KEEL_ASSERT(std::set(ancestors.begin(), ancestors.end()) == now_.ancestors(tx));
            KEEL_ASSERT(std::set(descendants.begin(), descendants.end()) == now_.descendants(tx));
            KEEL_ASSERT(graph_.cluster_totals(tx) == now_.totals(now_.cluster(tx)));
        }
    }

    std::span<const std::uint8_t> input_;
    Limits limits_;
    Graph graph_;
    Model now_;
    Model next_;
    std::uint64_t keys_ = 0;
};

}  // namespace

}  // namespace keel::txgraph

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kInputMax = 4096;
    keel::txgraph::Run({data, std::min(size, kInputMax)}).all();
    return 0;
}
