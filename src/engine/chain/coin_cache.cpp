#include "engine/chain/coin_cache.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/wide.hpp"
#include "engine/chain/block_filter_bits.hpp"
#include "engine/chain/coin_cache_impl.hpp"

namespace keel::chain {

namespace {

constexpr std::size_t kAhead = 12;

}  // namespace

CoinCacheImpl::CoinCacheImpl(const store::Kv& coins, const CoinCache::Options& options, const store::CoinState& state)
    : best_block(state.best_block),
      height(state.generation == 0 ? primitives::kNoHeight : state.height),
      disk_state(state),
      coins_(coins),
      key_(options.hash_key),
      budget_(std::max(options.budget, kMinBudget)),
      tables_(kShards),
      total_coins_(state.coins) {
    key_[6] |= 1;
    update_limit();
}

// NH (a universal hash over 64-bit words with a secret key), folded and spread; the shard is the first byte of the
// txid, so that shards are key ranges.
Place CoinCacheImpl::place(const OutPoint& outpoint) const {
    const std::byte* const words = outpoint.txid.bytes.data();
    const auto word = [&](std::size_t i) { return load_le<std::uint64_t>(words + 8 * i) + key_[i]; };
    const Wide sum = Wide{word(0)} * word(1) + Wide{word(2)} * word(3) + Wide{outpoint.index + key_[4]} * key_[5];
    const std::uint64_t folded = static_cast<std::uint64_t>(sum) ^ static_cast<std::uint64_t>(sum >> 64U);
    const std::uint64_t spread = (folded ^ (folded >> 32U)) * key_[6];
    return {static_cast<std::uint32_t>((spread ^ (spread << 29U)) >> (64 - kTagBits)),
            std::to_integer<std::uint32_t>(outpoint.txid.bytes[0])};
}

Result<void, store::KvError> CoinCacheImpl::find_many(std::span<const OutPoint> outpoints, CoinBatch& out) {
    out.slots_.assign(outpoints.size(), CoinBatch::kMissing);
    out.coins_.clear();
    const auto next_slot = [&] { return static_cast<std::uint32_t>(out.coins_.size()); };
    std::vector<OutPoint> wanted;
    for (std::size_t i = 0; i < outpoints.size(); ++i) {
        const Entry* const entry = find(place(outpoints[i]), outpoints[i]);
        if (entry == nullptr) {
            wanted.push_back(outpoints[i]);
        } else if (!entry->spent()) {
            out.slots_[i] = next_slot();
            append_record(out.coins_, arena_[entry->ref()]);
        }
    }
    if (wanted.empty() || disk_is_empty()) {
        return {};
    }
    const PrefetchJob job = read_from_disk(std::move(wanted));
    for (std::size_t i = 0; i < outpoints.size(); ++i) {
        const auto found = std::ranges::lower_bound(job.found_, outpoints[i]);
        if (found != job.found_.end() && *found == outpoints[i]) {
            out.slots_[i] = next_slot();
            out.coins_.add(job.coins_[static_cast<std::size_t>(found - job.found_.begin())]);
        }
    }
    return merge(job);
}

Result<void, store::KvError> CoinCacheImpl::load_missing(std::span<const OutPoint> outpoints) {
    if (disk_is_empty()) {
        return {};
    }
    std::vector<OutPoint> wanted;
    for (std::size_t i = 0; i < outpoints.size(); ++i) {
        if (i + kAhead < outpoints.size()) {
            const Place ahead = place(outpoints[i + kAhead]);
            table(ahead).prefetch(ahead.tag);
        }
        if (find(place(outpoints[i]), outpoints[i]) == nullptr) {
            wanted.push_back(outpoints[i]);
        }
    }
    return wanted.empty() ? Result<void, store::KvError>{} : merge(read_from_disk(std::move(wanted)));
}

PrefetchJob CoinCacheImpl::read_from_disk(std::vector<OutPoint> wanted) {
    std::ranges::sort(wanted);
    const auto repeated = std::ranges::unique(wanted);
    wanted.erase(repeated.begin(), repeated.end());
    misses_ += wanted.size();
    PrefetchJob job;
    job.epoch_ = epoch_;
    job.inputs_ = std::move(wanted);
    job.run(coins_);
    return job;
}

PrefetchJob CoinCacheImpl::plan_prefetch(const Block& block, Overwrites overwrites) {
    PrefetchJob job;
    job.epoch_ = epoch_;
    job.outputs_wanted_ = overwrites != Overwrites::impossible;
    if (disk_is_empty()) {
        return job;
    }
    const primitives::TxTable& txs = block.txs();
    const BlockFilterBits own(txs.txids());
    for (std::size_t tx = 1; tx < txs.size(); ++tx) {
        for (std::size_t i = 0; i < txs[tx].input_count(); ++i) {
            const OutPoint outpoint = txs[tx].input(i).prevout();
            if (!own.may_contain(outpoint.txid) && find(place(outpoint), outpoint) == nullptr) {
                job.inputs_.push_back(outpoint);
            }
        }
    }
    for (std::size_t tx = 0; overwrites != Overwrites::impossible && tx < txs.size(); ++tx) {
        for (std::uint32_t i = 0; i < txs[tx].output_count(); ++i) {
            // Also those in memory: they may have left it when the block is connected.
            if (!is_unspendable(txs[tx].output(i).script())) {
                job.outputs_.push_back({txs[tx].txid(), i});
            }
        }
    }
    std::ranges::sort(job.inputs_);
    std::ranges::sort(job.outputs_);
    return job;
}

Result<void, store::KvError> CoinCacheImpl::merge(const PrefetchJob& job) {
    if (job.error_) {
        return Failure(*job.error_);
    }
    if (job.epoch_ != epoch_ || job.found_.empty()) {
        return {};
    }
    make_room(job.found_.size() * 100);
    for (std::size_t i = 0; i < job.found_.size(); ++i) {
        insert_clean(job.found_[i], job.coins_[i]);
    }
    return {};
}

void CoinCacheImpl::insert_clean(const OutPoint& outpoint, const CoinView& coin) {
    const Place p = place(outpoint);
    if (find(p, outpoint) == nullptr) {
        insert(p, kYoung, outpoint, coin);
    }
}

CoinCacheStats CoinCacheImpl::stats() const {
    CoinCacheStats out;
    out.budget = budget_;
    out.bytes = memory_bytes();
    out.coins = entries_;
    out.dirty = dirty_;
    out.hits = hits_;
    out.misses = misses_;
    out.evicted = evicted_;
    out.total_coins = total_coins_;
    return out;
}

void CoinCacheImpl::check_invariants() const {
    std::array<std::size_t, 4> generations{};
    std::size_t live = 0;
    std::size_t tables = 0;
    for (std::size_t shard = 0; shard < kShards; ++shard) {
        tables_[shard].check_invariants();
        tables += tables_[shard].memory_bytes();
        tables_[shard].for_each([&](Entry entry) {
            const OutPoint outpoint = record_outpoint(arena_[entry.ref()]);
            KEEL_ASSERT(place(outpoint).tag == entry.tag() && place(outpoint).shard == shard);
            KEEL_ASSERT(!(entry.generation() == current_ && entry.fresh() && entry.spent()));
            ++generations[entry.generation()];
            live += record_units(arena_[entry.ref()]) * kRecordUnit;
        });
    }
    for (const RecordRef ref : deferred_) {
        live += record_units(arena_[ref]) * kRecordUnit;
    }
    KEEL_ASSERT(generations[current_] == dirty_ && generations[0] == old_);
    KEEL_ASSERT(flushing_ == 0 ? in_flight_ == 0 : generations[flushing_] == in_flight_);
    KEEL_ASSERT(generations[0] + generations[1] + generations[2] + generations[3] == entries_);
    KEEL_ASSERT(live == arena_.live_bytes() && tables == table_bytes_);
}

std::optional<CoinView> CoinBatch::operator[](std::size_t index) const {
    const std::uint32_t slot = slots_[index];
    return slot == kMissing ? std::nullopt : std::optional(coins_[slot]);
}

CoinCache::CoinCache(std::unique_ptr<CoinCacheImpl> impl) : impl_(std::move(impl)) {}
CoinCache::CoinCache(CoinCache&&) noexcept = default;
CoinCache& CoinCache::operator=(CoinCache&&) noexcept = default;
CoinCache::~CoinCache() = default;

Result<CoinCache, store::KvError> CoinCache::open(const store::Kv& coins, const Options& options) {
    KEEL_TRY(const auto state, store::read_coin_state(coins));
    return CoinCache(std::make_unique<CoinCacheImpl>(coins, options, state.value_or(store::CoinState{})));
}

const BlockHash& CoinCache::best_block() const { return impl_->best_block; }
Height CoinCache::height() const { return impl_->height; }
const store::CoinState& CoinCache::flushed_state() const { return impl_->disk_state; }

Result<void, store::KvError> CoinCache::find_many(std::span<const OutPoint> outpoints, CoinBatch& out) {
    return impl_->find_many(outpoints, out);
}

Result<std::optional<Coin>, store::KvError> CoinCache::find(const OutPoint& outpoint) {
    CoinBatch batch;
    KEEL_CHECK(impl_->find_many(std::span(&outpoint, 1), batch));
    return batch[0] ? std::optional(Coin::from(*batch[0])) : std::nullopt;
}

PrefetchJob CoinCache::plan_prefetch(const Block& block, Overwrites overwrites) {
    return impl_->plan_prefetch(block, overwrites);
}
Result<void, store::KvError> CoinCache::merge(const PrefetchJob& job) { return impl_->merge(job); }

Result<BlockDelta, ConnectError> CoinCache::connect(const Block& block, const ConnectOptions& options) {
    return impl_->connect(block, options);
}
void CoinCache::rollback(const Block& block, const BlockDelta& delta) { impl_->rollback(block, delta); }

void CoinCache::settle() {
    KEEL_ASSERT(impl_->unsettled > 0);
    --impl_->unsettled;
}
std::size_t CoinCache::unsettled() const { return impl_->unsettled; }

Result<bool, store::KvError> CoinCache::disconnect(const Block& block, const store::SpentCoins& spent) {
    return impl_->disconnect(block, spent);
}

bool CoinCache::wants_flush() const { return impl_->wants_flush(); }
bool CoinCache::must_wait() const { return impl_->must_wait(); }
bool CoinCache::flushing() const { return impl_->flushing(); }
std::size_t CoinCache::dirty() const { return impl_->dirty(); }
std::unique_ptr<FlushJob> CoinCache::freeze() { return impl_->freeze(); }
void CoinCache::flushed(std::unique_ptr<FlushJob> job) { impl_->flushed(*job); }
void CoinCache::drop_clean() { impl_->drop_clean(); }
void CoinCache::set_budget(std::size_t bytes) { impl_->set_budget(bytes); }
CoinCacheStats CoinCache::stats() const { return impl_->stats(); }
void CoinCache::check_invariants() const { impl_->check_invariants(); }

}  // namespace keel::chain
