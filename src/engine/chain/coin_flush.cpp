#include "engine/chain/coin_flush.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "engine/chain/coin_record.hpp"

namespace keel::chain {

namespace {

// Up to here one batch through the log is cheaper than files.
constexpr std::size_t kBatchMax = 20'000;

using Change = const std::byte*;

bool is_removal(Change change) { return (reinterpret_cast<std::uintptr_t>(change) & 1U) != 0; }
const CoinRecord& record_of(Change change) {
    return *reinterpret_cast<const CoinRecord*>(change - (is_removal(change) ? 1 : 0));
}

// Changes of one shard with what usually decides their order beside them.
struct Keyed {
    std::uint64_t prefix;
    Change change;

    bool operator<(const Keyed& other) const {
        if (prefix != other.prefix) {
            return prefix < other.prefix;
        }
        return record_outpoint(record_of(change)) < record_outpoint(record_of(other.change));
    }
};

void sort_changes(std::vector<Change>& shard, std::vector<Keyed>& scratch) {
    scratch.clear();
    scratch.reserve(shard.size());
    constexpr std::size_t kAhead = 16;
    for (std::size_t i = 0; i < shard.size(); ++i) {
        if (i + kAhead < shard.size()) {
            __builtin_prefetch(&record_of(shard[i + kAhead]));
        }
        scratch.push_back({load_be<std::uint64_t>(record_of(shard[i]).txid), shard[i]});
    }
    std::ranges::sort(scratch, std::less<>());
    std::ranges::transform(scratch, shard.begin(), &Keyed::change);
}

// Calls apply(key, value or nothing) for every change in key order, and gives each shard's list back when done with it.
template <class Apply>
Result<void, store::KvError> apply_sorted(std::vector<std::vector<Change>>& shards, Apply apply) {
    std::vector<Keyed> scratch;
    Bytes value;
    std::array<std::byte, store::kMaxScriptBytes> script;
    for (auto& shard : shards) {
        sort_changes(shard, scratch);
        for (const Change change : shard) {
            const CoinRecord& record = record_of(change);
            const store::CoinKey key(record_outpoint(record));
            if (is_removal(change)) {
                KEEL_CHECK(apply(key.span(), std::optional<ByteSpan>()));
                continue;
            }
            value.clear();
            store::encode_coin(value, unpack_record(record, script));
            KEEL_CHECK(apply(key.span(), std::optional<ByteSpan>(value)));
        }
        shard = {};
    }
    return {};
}

}  // namespace

Result<void, store::KvError> FlushJob::run(store::Kv& coins) {
    KEEL_ASSERT(!succeeded_);
    KEEL_CHECK(changes_ <= kBatchMax ? write_batch(coins) : ingest(coins));
    succeeded_ = true;
    return {};
}

Result<void, store::KvError> FlushJob::ingest(store::Kv& coins) {
    const auto ingest = coins.begin_ingest();
    KEEL_CHECK(apply_sorted(shards_, [&](ByteSpan key, std::optional<ByteSpan> value) {
        return value ? ingest->put(store::kCoinFamily, key, *value) : ingest->remove(store::kCoinFamily, key);
    }));
    KEEL_CHECK(ingest->put(store::kCoinMetaFamily, store::coin_state_key(), store::encode_coin_state(state_)));
    return ingest->commit();
}

Result<void, store::KvError> FlushJob::write_batch(store::Kv& coins) {
    store::KvBatch batch;
    KEEL_CHECK(apply_sorted(shards_, [&](ByteSpan key, std::optional<ByteSpan> value) -> Result<void, store::KvError> {
        if (value) {
            batch.put(store::kCoinFamily, key, *value);
        } else {
            batch.remove(store::kCoinFamily, key);
        }
        return {};
    }));
    batch.put(store::kCoinMetaFamily, store::coin_state_key(), store::encode_coin_state(state_));
    return coins.write(batch, store::KvSync::yes);
}

}  // namespace keel::chain
