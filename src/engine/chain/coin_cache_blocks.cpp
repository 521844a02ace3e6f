// Connecting and disconnecting blocks in CoinCacheImpl.
#include <algorithm>

#include "base/assert.hpp"
#include "engine/chain/block_filter_bits.hpp"
#include "engine/chain/coin_cache_impl.hpp"

namespace keel::chain {

namespace {

using primitives::TxSlot;
using primitives::TxTable;

// How far ahead of its use memory is asked for: the table first, then the record.
constexpr std::size_t kTableAhead = 24;
constexpr std::size_t kRecordAhead = 12;

// In BlockDelta::flags_ and Replaced::flags: nothing was done.
constexpr std::uint8_t kNothingDone = 0xFF;

// Outputs of up to this size take about as much in memory as the ones that make_room() counts on.
constexpr std::size_t kUsualScript = 40;
constexpr std::size_t kUsualRecord = 80;

OutPoint outpoint_of(const TxTable& txs, std::size_t tx, std::size_t output) {
    return {txs.txids()[tx], static_cast<std::uint32_t>(output)};
}

}  // namespace

// Places in the order of TxTable::inputs() and outputs().
struct CoinCacheImpl::Plan {
    std::vector<OutPoint> prevouts;
    std::vector<Place> inputs;
    std::vector<Place> outputs;
    std::size_t bytes = 0;  // that the outputs will take, about
};

CoinCacheImpl::Plan CoinCacheImpl::plan(const Block& block) const {
    const TxTable& txs = block.txs();
    Plan out;
    out.prevouts.reserve(txs.inputs().size());
    out.inputs.reserve(txs.inputs().size());
    out.outputs.reserve(txs.outputs().size());
    for (const primitives::InputSlot& input : txs.inputs()) {
        const std::byte* const from = txs.buffer().data() + input.prevout;
        out.prevouts.push_back({primitives::Txid::from(from), load_le<std::uint32_t>(from + 32)});
        out.inputs.push_back(place(out.prevouts.back()));
    }
    for (std::size_t tx = 0; tx < txs.size(); ++tx) {
        for (std::size_t i = 0; i < txs.slots()[tx].output_count; ++i) {
            out.outputs.push_back(place(outpoint_of(txs, tx, i)));
        }
    }
    out.bytes = txs.outputs().size() * kUsualRecord;
    for (const primitives::OutputSlot& output : txs.outputs()) {
        out.bytes += output.script_length > kUsualScript ? output.script_length : 0;
    }
    return out;
}

// One connect() under way.
class CoinCacheImpl::Connecting {
public:
    Connecting(CoinCacheImpl& cache, const Block& block, const ConnectOptions& options)
        : cache_(cache), txs_(block.txs()), options_(options), plan_(cache.plan(block)) {}

    Result<void, store::KvError> run(std::vector<OutPoint> on_disk) {
        on_disk_ = std::move(on_disk);
        delta.outputs_kept_ = options_.height != Height(0);
        cache_.make_room(plan_.bytes);
        spent_.reserve(txs_.size(), txs_.inputs().size());
        delta.flags_.reserve(txs_.inputs().size());
        for (std::size_t i = 0; i < kTableAhead && i < plan_.inputs.size(); ++i) {
            prefetch_input(i);
        }
        for (std::size_t tx = 0; tx < txs_.size(); ++tx) {
            const TxSlot& slot = txs_.slots()[tx];
            for (std::size_t i = 0; tx > 0 && i < slot.input_count; ++i) {
                if (i == 0) {
                    spent_.begin_tx();
                }
                KEEL_CHECK(spend_input(tx, slot.first_input + i));
            }
            for (std::size_t i = 0; i < slot.output_count; ++i) {
                KEEL_CHECK(add_output(tx, slot.first_output + i));
            }
        }
        delta.spent_ = std::make_shared<const store::SpentCoins>(std::move(spent_));
        return {};
    }

    BlockDelta delta;
    std::optional<ConnectError> error;  // the first

private:
    void prefetch_input(std::size_t input) {
        if (input + kTableAhead < plan_.inputs.size()) {
            const Place p = plan_.inputs[input + kTableAhead];
            cache_.table(p).prefetch(p.tag);
        }
        if (input + kRecordAhead < plan_.inputs.size()) {
            const Place p = plan_.inputs[input + kRecordAhead];
            cache_.table(p).prefetch_record(cache_.arena_, p.tag);
        }
    }

