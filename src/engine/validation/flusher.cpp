#include "engine/validation/flusher.hpp"

#include "base/assert.hpp"

namespace keel::validation {

void Flusher::begin(BlockStore& store, chain::CoinCache& cache, SteadyTime now) {
    const StageTimer timer(ports_.stages, Stage::freeze);
    last_coins_ = now;
    submit(store, cache.freeze(), now);
}

void Flusher::begin_records(BlockStore& store, SteadyTime now) { submit(store, nullptr, now); }

void Flusher::submit(BlockStore& store, std::unique_ptr<chain::FlushJob> coins, SteadyTime now) {
    KEEL_ASSERT(!busy());
    last_records_ = now;
    task_ = std::make_shared<Task>();
    task_->sync = store.files().take_unsynced();
    task_->records = store.take_changed_records();
    task_->coins = std::move(coins);
    ports_.flush.submit([task = task_, ports = ports_] {
        const StageTimer timer(ports.stages, Stage::flush);
        if (const auto outcome = run(*task, ports); !outcome) {
            task->failure = outcome.error();
        }
        task->done.set();
    });
}

OrBroken<void> Flusher::run(Task& task, const Ports& ports) {
    if (const auto synced = task.sync.run(ports.files); !synced) {
        return Failure(broken_store("Cannot bring blocks to disk", synced.error()));
    }
    if (!task.records.empty()) {
        if (const auto written = ports.index.write(task.records, store::KvSync::yes); !written) {
            return Failure(broken_kv("Cannot write the block index", written.error()));
        }
    }
    if (task.coins != nullptr) {
        if (const auto written = task.coins->run(ports.coins); !written) {
            return Failure(broken_kv("Cannot write coins", written.error()));
        }
    }
    return {};
}

OrBroken<bool> Flusher::collect(chain::CoinCache& cache) {
    if (task_ == nullptr || !task_->done.is_set()) {
        return false;
    }
    const std::shared_ptr<Task> task = std::exchange(task_, nullptr);
    if (task->coins != nullptr) {
        cache.flushed(std::move(task->coins));
    }
    if (task->failure) {
        return Failure(*task->failure);
    }
    return true;
}

}  // namespace keel::validation
