#include "engine/validation/testbed.hpp"

#include "base/assert.hpp"
#include "engine/headers/accept_header.hpp"

namespace keel::validation {

Testbed::Testbed(TestDisk& disk, const primitives::Params& params, const Settings& settings)
    : params_(params),
      tree_(params.genesis->header()),
      view_(tree_.genesis()),
      ports_{params, disk.files, disk.index, disk.coins, tree_, view_, pool_view_, verify_, flush_, stages_, logger_} {
    Options options;
    options.block_files = {.dir = "blocks", .magic = params.magic, .file_max = settings.block_file_max};
    options.cache.budget = settings.cache_budget;
    options.prune_target = settings.prune_target;
    options.resting_cache = settings.resting_cache;
    options.assume_valid = settings.assume_valid;
    options.reindex = settings.reindex;
    auto loaded = load(ports_, options, now_.unix);
    if (!loaded) {
        broken_ = loaded.error().message;
        return;
    }
    recovered_ = loaded->recovered;
    engine_ = std::make_unique<Engine>(ports_, options, *std::move(loaded), now_);
}

void Testbed::submit(const primitives::BlockPtr& block, bool requested) {
    const auto accepted = headers::accept_header(tree_, block->header(), params_, now_.unix);
    auto checked = consensus::check_block(block, params_);
    KEEL_ASSERT(accepted.has_value() && checked.has_value());
    submit(SubmitBlock{*std::move(checked), accepted->node, {Source::Kind::peer, 7}, requested, std::nullopt});
}

bool Testbed::step() {
    const RoleHolder role(validation_role);
    return engine_->step(now_, actions_) != Progress::idle;
}

std::vector<Action> Testbed::run() {
    while (step()) {
    }
    std::ranges::for_each(actions_, [this](const Action& action) { note(action); });
    return std::exchange(actions_, {});
}

void Testbed::note(const Action& action) {
    if (const auto* verdict = std::get_if<BlockVerdict>(&action); verdict != nullptr && verdict->reject) {
        last_reject_ = verdict->reject->reason();
    } else if (std::holds_alternative<TipChanged>(action)) {
        ++tip_changes_;
    } else if (const auto* fatal = std::get_if<Fatal>(&action)) {
        broken_ = fatal->message;
    } else if (const auto* answer = std::get_if<Answer>(&action); answer != nullptr && answer->snapshot) {
        snapshot_ = answer->snapshot;
    }
}

Outcome Testbed::give(const primitives::BlockPtr& block, bool requested) {
    submit(block, requested);
    Outcome last = Outcome::ignored;
    for (const Action& action : run()) {
        if (const auto* verdict = std::get_if<BlockVerdict>(&action);
            verdict != nullptr && verdict->hash == block->hash()) {
            last = verdict->outcome;
        }
    }
    return last;
}

void Testbed::finish() {
    {
        const RoleHolder role(validation_role);
        engine_->finish();
    }
    run();
}

std::vector<std::pair<primitives::OutPoint, primitives::Coin>> Testbed::coins() {
    snapshot_.reset();
    submit(SnapshotCoins{1});
    run();
    std::vector<std::pair<primitives::OutPoint, primitives::Coin>> out;
    if (!snapshot_) {
        return out;
    }
    const auto iterator = snapshot_->coins->iterate(store::kCoinFamily);
    for (iterator->seek({}); iterator->valid(); iterator->next()) {
        out.emplace_back(*store::decode_coin_key(iterator->key()), *store::decode_coin(iterator->value()));
    }
    snapshot_.reset();
    return out;
}

}  // namespace keel::validation
