// Commands about transactions, and the pool after a reorganization.
#include <algorithm>

#include "engine/validation/engine.hpp"

namespace keel::validation {

using headers::Node;

namespace {

// The coins at the tip; only where nothing is in flight.
class CachedCoins final : public mempool::CoinSource {
public:
    explicit CachedCoins(chain::CoinCache& cache) : cache_(&cache) {}

    mempool::OrDisk<std::vector<std::optional<primitives::Coin>>> find(
        std::span<const primitives::OutPoint> outpoints) override {
        chain::CoinBatch batch;
        KEEL_CHECK(cache_->find_many(outpoints, batch));
        std::vector<std::optional<primitives::Coin>> out(outpoints.size());
        for (std::size_t i = 0; i < out.size(); ++i) {
            if (const auto coin = batch[i]) {
                out[i] = primitives::Coin::from(*coin);
            }
        }
        return out;
    }

private:
    chain::CoinCache* cache_;
};

template <class T>
OrBroken<T> or_broken(mempool::OrDisk<T> result) {
    if (!result) {
        return Failure(broken_kv("Cannot read coins", result.error()));
    }
    return *std::move(result);
}

}  // namespace

bool Engine::pool_is_due() {
    if (pool_.is_settled() || invalidating_ != nullptr) {
        return false;
    }
    const Node& tip = chain_.tip();
    const Node* goal = target();
    return goal == nullptr || goal == &tip ||
           (goal->has_ancestor(tip) && tip.chain_work() >= ports_.view.tip().chain_work());
}

OrBroken<bool> Engine::settle_pool(Now now, Actions& out) {
    if (!chain_.is_quiet() || !pool_is_due()) {
        return false;
    }
    CachedCoins coins(chain_.cache());
    KEEL_TRY(const bool done, or_broken(pool_.reorganized({chain_.tip(), coins, now.unix})));
    learn_from_pool({.tip = chain_.tip(), .now = now.unix});
    report_pool(out);
    if (done) {
        publish(out);
        for (BlockVerdict& verdict : std::exchange(held_, {})) {
            out.emplace_back(std::move(verdict));
        }
    }
    return true;
}

void Engine::learn_from_pool(const FeeLearner::Occasion& occasion) {
    std::vector<mempool::PoolEvent> events = pool_.take_events();
    learner_.learn(events, occasion);
    std::ranges::move(events, std::back_inserter(pool_events_));
}

void Engine::report_pool(Actions& out) {
    if (!pool_events_.empty()) {
        out.emplace_back(PoolChanged{std::exchange(pool_events_, {})});
    }
}

OrBroken<bool> Engine::take_pool_command(Now now, Actions& out) {
    if (pool_commands_.empty() || !chain_.is_quiet() || !pool_.is_settled() || invalidating_ != nullptr) {
        return false;
    }
    const PoolCommand command = std::move(pool_commands_.front());
    pool_commands_.pop_front();
    KEEL_CHECK(std::visit([&](const auto& it) { return on(it, now, out); }, command));
    return true;
}

OrBroken<void> Engine::on(const SubmitTx& command, Now now, Actions& out) {
    CachedCoins coins(chain_.cache());
    const mempool::ChainState state{chain_.tip(), coins, now.unix};
    KEEL_TRY(mempool::TxResult result, or_broken(pool_.accept(command.tx, command.submission, state)));
    learn_from_pool({.tip = chain_.tip(), .now = now.unix});
    report_pool(out);
    out.emplace_back(TxVerdict{command.tx, command.source, std::move(result)});
    return {};
}

OrBroken<void> Engine::on(const SubmitPackage& command, Now now, Actions& out) {
    CachedCoins coins(chain_.cache());
    const mempool::ChainState state{chain_.tip(), coins, now.unix};
    KEEL_TRY(mempool::PackageResult result,
             or_broken(command.test ? pool_.test_package(command.txs, state)
                                    : pool_.accept_package(command.txs, command.rate_max, state)));
    learn_from_pool({.tip = chain_.tip(), .now = now.unix, .package = true});
    report_pool(out);
    out.emplace_back(PackageVerdict{command.txs, command.source, std::move(result)});
    return {};
}

OrBroken<void> Engine::on(const PrioritiseTx& command, Now, Actions& out) {
    pool_.prioritise(command.txid, command.delta);
    out.emplace_back(Answer{.ticket = command.ticket, .failure = {}});
    return {};
}

OrBroken<void> Engine::on(const MarkUnbroadcast& command, Now, Actions&) {
    pool_.set_unbroadcast(command.txid, command.unbroadcast);
    return {};
}

OrBroken<void> Engine::on(const SelectTxs& command, Now, Actions& out) {
    const Node& tip = chain_.tip();
    mining::Selector selector(command.limits, {tip.height() + 1, tip.median_time_past()});
    std::vector<mining::Candidate> candidates;
    pool_.visit_chunks([&](const mempool::Pool::ChunkView& chunk) {
        candidates.clear();
        for (const mempool::EntryPtr* entry : chunk.txs) {
            candidates.push_back({.tx = (*entry)->tx, .fee = (*entry)->fee, .sigop_cost = (*entry)->sigop_cost});
        }
        return selector.offer(
            {.txs = candidates, .fee = chunk.sum.fee, .weight = chunk.sum.size, .cluster = chunk.cluster});
    });
    Answer answer{.ticket = command.ticket, .failure = {}, .tip = &tip};
    answer.selection = selector.take();
    answer.pool_sequence = ports_.pool_view.totals().sequence;
    out.emplace_back(std::move(answer));
    return {};
}

void Engine::answer_fee_questions(Actions& out) {
    for (const Ticket ticket : std::exchange(fee_questions_, {})) {
        Answer answer{.ticket = ticket, .failure = {}};
        answer.fees = std::make_shared<const FeeEstimates>(learner_.estimates());
        out.emplace_back(std::move(answer));
    }
}

FeeEstimates Engine::last_fee_estimates() {
    learner_.give_up_waiting();
    return learner_.estimates();
}

}  // namespace keel::validation