    Result<void, store::KvError> spend_input(std::size_t tx, std::size_t input) {
        prefetch_input(input);
        const Place p = plan_.inputs[input];
        KEEL_TRY(Entry* const entry, find_input(input));
        if (entry == nullptr || entry->spent()) {
            spent_.add({Amount(), primitives::kNoHeight, false, {}});
            delta.flags_.push_back(kNothingDone);
            note({ConnectError::Kind::missing_input, tx, input - txs_.slots()[tx].first_input, {}, nullptr});
            return {};
        }
        append_record(spent_, cache_.arena_[entry->ref()]);
        delta.flags_.push_back(static_cast<std::uint8_t>(entry->flags()));
        cache_.spend(cache_.table(p), entry);
        return {};
    }

    // The entry; what is not in memory is read, all of the block's inputs at once at the first miss.
    Result<Entry*, store::KvError> find_input(std::size_t input) {
        const Place p = plan_.inputs[input];
        const OutPoint& outpoint = plan_.prevouts[input];
        Entry* entry = cache_.find(p, outpoint);
        if (entry != nullptr) {
            ++cache_.hits_;
            return entry;
        }
        if (cache_.disk_is_empty()) {
            return nullptr;
        }
        if (!own_txids_) {
            own_txids_.emplace(txs_.txids());
            std::vector<OutPoint> rest;
            std::copy_if(plan_.prevouts.begin() + static_cast<std::ptrdiff_t>(input), plan_.prevouts.end(),
                         std::back_inserter(rest), [&](const OutPoint& o) { return !own_txids_->may_contain(o.txid); });
            KEEL_CHECK(cache_.load_missing(rest));
            entry = cache_.find(p, outpoint);
        }
        if (entry == nullptr) {
            // Either it may have been this block's own, or it was in memory when the others were read and has had to
            // make room since. A coin that truly does not exist costs its block, which is invalid, one more read.
            KEEL_CHECK(cache_.load_missing(std::span(&outpoint, 1)));
            entry = cache_.find(p, outpoint);
        }
        return entry;
    }

    Result<void, store::KvError> add_output(std::size_t tx, std::size_t output) {
        if (output + kTableAhead < plan_.outputs.size()) {
            const Place ahead = plan_.outputs[output + kTableAhead];
            cache_.table(ahead).prefetch(ahead.tag);
        }
        const primitives::OutputSlot& slot = txs_.outputs()[output];
        const ByteSpan script = txs_.buffer().subspan(slot.script, slot.script_length);
        if (!delta.outputs_kept_ || is_unspendable(script)) {
            return {};
        }
        const Place p = plan_.outputs[output];
        const OutPoint outpoint = outpoint_of(txs_, tx, output - txs_.slots()[tx].first_output);
        const CoinView coin{slot.value, options_.height, tx == 0, script};
        const Entry* entry = cache_.find(p, outpoint);
        if (entry == nullptr && std::ranges::binary_search(on_disk_, outpoint)) {
            KEEL_CHECK(cache_.load_missing(std::span(&outpoint, 1)));
            entry = cache_.find(p, outpoint);
            KEEL_ASSERT(entry != nullptr);
        }
        if (entry != nullptr && !entry->spent() && options_.overwrites != Overwrites::allow) {
            delta.replaced_.push_back({output, kNothingDone, std::nullopt});
            note({ConnectError::Kind::overwrites, tx, 0, {}, nullptr});
            return {};
        }
        if (entry != nullptr) {
            remember(output, *entry);
        }
        cache_.create(p, outpoint, coin, true);
        return {};
    }

    void remember(std::size_t output, Entry entry) {
        auto& replaced = delta.replaced_.emplace_back();
        replaced = {output, static_cast<std::uint8_t>(entry.flags()), std::nullopt};
        if (!entry.spent()) {
            std::array<std::byte, store::kMaxScriptBytes> script;
            replaced.coin = Coin::from(unpack_record(cache_.arena_[entry.ref()], script));
        }
    }

    void note(ConnectError what) {
        if (!error) {
            error = std::move(what);
        }
    }

