// Generations and memory of CoinCacheImpl.
#include <algorithm>

#include "base/assert.hpp"
#include "engine/chain/coin_cache_impl.hpp"

namespace keel::chain {

namespace {

// Of the budget, what the changes of one generation may take before they should be written; the rest is for those that
// come while they are written.
constexpr std::size_t kDirtyNumerator = 7;
constexpr std::size_t kDirtyDenominator = 10;
// What a dirty entry costs besides its record: its slot in the table (at the lowest load) and its place in the job.
constexpr std::size_t kEntryOverhead = 13 + 8;
// Shards swept for each block.
constexpr std::size_t kSweepStep = 4;

}  // namespace

void CoinCacheImpl::count(Entry entry, std::size_t by) {
    entries_ += by;
    if (entry.generation() == current_) {
        dirty_ += by;
        dirty_bytes_ += by * (record_units(arena_[entry.ref()]) * kRecordUnit + kEntryOverhead);
    } else if (flushing_ != 0 && entry.generation() == flushing_) {
        in_flight_ += by;
    } else if (entry.generation() == 0) {
        old_ += by;
    }
}

std::size_t CoinCacheImpl::fixed_bytes() const {
    return table_bytes_ + tables_.capacity() * sizeof(CoinTable) + job_bytes_ +
           (deferred_.capacity() + doomed_.capacity()) * sizeof(RecordRef) + sizeof(*this);
}

void CoinCacheImpl::update_limit() {
    // The last chunk is for what no free space fits, until wants_flush() is heard.
    const std::size_t spare = budget_ >= 6 * RecordArena::kChunkBytes ? RecordArena::kChunkBytes : 0;
    const std::size_t other = fixed_bytes() + dirty_ * sizeof(FlushJob::Change) + budget_ / 64 + spare;
    arena_.set_limit(budget_ > other ? budget_ - other : 0);
}

bool CoinCacheImpl::wants_flush() const {
    if (flushing() || failed_ || dirty_ == 0) {
        return false;
    }
    return dirty_bytes_ >= budget_ / kDirtyDenominator * kDirtyNumerator || arena_.exceeded();
}

bool CoinCacheImpl::must_wait() const { return flushing() && evictable() == 0 && arena_.room() < budget_ / 64; }

void CoinCacheImpl::make_room(std::size_t bytes) {
    for (std::size_t i = 0; i < kSweepStep && sweep_left_ > 0; ++i) {
        prune_shard(--sweep_left_, [](Entry entry) { return entry.spent(); });
    }
    update_limit();
    if (arena_.exceeded() && !flushing() && dirty_bytes_ < budget_ / 8) {
        drop_clean();
    }
    const std::size_t wanted = bytes + budget_ / 64;
    while (arena_.room() < wanted && evictable() > 0) {
        evict_shard();
    }
}

template <class Gone>
void CoinCacheImpl::prune_shard(std::size_t shard, Gone gone) {
    CoinTable& table = tables_[shard];
    table_bytes_ -= table.memory_bytes();
    doomed_.clear();
    table.filter([&](Entry entry) {
        if (!clean(entry) || !gone(entry)) {
            return true;
        }
        --entries_;
        old_ -= entry.generation() == 0 ? 1U : 0U;
        doomed_.push_back(entry.ref());
        return false;
    });
    table.shrink();
    table_bytes_ += table.memory_bytes();
    constexpr std::size_t kAhead = 16;
    for (std::size_t i = 0; i < doomed_.size(); ++i) {
        if (i + kAhead < doomed_.size()) {
            __builtin_prefetch(&arena_[doomed_[i + kAhead]], 1);
        }
        arena_.free(doomed_[i]);
    }
}

// Coins that were in memory before the last generation was frozen go first; when few are left, the younger ones too.
void CoinCacheImpl::evict_shard() {
    const bool all = old_ < entries_ / 64 + kShards;
    const std::size_t before = entries_;
    prune_shard(evict_at_, [&](Entry entry) { return all || entry.generation() == 0; });
    evict_at_ = (evict_at_ + 1) % kShards;
    evicted_ += before - entries_;
}

std::unique_ptr<FlushJob> CoinCacheImpl::freeze() {
    KEEL_ASSERT(!flushing() && unsettled == 0 && !failed_);
    if (dirty_ == 0 && best_block == disk_state.best_block) {
        return nullptr;
    }
    auto job = std::make_unique<FlushJob>();
    job->state_ = {best_block, height, disk_state.generation + 1, total_coins_};
    job->changes_ = dirty_;
    job->shards_.resize(kShards);
    old_ = 0;
    for (std::size_t shard = 0; shard < kShards; ++shard) {
        auto& list = job->shards_[shard];
        list.reserve(tables_[shard].count() * dirty_ / std::max<std::size_t>(entries_, 1) + 16);
        tables_[shard].for_each_mutable([&](Entry& entry) {
            if (entry.generation() == current_) {
                list.push_back(reinterpret_cast<const std::byte*>(&arena_[entry.ref()]) + (entry.spent() ? 1 : 0));
                return;
            }
            // Everything else is clean and grows old; this also frees the number of the next generation.
            entry = Entry(entry.tag(), entry.flags() & ~EntryFlags::kGenerationMask, entry.ref());
            ++old_;
        });
        job_bytes_ += list.capacity() * sizeof(FlushJob::Change);
    }
    flushing_ = current_;
    current_ = 3 - current_;
    in_flight_ = dirty_;
    dirty_ = 0;
    dirty_bytes_ = 0;
    return job;
}

void CoinCacheImpl::flushed(const FlushJob& job) {
    KEEL_ASSERT(flushing());
    job_bytes_ = 0;
    if (!job.succeeded()) {
        // The generation stays in flight for good: reads go on, nothing else does.
        failed_ = true;
        return;
    }
    disk_state = job.state();
    ++epoch_;
    flushing_ = 0;
    in_flight_ = 0;
    for (const RecordRef ref : deferred_) {
        arena_.free(ref);
    }
    deferred_ = {};
    sweep_left_ = kShards;
}

void CoinCacheImpl::set_budget(std::size_t bytes) {
    budget_ = std::max(bytes, kMinBudget);
    update_limit();
    if (memory_bytes() > budget_ && !flushing()) {
        drop_clean();
    }
}

// Drops everything clean and moves the rest together, so that unused space goes back to the system.
void CoinCacheImpl::drop_clean() {
    KEEL_ASSERT(!flushing());
    RecordArena compact;
    for (CoinTable& table : tables_) {
        table.filter([&](Entry& entry) {
            if (clean(entry)) {
                return false;
            }
            entry = Entry(entry.tag(), entry.flags(), compact.add_copy(arena_[entry.ref()]));
            return true;
        });
        table_bytes_ -= table.memory_bytes();
        table.shrink();
        table_bytes_ += table.memory_bytes();
    }
    // The limit did not hold for the copy.
    arena_ = std::move(compact);
    arena_.forget_exceeded();
    evicted_ += evictable();
    entries_ = dirty_;
    old_ = 0;
    sweep_left_ = 0;
    doomed_ = {};
    update_limit();
}

}  // namespace keel::chain
