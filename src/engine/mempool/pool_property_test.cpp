// After any sequence of transactions, packages, priorities, blocks and reorganizations the pool holds only what a fresh
// pool would accept, and shows it the same way.
#include <set>

#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "engine/mempool/lab_test.hpp"

namespace keel::mempool {
namespace {

constexpr std::int64_t kCoin = 1'000'000;

class World {
public:
    // Transactions that come back from blocks may break the rules about version 3, which a fresh pool would insist on:
    // so a world has either such transactions or reorganizations.
    enum class Kind : bool { with_truc, with_reorganizations };

    World(std::uint64_t seed, Kind kind) : lab_(options()), rng_(seed), kind_(kind) {
        for (int i = 0; i < 40; ++i) {
            free_.push_back(lab_.fund(kCoin, static_cast<std::int32_t>(rng_.between(1, Lab::kHeight))));
        }
    }

    static Options options() {
        Options options = loose_options();
        options.limits.cluster_count = 8;
        options.bytes_max = 45'000;
        return options;
    }

    void step() {
        switch (rng_.below(12)) {
            case 0: mine(); break;
            case 1: kind_ == Kind::with_reorganizations ? reorganize() : mine(); break;
            case 2:
                lab_.pool.prioritise(some_tx()->txid(), Amount(static_cast<std::int64_t>(rng_.below(4000)) - 2000));
                break;
            case 3: lab_.now += seconds(rng_.below(4 * 3600)); break;
            case 4: package(); break;
            default:
                remember(make_tx());
                (void)lab_.give(made_.back());
                break;
        }
    }

    [[nodiscard]] std::size_t count() const { return lab_.view.totals().count; }

    // A pool that gets the same transactions in the order of mining.
    void compare_with_fresh() {
        lab_.pool.check_invariants();
        Options unlimited = options();
        unlimited.bytes_max = 1'000'000'000;
        unlimited.policy.min_relay = policy::FeeRate();
        NullLogger logger;
        View view(unlimited);
        Pool fresh(unlimited, view, logger);
        for (const auto& [txid, delta] : lab_.view.deltas()) {
            fresh.prioritise(txid, delta);
        }
        const auto snapshot = lab_.view.snapshot();
        for (const Snapshot::Place& place : snapshot->in_mining_order()) {
            const Entry& entry = *place.cluster->txs[place.index];
            // Low priority can leave a transaction with less than nothing; it stays for as long as there is room.
            if (entry.modified_fee < Amount()) {
                fresh.prioritise(entry.txid(), Amount(-entry.modified_fee.satoshi()));
            }
            const TxResult result = *fresh.accept(entry.tx, {}, lab_.state());
            ASSERT_EQ(result.outcome, TxOutcome::accepted) << result.reject->text();
        }
        EXPECT_EQ(view.totals().count, lab_.view.totals().count);
        EXPECT_EQ(view.totals().fees, lab_.view.totals().fees);
        for (const ClusterPtr& cluster : snapshot->clusters) {
            const auto other = view.find(cluster->txs.front()->txid());
            ASSERT_EQ(other->cluster->txs.size(), cluster->txs.size());
        }
    }

private:
    const TxPtr& some_tx() {
        if (made_.empty()) {
            remember(make_tx());
        }
        return made_[rng_.below(made_.size())];
    }

    // Spends coins of the chain, and outputs of earlier transactions whether they were accepted or not.
    TxPtr make_tx() {
        std::set<OutPoint> inputs;
        for (std::uint64_t i = rng_.between(1, 3); i > 0; --i) {
            inputs.insert(pick());
        }
        std::int64_t value = 0;
        for (const OutPoint& input : inputs) {
            value += value_of(input);
        }
        const auto outputs = static_cast<std::int64_t>(rng_.between(1, 3));
        value -= static_cast<std::int64_t>(rng_.below(3000));
        primitives::MutableTx tx = Lab::make(
            {inputs.begin(), inputs.end()},
            std::vector<std::int64_t>(static_cast<std::size_t>(outputs), std::max<std::int64_t>(value / outputs, 0)));
        tx.version = kind_ == Kind::with_truc && rng_.chance(1, 4) ? 3 : 2;
        for (primitives::TxInput& input : tx.inputs) {
            input.sequence = rng_.chance(1, 5) ? static_cast<std::uint32_t>(rng_.below(4)) : 0xFFFFFFFD;
        }
        tx.lock_time = rng_.chance(1, 8) ? static_cast<std::uint32_t>(Lab::kHeight + rng_.below(6)) : 0;
        return tx.freeze();
    }