    CoinCacheImpl& cache_;
    const TxTable& txs_;
    const ConnectOptions& options_;
    Plan plan_;
    std::vector<OutPoint> on_disk_;
    store::SpentCoins spent_;
    std::optional<BlockFilterBits> own_txids_;  // set once the inputs have been read
};

Result<std::vector<OutPoint>, store::KvError> CoinCacheImpl::outputs_on_disk(const Block& block,
                                                                             const ConnectOptions& options) {
    if (options.overwrites == Overwrites::impossible || disk_is_empty()) {
        return std::vector<OutPoint>();
    }
    const PrefetchJob* done = options.prefetched;
    if (done != nullptr && done->outputs_checked_ && done->epoch_ == epoch_ && !done->error_) {
        return done->conflicts_;
    }
    PrefetchJob job = plan_prefetch(block, options.overwrites);
    job.inputs_.clear();
    job.run(coins_);
    if (job.error_) {
        return Failure(*std::move(job.error_));
    }
    return std::move(job.conflicts_);
}

Result<BlockDelta, ConnectError> CoinCacheImpl::connect(const Block& block, const ConnectOptions& options) {
    KEEL_ASSERT(block.header().previous == best_block);
    const auto disk_error = [](store::KvError error) {
        return Failure(ConnectError{ConnectError::Kind::disk, 0, 0, std::move(error), nullptr});
    };
    auto on_disk = outputs_on_disk(block, options);
    if (!on_disk) {
        return disk_error(std::move(on_disk).error());
    }
    Connecting connecting(*this, block, options);
    const auto done = connecting.run(*std::move(on_disk));
    BlockDelta& delta = connecting.delta;
    if (!done) {
        // The disk is broken and the caller stops: what is in memory no longer matters.
        failed_ = true;
        return disk_error(done.error());
    }
    if (connecting.error) {
        undo_block(block, delta);
        connecting.error->spent = delta.spent_;
        return Failure(*std::move(connecting.error));
    }
    delta.previous_best_ = best_block;
    delta.previous_height_ = height;
    best_block = block.hash();
    height = options.height;
    ++unsettled;
    return std::move(delta);
}

void CoinCacheImpl::rollback(const Block& block, const BlockDelta& delta) {
    KEEL_ASSERT(unsettled > 0 && best_block == block.hash());
    undo_block(block, delta);
    best_block = delta.previous_best_;
    height = delta.previous_height_;
    --unsettled;
}

void CoinCacheImpl::undo_block(const Block& block, const BlockDelta& delta) {
    const TxTable& txs = block.txs();
    const Plan places = plan(block);
    std::size_t coin = delta.flags_.size();
    auto replaced = delta.replaced_.rbegin();
    for (std::size_t tx = txs.size(); tx-- > 0;) {
        const TxSlot& slot = txs.slots()[tx];
        for (std::size_t i = slot.output_count; delta.outputs_kept_ && i-- > 0;) {
            const std::size_t output = slot.first_output + i;
            const primitives::OutputSlot& where = txs.outputs()[output];
            if (is_unspendable(txs.buffer().subspan(where.script, where.script_length))) {
                continue;
            }
            const bool here = replaced != delta.replaced_.rend() && replaced->output == output;
            undo_output(places.outputs[output], outpoint_of(txs, tx, i), here ? &*replaced : nullptr);
            replaced += here ? 1 : 0;
        }
        for (std::size_t i = slot.input_count; tx > 0 && i-- > 0;) {
            --coin;
            const std::size_t input = slot.first_input + i;
            if (delta.flags_[coin] != kNothingDone) {
                undo_spend(places.inputs[input], places.prevouts[input], (*delta.spent_)[coin], delta.flags_[coin]);
            }
        }
    }
}

void CoinCacheImpl::undo_output(Place p, const OutPoint& outpoint, const BlockDelta::Replaced* replaced) {
    if (replaced != nullptr && replaced->flags == kNothingDone) {
        return;
    }
    Entry* const entry = find(p, outpoint);
    KEEL_ASSERT(entry != nullptr && !entry->spent() && entry->generation() == current_);
    if (replaced == nullptr) {
        KEEL_ASSERT(entry->fresh());
        remove(table(p), entry);
        --total_coins_;
        return;
    }
    if (replaced->coin) {
        replace_record(*entry, outpoint, replaced->coin->view());
    } else {
        --total_coins_;
    }
    set_flags(*entry, replaced->flags);
}

void CoinCacheImpl::undo_spend(Place p, const OutPoint& outpoint, const CoinView& coin, unsigned flags) {
    ++total_coins_;
    Entry* const entry = find(p, outpoint);
    if (entry == nullptr) {
        KEEL_ASSERT((flags & EntryFlags::kFresh) != 0);
        insert(p, flags, outpoint, coin);
        return;
    }
    KEEL_ASSERT(entry->spent());
    if (!has_coin(arena_[entry->ref()], coin)) {
        replace_record(*entry, outpoint, coin);
    }
    set_flags(*entry, flags);
}

Result<bool, store::KvError> CoinCacheImpl::disconnect(const Block& block, const store::SpentCoins& spent) {
    KEEL_ASSERT(unsettled == 0 && best_block == block.hash() && height > Height(0));
    const TxTable& txs = block.txs();
    const Plan places = plan(block);
    std::vector<OutPoint> created;
    for (std::size_t tx = 0; tx < txs.size(); ++tx) {
        const TxSlot& slot = txs.slots()[tx];
        if (tx > 0 &&
            (spent.tx_count() != txs.size() - 1 || spent.tx_end(tx - 1) - spent.tx_begin(tx - 1) != slot.input_count)) {
            return Failure(store::KvError{store::KvFault::corrupt, "Undo data does not belong to its block."});
        }
        for (std::size_t i = 0; i < slot.output_count; ++i) {
            created.push_back(outpoint_of(txs, tx, i));
        }
    }
    make_room(spent.size() * kUsualRecord);
    KEEL_CHECK(load_missing(created));
    bool as_left = true;
    for (std::size_t tx = txs.size(); tx-- > 0;) {
        const TxSlot& slot = txs.slots()[tx];
        for (std::size_t i = slot.output_count; i-- > 0;) {
            const auto& output = txs.outputs()[slot.first_output + i];
            const CoinView coin{output.value, height, tx == 0,
                                txs.buffer().subspan(output.script, output.script_length)};
            if (is_unspendable(coin.script)) {
                continue;
            }
            const Place p = places.outputs[slot.first_output + i];
            const OutPoint& outpoint = created[slot.first_output + i];
            Entry* entry = find(p, outpoint);
            if (entry == nullptr) {
                KEEL_CHECK(load_missing(std::span(&outpoint, 1)));
                entry = find(p, outpoint);
            }
            if (entry == nullptr || entry->spent()) {
                as_left = false;
                continue;
            }
            as_left = as_left && has_coin(arena_[entry->ref()], coin);
            spend(table(p), entry);
        }
        for (std::size_t i = slot.input_count; tx > 0 && i-- > 0;) {
            const std::size_t input = slot.first_input + i;
            const Entry* const entry = find(places.inputs[input], places.prevouts[input]);
            as_left = as_left && (entry == nullptr || entry->spent());
            create(places.inputs[input], places.prevouts[input], spent[spent.tx_begin(tx - 1) + i], false);
        }
    }
    best_block = block.header().previous;
    --height;
    return as_left;
}

void CoinCacheImpl::insert(Place p, unsigned flags, const OutPoint& outpoint, const CoinView& coin) {
    const Entry entry(p.tag, flags, arena_.add(PackedRecord(outpoint, coin)));
    CoinTable& into = table(p);
    const std::size_t before = into.memory_bytes();
    into.insert(entry);
    table_bytes_ += into.memory_bytes() - before;
    count(entry, 1);
}

void CoinCacheImpl::set_flags(Entry& entry, unsigned flags) {
    count(entry, kMinusOne);
    entry = Entry(entry.tag(), flags, entry.ref());
    count(entry, 1);
}

void CoinCacheImpl::remove(CoinTable& from, Entry* entry) {
    count(*entry, kMinusOne);
    release(*entry);
    from.erase(entry);
}

void CoinCacheImpl::replace_record(Entry& entry, const OutPoint& outpoint, const CoinView& coin) {
    const PackedRecord record(outpoint, coin);
    count(entry, kMinusOne);
    release(entry);
    entry = Entry(entry.tag(), entry.flags(), arena_.add(record));
    count(entry, 1);
}

// A record that a job may be reading: it was changed by the generation in flight, or names a coin that was.
void CoinCacheImpl::release(Entry entry) {
    const bool changed_since = entry.generation() == current_ && !entry.fresh();
    if (flushing_ != 0 && (entry.generation() == flushing_ || changed_since)) {
        deferred_.push_back(entry.ref());
    } else {
        arena_.free(entry.ref());
    }
}

void CoinCacheImpl::spend(CoinTable& from, Entry* entry) {
    --total_coins_;
    if (entry->generation() == current_ && entry->fresh()) {
        remove(from, entry);
    } else {
        set_flags(*entry, current_ | EntryFlags::kSpent);
    }
}

void CoinCacheImpl::create(Place p, const OutPoint& outpoint, const CoinView& coin, bool fresh_if_new) {
    Entry* const entry = find(p, outpoint);
    if (entry == nullptr) {
        ++total_coins_;
        insert(p, current_ | (fresh_if_new ? EntryFlags::kFresh : 0U), outpoint, coin);
        return;
    }
    total_coins_ += entry->spent() ? 1U : 0U;
    // Disk has no coin where a clean entry says it is spent. Where a generation in flight is about to delete one, disk
    // still has it for a moment: only a mark of our own may take its place, never nothing.
    const bool fresh = entry->generation() == current_ ? entry->fresh() : clean(*entry) && entry->spent();
    replace_record(*entry, outpoint, coin);
    set_flags(*entry, current_ | (fresh ? EntryFlags::kFresh : 0U));
}

}  // namespace keel::chain
