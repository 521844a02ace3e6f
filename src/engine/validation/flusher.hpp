// Brings connected work to disk on the flush thread, in the order that makes any kill harmless:
// block and undo files are synced, then the index records that point into them are written, then the coins (with the
// block they stand for) in one atomic commit.
//
// At most one task at a time. Owned by the validation thread; the task shares nothing with it but its outcome.
#pragma once

#include "engine/validation/block_store.hpp"

namespace keel::validation {

class Flusher {
public:
    Flusher(const Ports& ports, SteadyTime now) : ports_(ports), last_coins_(now), last_records_(now) {}

    [[nodiscard]] bool busy() const { return task_ != nullptr; }
    // Starts writing everything up to the cache's state. Requires !busy() and nothing unsettled in the cache.
    void begin(BlockStore& store, chain::CoinCache& cache, SteadyTime now);
    // The same without coins; blocks may be in flight.
    void begin_records(BlockStore& store, SteadyTime now);
    // Takes a finished task back: true when one was finished. After a failure the engine must stop.
    OrBroken<bool> collect(chain::CoinCache& cache);
    // When the last task with coins, and the last of any kind, was begun.
    [[nodiscard]] SteadyTime last_coins() const { return last_coins_; }
    [[nodiscard]] SteadyTime last_records() const { return last_records_; }

private:
    void submit(BlockStore& store, std::unique_ptr<chain::FlushJob> coins, SteadyTime now);

    struct Task {
        store::SyncJob sync;
        store::KvBatch records;
        std::unique_ptr<chain::FlushJob> coins;  // null when no coin has changed
        std::optional<Broken> failure;
        DoneFlag done;
    };
    static OrBroken<void> run(Task& task, const Ports& ports);

    Ports ports_;
    std::shared_ptr<Task> task_;
    SteadyTime last_coins_;
    SteadyTime last_records_;
};

}  // namespace keel::validation
