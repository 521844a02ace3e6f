// CoinCacheImpl: what is behind CoinCache. Private to this room.
//
// One table, no layers. Every entry is clean (gen 0, or that of a generation already on disk), dirty (current_), or in
// flight (flushing_). Records are immutable, so the flush thread reads those in flight while the owner changes entries;
// a record that a job may still read is freed only when the job is back.
//
// An entry marked spent and clean says that disk has no such coin; such entries are swept out by and by.
#pragma once

#include "engine/chain/coin_cache.hpp"
#include "engine/chain/coin_table.hpp"

namespace keel::chain {

// Where an outpoint belongs.
struct Place {
    std::uint32_t tag;
    std::uint32_t shard;
};

class CoinCacheImpl {
public:
    static constexpr std::size_t kShards = 256;

    CoinCacheImpl(const store::Kv& coins, const CoinCache::Options& options, const store::CoinState& state);

    // coin_cache.cpp: reading
    Result<void, store::KvError> find_many(std::span<const OutPoint> outpoints, CoinBatch& out);
    PrefetchJob plan_prefetch(const Block& block, Overwrites overwrites);
    Result<void, store::KvError> merge(const PrefetchJob& job);
    [[nodiscard]] CoinCacheStats stats() const;
    void check_invariants() const;

    // coin_cache_blocks.cpp: changing
    Result<BlockDelta, ConnectError> connect(const Block& block, const ConnectOptions& options);
    void rollback(const Block& block, const BlockDelta& delta);
    Result<bool, store::KvError> disconnect(const Block& block, const store::SpentCoins& spent);

    // coin_cache_flush.cpp: generations and memory
    [[nodiscard]] bool wants_flush() const;
    [[nodiscard]] bool must_wait() const;
    std::unique_ptr<FlushJob> freeze();
    void flushed(const FlushJob& job);
    void set_budget(std::size_t bytes);
    void drop_clean();
    // Evicts clean coins until `bytes` more fit, if there are any; sweeps a little.
    void make_room(std::size_t bytes);

    [[nodiscard]] bool flushing() const { return flushing_ != 0; }
    [[nodiscard]] std::size_t dirty() const { return dirty_; }

    BlockHash best_block;
    Height height = primitives::kNoHeight;
    std::size_t unsettled = 0;
    store::CoinState disk_state;

private:
    // Where a block's inputs and outputs belong, computed before the first is touched; and which have their memory on
    // the way.
    struct Plan;
    class Connecting;

    [[nodiscard]] Place place(const OutPoint& outpoint) const;
    CoinTable& table(Place p) { return tables_[p.shard]; }
    Entry* find(Place p, const OutPoint& outpoint) { return tables_[p.shard].find(arena_, p.tag, outpoint); }

    // Reads what is not in memory and inserts it as clean; duplicates are allowed. In a tight budget the first of many
    // may be evicted again by the last; a single one stays until the next call.
    Result<void, store::KvError> load_missing(std::span<const OutPoint> outpoints);
    PrefetchJob read_from_disk(std::vector<OutPoint> wanted);
    void insert_clean(const OutPoint& outpoint, const CoinView& coin);
    // Disk holds no coin at all, so there is nothing to look for.
    [[nodiscard]] bool disk_is_empty() const { return disk_state.coins == 0; }

    // Changes of entries; all keep the counters below right.
    void insert(Place p, unsigned flags, const OutPoint& outpoint, const CoinView& coin);
    void set_flags(Entry& entry, unsigned flags);
    void remove(CoinTable& from, Entry* entry);
    void replace_record(Entry& entry, const OutPoint& outpoint, const CoinView& coin);
    // The coin of an unspent entry is gone, in the current generation.
    void spend(CoinTable& from, Entry* entry);
    // The entry (if any) becomes this coin, in the current generation. `fresh_if_new`: disk is known not to have it.
    void create(Place p, const OutPoint& outpoint, const CoinView& coin, bool fresh_if_new);
    void release(Entry entry);
    static constexpr std::size_t kMinusOne = ~std::size_t{0};
    void count(Entry entry, std::size_t by);

    [[nodiscard]] Plan plan(const Block& block) const;
    // Which outputs of a block are on disk.
    Result<std::vector<OutPoint>, store::KvError> outputs_on_disk(const Block& block, const ConnectOptions& options);
    void undo_block(const Block& block, const BlockDelta& delta);
    void undo_output(Place p, const OutPoint& outpoint, const BlockDelta::Replaced* replaced);
    void undo_spend(Place p, const OutPoint& outpoint, const CoinView& coin, unsigned flags);

    [[nodiscard]] bool clean(Entry entry) const {
        return entry.generation() != current_ && (entry.generation() != flushing_ || flushing_ == 0);
    }
    [[nodiscard]] std::size_t fixed_bytes() const;
    [[nodiscard]] std::size_t memory_bytes() const { return arena_.memory_bytes() + fixed_bytes(); }
    [[nodiscard]] std::size_t evictable() const { return entries_ - dirty_ - in_flight_; }
    void update_limit();
    // Removes entries of the next shard for which gone(Entry) holds.
    template <class Gone>
    void prune_shard(std::size_t shard, Gone gone);
    void evict_shard();

    const store::Kv& coins_;
    std::array<std::uint64_t, 8> key_;
    std::size_t budget_;
    RecordArena arena_;
    std::vector<CoinTable> tables_;
    std::size_t table_bytes_ = 0;

    static constexpr unsigned kYoung = 3;  // generation of coins read from disk lately: evicted after the old ones
    unsigned current_ = 1;                 // 1 or 2
    unsigned flushing_ = 0;                // the other one, while a job exists; else 0
    std::uint64_t epoch_ = 0;              // commits seen
    bool failed_ = false;
    std::vector<RecordRef> deferred_;  // to be freed when the job is back
    std::vector<RecordRef> doomed_;    // scratch of prune_shard()
    std::size_t entries_ = 0;
    std::size_t dirty_ = 0;
    std::size_t dirty_bytes_ = 0;  // records of dirty entries, their slots and their place in the next job
    std::size_t in_flight_ = 0;    // entries of the generation being written
    std::size_t job_bytes_ = 0;    // list of the job
    std::size_t old_ = 0;          // clean entries of generation 0
    std::size_t evict_at_ = 0;     // next shard
    std::size_t sweep_left_ = 0;   // shards to sweep
    std::uint64_t total_coins_ = 0;
    std::uint64_t hits_ = 0;
    std::uint64_t misses_ = 0;
    std::uint64_t evicted_ = 0;
};

// Whether an output can never be spent and is not kept.
inline bool is_unspendable(ByteSpan script) {
    return script.size() > store::kMaxScriptBytes || (!script.empty() && script[0] == std::byte{0x6a});
}

}  // namespace keel::chain
