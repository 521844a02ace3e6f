// A validation engine on memory stores, driven to rest after each command: for tests and benchmarks.
#pragma once

#include "base/rng.hpp"
#include "engine/store/memory_files.hpp"
#include "engine/store/memory_kv.hpp"
#include "engine/validation/engine.hpp"

namespace keel::validation {

// What a crash does not take away.
struct TestDisk {
    store::MemoryFiles files;
    store::MemoryKv index{store::header_families().size()};
    store::MemoryKv coins{store::coin_families().size()};
};

class Testbed {
public:
    struct Settings {
        std::size_t cache_budget = chain::kMinBudget;
        std::uint64_t block_file_max = store::kBlockFileMax;
        std::uint64_t prune_target = 0;
        std::size_t resting_cache = Options{}.resting_cache;
        primitives::BlockHash assume_valid{};
        bool reindex = false;
    };

    // Loads from `disk`, which must outlive this. Errors end up in broken().
    Testbed(TestDisk& disk, const primitives::Params& params, const Settings& settings);

    // Accepts the header and hands the block in; nothing is run.
    void submit(const primitives::BlockPtr& block, bool requested = true);
    void submit(Command command) {
        const RoleHolder role(validation_role);
        engine_->submit(std::move(command));
    }
    // One step; false when the engine is idle.
    bool step();
    // Steps until idle. Returns what came of it.
    std::vector<Action> run();
    // submit() and run(); what is said about this block last.
    Outcome give(const primitives::BlockPtr& block, bool requested = true);
    // A clean stop.
    void finish();

    [[nodiscard]] const std::optional<std::string>& broken() const { return broken_; }
    [[nodiscard]] chain::CoinCacheStats cache_stats() const { return engine_->cache_stats(); }
    // The reject token of the last block that was turned down.
    [[nodiscard]] const std::string& last_reject() const { return last_reject_; }
    headers::Tree& tree() { return tree_; }
    const headers::Node& node(const primitives::BlockPtr& block) { return *tree_.find(block->hash()); }
    [[nodiscard]] const headers::Node& tip() const { return view_.tip(); }
    [[nodiscard]] const ChainView& view() const { return view_; }
    [[nodiscard]] std::size_t tip_changes() const { return tip_changes_; }
    [[nodiscard]] std::size_t recovered() const { return recovered_; }
    // All coins on disk after a flush, in key order.
    std::vector<std::pair<primitives::OutPoint, primitives::Coin>> coins();
    void set_time(std::int64_t unix_seconds) { now_.unix = unix_time(unix_seconds); }
    void pass(seconds time) { now_.steady += time; }

private:
    void note(const Action& action);

    const primitives::Params& params_;
    InlineWorkers verify_;
    InlineWorkers flush_;
    Stages stages_;
    NullLogger logger_;
    headers::Tree tree_;
    ChainView view_;
    mempool::View pool_view_{mempool::Options{}};
    Ports ports_;
    std::unique_ptr<Engine> engine_;
    Now now_{SteadyTime(seconds(1'000'000)), unix_time(4'000'000'000)};
    std::vector<Action> actions_;
    std::optional<std::string> broken_;
    std::optional<CoinsSnapshot> snapshot_;
    std::string last_reject_;
    std::size_t tip_changes_ = 0;
    std::size_t recovered_ = 0;
};

}  // namespace keel::validation