    // Mostly something that is there: in the chain, or an output in the pool, spent or not.
    OutPoint pick() {
        OutPoint chosen = free_[rng_.below(free_.size())];
        for (int tries = 0; tries < 30; ++tries) {
            const bool there = lab_.source.coins.contains(chosen) || lab_.view.contains(chosen.txid);
            if (there && (lab_.view.spender(chosen) == nullptr || rng_.chance(1, 10))) {
                break;
            }
            chosen = free_[rng_.below(free_.size())];
        }
        return chosen;
    }

    std::int64_t value_of(const OutPoint& outpoint) {
        const auto found = values_.find(outpoint);
        return found == values_.end() ? kCoin : found->second;
    }

    void remember(const TxPtr& tx) {
        made_.push_back(tx);
        for (std::size_t i = 0; i < tx->view().output_count(); ++i) {
            free_.push_back({tx->txid(), static_cast<std::uint32_t>(i)});
            values_[free_.back()] = tx->view().output(i).value().satoshi();
        }
    }

    void package() {
        const TxPtr parent = make_tx();
        remember(parent);
        const std::int64_t value = value_of(Lab::output(parent));
        const TxPtr child = Lab::tx({Lab::output(parent)},
                                    {std::max<std::int64_t>(value - static_cast<std::int64_t>(rng_.below(9000)), 0)});
        remember(child);
        const std::vector txs = {parent, child};
        (void)lab_.pool.accept_package(txs, {}, lab_.state());
    }

    // The best chunks, and now and then something that was not in the pool.
    void mine() {
        std::vector<TxPtr> txs;
        for (const auto& chunk : lab_.pool.best_chunks(static_cast<std::int64_t>(rng_.below(8000)))) {
            for (const EntryPtr& entry : chunk.txs) {
                txs.push_back(entry->tx);
            }
        }
        if (rng_.chance(1, 3)) {
            const OutPoint coin = lab_.fund(kCoin, 1);
            free_.push_back(coin);
            txs.push_back(Lab::tx({coin}, {kCoin}));
            remember(txs.back());
        }
        lab_.connect(txs);
        ++height_;
    }

    void reorganize() {
        const std::uint64_t depth = rng_.below(height_ + 1);
        for (std::uint64_t i = 0; i < depth; ++i) {
            lab_.disconnect();
            --height_;
        }
        for (std::uint64_t i = 0; depth > 0 && i < depth + 1; ++i) {
            lab_.connect({});
            ++height_;
        }
        lab_.settle();
    }

    Lab lab_;
    Rng rng_;
    Kind kind_;
    std::vector<OutPoint> free_;
    std::map<OutPoint, std::int64_t> values_;
    std::vector<TxPtr> made_;
    std::uint64_t height_ = 0;
};

TEST(PoolProperty, HoldsOnlyWhatAFreshPoolWouldAccept) {
    std::size_t most = 0;
    for (std::uint64_t seed = 1; seed <= 25; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World world(seed, seed % 2 == 0 ? World::Kind::with_truc : World::Kind::with_reorganizations);
        for (int i = 0; i < 120 && !::testing::Test::HasFatalFailure(); ++i) {
            world.step();
            world.compare_with_fresh();
            most = std::max(most, world.count());
        }
    }
    EXPECT_GT(most, 20U) << "the worlds are too poor to show anything";
}

}  // namespace
}  // namespace keel::mempool
