#include "engine/validation/engine.hpp"

#include "base/assert.hpp"

namespace keel::validation {

using headers::Mark;
using headers::Node;
using primitives::Height;

namespace {

// Height of the highest block of this chain that was stored once and is gone, or -1.
std::int32_t pruned_height(const Node& tip) {
    for (const Node* node = &tip; node != nullptr; node = node->previous()) {
        if (!node->is(Mark::has_data)) {
            return node->height().value();
        }
    }
    return -1;
}

}  // namespace

Engine::Engine(const Ports& ports, const Options& options, Loaded loaded, Now now)
    : ports_(ports),
      options_(options),
      store_(ports, std::move(loaded.files)),
      chain_(ports, options, std::move(loaded.cache), store_),
      candidates_(ports.tree),
      flusher_(ports, now.steady),
      prefetcher_(ports),
      pool_(options.pool, ports.pool_view, ports.logger),
      learner_(ports.pool_view, ports.tree, options.minimum_chain_work),
      pruner_(ports, options.prune_target),
      last_connected_(now.steady) {
    ports_.view.set_pruned_height(pruned_height(chain_.tip()));
    for (const Node* node : ports_.tree.all()) {
        const bool complete = node->chain_tx_count() != 0 && node->is(Mark::has_data) && !node->is_failed();
        if (node == &chain_.tip() || (complete && node->chain_work() >= chain_.tip().chain_work())) {
            candidates_.add_stored(*node, node == &chain_.tip());
        }
    }
    ports_.view.set_block_bytes(store_.files().bytes_on_disk());
    ports_.view.publish(chain_.tip());
}

Engine::~Engine() = default;

Progress Engine::step(Now now, Actions& out) {
    if (broken_ || finished_) {
        return Progress::idle;
    }
    const auto progress = advance(now, out);
    if (!progress) {
        broken_ = true;
        out.emplace_back(Fatal{progress.error().message});
        return Progress::idle;
    }
    return *progress;
}

OrBroken<Progress> Engine::advance(Now now, Actions& out) {
    answer_fee_questions(out);
    KEEL_TRY(const bool settled, settle_oldest(now, out));
    if (settled) {
        return Progress::worked;
    }
    KEEL_TRY(const bool written, keep_on_disk(now, out));
    if (written) {
        return Progress::worked;
    }
    if (!finishing_) {
        KEEL_TRY(const bool worked, work_on(now, out));
        if (worked) {
            return Progress::worked;
        }
    }
    if (ports_.verify.help() || ports_.flush.help()) {
        return Progress::worked;
    }
    if (!chain_.is_quiet() || flusher_.busy()) {
        return Progress::waiting;
    }
    if (finishing_) {
        const auto closed = store_.files().finish();
        if (!closed) {
            return Failure(broken_store("Cannot close the block files", closed.error()));
        }
        finished_ = true;
        return Progress::idle;
    }
    const bool prefetching = verified_target_ != nullptr && verified_target_ != &chain_.tip();
    return prefetching ? Progress::waiting : Progress::idle;
}

OrBroken<bool> Engine::work_on(Now now, Actions& out) {
    KEEL_TRY(const bool settled, settle_pool(now, out));
    if (settled) {
        return true;
    }
    KEEL_TRY(const bool taken, take_command(out));
    if (taken) {
        return true;
    }
    KEEL_TRY(const bool connected, connect_next(now, out));
    if (connected) {
        return true;
    }
    return take_pool_command(now, out);
}

OrBroken<bool> Engine::settle_oldest(Now now, Actions& out) {
    KEEL_TRY(const auto settled, chain_.settle());
    if (!settled) {
        return false;
    }
    if (settled->invalid) {
        reject(*settled->invalid->node, settled->invalid->reject, out);
        return true;
    }
    const Node& node = *settled->node;
    candidates_.drop_worse_than(node);
    pool_.block_connected(*settled->block, now.unix);
    learn_from_pool({.tip = node, .now = now.unix, .block = settled->block.get()});
    BlockVerdict verdict{node.hash(), &node, take_source(node), Outcome::connected, std::nullopt};
    if (!pool_.is_settled()) {
        held_.push_back(std::move(verdict));
        return true;
    }
    report_pool(out);
    publish(out);
    out.emplace_back(std::move(verdict));
    return true;
}

// Submitted blocks are stored before the next one is connected as long as memory for them is left, so that coins can be
// read ahead; commands of other kinds wait until nothing is in flight.
bool Engine::can_take_block() const {
    return store_.recent_bytes() < BlockStore::kRecentBytesMax / 2 || verified_target_ == &chain_.coin_tip();
}

void Engine::submit(Command command) {
    const auto sort = [this]<class Any>(Any& it) {
        if constexpr (std::is_same_v<Any, SnapshotFees>) {
            fee_questions_.push_back(it.ticket);
        } else if constexpr (std::is_constructible_v<PoolCommand, Any>) {
            pool_commands_.emplace_back(std::move(it));
        } else {
            commands_.emplace_back(std::move(it));
        }
    };
    std::visit(sort, command);
}

OrBroken<bool> Engine::take_command(Actions& out) {
    if (commands_.empty() || invalidating_ != nullptr) {
        return false;
    }
    const bool is_block = std::holds_alternative<SubmitBlock>(commands_.front());
    if (is_block ? !can_take_block() : !chain_.is_quiet() || !pool_.is_settled()) {
        return false;
    }
    const ChainCommand command = std::move(commands_.front());
    commands_.pop_front();
    KEEL_CHECK(std::visit([&](const auto& it) { return on(it, out); }, command));
    return true;
}

bool Engine::branch_is_usable(const Node& node) const {
    const Node* fork = headers::fork_point(node, chain_.tip());
    for (const Node* at = &node; at != fork && at != verified_target_; at = at->previous()) {
        if (at->is_failed() || !at->is(Mark::has_data)) {
            return false;
        }
    }
    return true;
}

const Node* Engine::target() {
    for (const Node* best = candidates_.best(); best != nullptr; best = candidates_.best()) {
        if (best == verified_target_ || branch_is_usable(*best)) {
            verified_target_ = best;
            return best;
        }
        candidates_.remove(*best);
        verified_target_ = nullptr;
    }
    return nullptr;
}

OrBroken<bool> Engine::connect_next(Now now, Actions& out) {
    if (invalidating_ != nullptr) {
        return leave_branch();
    }
    if (pool_is_due()) {
        return false;  // what is in flight settles, then the pool comes first
    }
    const Node* goal = target();
    const Node& at = chain_.coin_tip();
    if (goal == nullptr || goal == &at) {
        if (goal == &chain_.tip() || (goal == nullptr && chain_.is_quiet())) {
            come_to_rest(out);
        }
        return false;
    }
    const bool must_flush_first = wants_flush(now) && !flusher_.busy();
    if (must_flush_first || chain_.cache().must_wait() || !snapshots_.empty()) {
        return false;
    }
    if (!goal->has_ancestor(at)) {
        return leave_branch();
    }
    prefetcher_.plan(chain_, *goal, store_);
    const Node& next = *goal->ancestor(at.height() + 1);
    if (!chain_.has_room() || prefetcher_.running(next)) {
        return false;
    }
    KEEL_TRY(const auto invalid, chain_.connect(next, prefetcher_.find(next)));
    last_connected_ = now.steady;
    prefetcher_.forget(next);
    if (invalid) {
        reject(*invalid->node, invalid->reject, out);
    }
    return true;
}

OrBroken<bool> Engine::leave_branch() {
    if (!chain_.is_quiet()) {
        return false;
    }
    if (invalidating_ != nullptr && !chain_.tip().has_ancestor(*invalidating_)) {
        ports_.tree.set_failed(*std::exchange(invalidating_, nullptr));
        verified_target_ = nullptr;
        candidates_.add_stored(chain_.tip(), true);
        candidates_.refresh(chain_.tip());
        return true;
    }
    const primitives::Height height = chain_.tip().height();
    KEEL_TRY(const primitives::BlockPtr block, chain_.disconnect_tip());
    pool_.block_disconnected(*block, height);
    return true;
}

bool Engine::wants_flush(Now now) const {
    const chain::CoinCache& cache = chain_.cache();
    const bool behind = cache.flushed_state().best_block != cache.best_block();
    const bool due = now.steady - flusher_.last_coins() >= options_.flush_interval;
    const bool asked = finishing_ || !snapshots_.empty() || wants_slim_cache(now);
    return cache.wants_flush() || pruner_.has_chosen() || (behind && (due || asked));
}

// Initial sync fills the cache with coins that nobody will ask for soon.
bool Engine::wants_slim_cache(Now now) const {
    return now.steady - last_connected_ >= options_.rest_after && chain_.cache().stats().bytes > options_.resting_cache;
}

OrBroken<bool> Engine::keep_on_disk(Now now, Actions& out) {
    KEEL_TRY(const bool finished, flusher_.collect(chain_.cache()));
    if (finished) {
        KEEL_CHECK(prune());
        return true;
    }
    if (flusher_.busy()) {
        return false;
    }
    if (chain_.is_quiet()) {
        pruner_.choose(store_, chain_.tip());
        if (wants_flush(now)) {
            flusher_.begin(store_, chain_.cache(), now.steady);
            return true;
        }
        if (wants_slim_cache(now)) {
            chain_.cache().drop_clean();
        }
        answer_snapshots(out);
    }
    if (now.steady - flusher_.last_records() >= options_.record_interval || (finishing_ && !finished_records_)) {
        finished_records_ = finishing_;
        flusher_.begin_records(store_, now.steady);
        return true;
    }
    return false;
}

OrBroken<void> Engine::prune() {
    if (pruner_.has_chosen()) {
        KEEL_CHECK(pruner_.remove(store_));
        ports_.view.set_block_bytes(store_.files().bytes_on_disk());
    }
    return {};
}

void Engine::answer_snapshots(Actions& out) {
    for (const Ticket ticket : std::exchange(snapshots_, {})) {
        CoinsSnapshot snapshot{ports_.coins.snapshot(), &chain_.tip(),
                               ports_.coins.approximate_size(store::kCoinFamily)};
        out.emplace_back(Answer{.ticket = ticket, .failure = {}, .snapshot = std::move(snapshot)});
    }
}

void Engine::come_to_rest(Actions& out) {
    publish(out);
    if (commands_.empty()) {
        for (const Ticket ticket : std::exchange(at_rest_, {})) {
            out.emplace_back(Answer{.ticket = ticket, .failure = {}});
        }
    }
}

void Engine::publish(Actions& out) {
    const Node& tip = chain_.tip();
    const Node& shown = ports_.view.tip();
    const Node* goal = target();
    const bool on_the_way = goal != nullptr && goal != &tip;
    if (&tip == &shown || !pool_.is_settled() || (on_the_way && tip.chain_work() < shown.chain_work())) {
        return;
    }
    ports_.view.publish(tip);
    log(ports_.logger, LogCategory::validation, LogLevel::info, "New tip ", tip.hash(), " at height ", tip.height(),
        ".");
    out.emplace_back(TipChanged{&shown, headers::fork_point(shown, tip), &tip});
}

Source Engine::take_source(const Node& node) {
    const auto found = sources_.find(&node);
    if (found == sources_.end()) {
        return {};
    }
    const Source source = found->second;
    sources_.erase(found);
    return source;
}

void Engine::reject(const Node& node, const consensus::Reject& reject, Actions& out) {
    log(ports_.logger, LogCategory::validation, LogLevel::warning, "Block ", node.hash(), " rejected: ", reject.text());
    if (reject.permanent()) {
        ports_.tree.set_failed(node);
        store_.forget(node);
        candidates_.remove(node);
        verified_target_ = nullptr;
        candidates_.refresh(chain_.tip());
    }
    const Source source = take_source(node);
    out.emplace_back(BlockVerdict{node.hash(), &node, source, Outcome::rejected, reject});
}

}  // namespace keel::validation
