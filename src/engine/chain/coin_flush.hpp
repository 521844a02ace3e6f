// FlushJob: writes one frozen generation of coins to disk, on the flush thread, while the owner of the cache goes on.
//
// A generation is every change since the one before it: new coins, and deletions of coins that are on disk. It becomes
// visible at once together with its CoinState record, or not at all. Large ones go as sorted files (KvIngest), small
// ones as one batch; sorting happens here, one shard at a time, so that it needs almost no memory besides.
//
// The records a job points to belong to the cache, which leaves them untouched until the job comes back to
// CoinCache::flushed(). Pure data in, one port out; no other state is shared.
#pragma once

#include "engine/store/coin_format.hpp"

namespace keel::chain {

struct CoinRecord;

class FlushJob {
public:
    // Runs once, on any thread. The job must be handed to CoinCache::flushed() afterwards whatever the outcome; after
    // an error nothing has changed on disk.
    [[nodiscard]] Result<void, store::KvError> run(store::Kv& coins);

    [[nodiscard]] const store::CoinState& state() const { return state_; }
    [[nodiscard]] std::size_t changes() const { return changes_; }
    [[nodiscard]] bool succeeded() const { return succeeded_; }

private:
    friend class CoinCacheImpl;
    // A record, or one byte behind its start when the coin is to be deleted. Records are aligned to 8 bytes.
    using Change = const std::byte*;
    using Shard = std::vector<Change>;

    [[nodiscard]] Result<void, store::KvError> ingest(store::Kv& coins);
    [[nodiscard]] Result<void, store::KvError> write_batch(store::Kv& coins);

    store::CoinState state_;
    std::vector<Shard> shards_;  // by the first byte of the txid, so that shards in order are sorted among each other
    std::size_t changes_ = 0;
    bool succeeded_ = false;
};

}  // namespace keel::chain
