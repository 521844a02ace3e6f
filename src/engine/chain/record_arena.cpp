#include "engine/chain/record_arena.hpp"

#include <cstring>
#include <new>

#include "base/assert.hpp"

namespace keel::chain {

namespace {

// Aligned like a huge page, so that the system may back a chunk with one.
constexpr std::align_val_t kChunkAlign{RecordArena::kChunkBytes};

}  // namespace

void RecordArena::ChunkDelete::operator()(std::byte* chunk) const { ::operator delete[](chunk, kChunkAlign); }

RecordRef RecordArena::add(const PackedRecord& record) {
    const RecordRef ref = allocate(record.units());
    record.write(at(ref));
    live_units_ += record.units();
    return ref;
}

RecordRef RecordArena::add_copy(const CoinRecord& record) {
    const std::size_t units = record_units(record);
    const RecordRef ref = allocate(units);
    std::memcpy(at(ref), &record, units * kRecordUnit);
    live_units_ += units;
    return ref;
}

void RecordArena::free(RecordRef ref) {
    const std::size_t units = record_units((*this)[ref]);
    live_units_ -= units;
    push(ref, units);
}

std::size_t RecordArena::room() const {
    const std::size_t unused = chunks_.empty() ? 0 : kChunkUnits - bump_;
    const std::size_t more = chunks_max_ > chunks_.size() ? (chunks_max_ - chunks_.size()) * kChunkBytes : 0;
    return (free_units_ + unused) * kRecordUnit + more;
}

std::size_t RecordArena::memory_bytes() const {
    return chunks_.size() * kChunkBytes + chunks_.capacity() * sizeof(chunks_[0]) + free_.size() * sizeof(RecordRef);
}

RecordRef RecordArena::allocate(std::size_t units) {
    KEEL_ASSERT(units <= kRecordUnitsMax);
    if (free_[units] != 0) {
        return pop(units);
    }
    if (!chunks_.empty() && bump_ + units <= kChunkUnits) {
        return bump(units);
    }
    if (chunks_.size() >= chunks_max_) {
        if (const RecordRef part = split_larger(units); part != 0) {
            return part;
        }
        exceeded_ = true;
    }
    new_chunk();
    return bump(units);
}

RecordRef RecordArena::bump(std::size_t units) {
    const RecordRef ref = (chunks_.size() - 1) * kChunkUnits + bump_;
    bump_ += units;
    return ref;
}

void RecordArena::new_chunk() {
    if (!chunks_.empty() && bump_ < kChunkUnits) {
        push((chunks_.size() - 1) * kChunkUnits + bump_, kChunkUnits - bump_);
    }
    KEEL_ASSERT(((chunks_.size() + 1) * kChunkUnits) >> kRefBits == 0);
    chunks_.emplace_back(new (kChunkAlign) std::byte[kChunkBytes]);
    bump_ = chunks_.size() == 1 ? 8 : 0;  // reference 0 means none; the rest keeps records on cache lines
}

RecordRef RecordArena::pop(std::size_t units) {
    const RecordRef ref = free_[units];
    const auto next = load_le<RecordRef>(at(ref));
    free_[units] = next;
    if (next == 0) {
        has_free_.reset(units);
    } else {
        __builtin_prefetch(at(next), 1);
    }
    free_units_ -= units;
    return ref;
}

void RecordArena::push(RecordRef ref, std::size_t units) {
    store_le(at(ref), free_[units]);
    free_[units] = ref;
    has_free_.set(units);
    free_units_ += units;
}

RecordRef RecordArena::split_larger(std::size_t units) {
    const std::size_t larger = has_free_._Find_next(units);
    if (larger > kRecordUnitsMax) {
        return 0;
    }
    const RecordRef ref = pop(larger);
    push(ref + units, larger - units);
    return ref;
}

}  // namespace keel::chain
