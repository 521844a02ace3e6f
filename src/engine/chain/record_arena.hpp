// RecordArena: memory for coin records: large chunks, handed out in units of 8 bytes, with a free list for each size.
//
// Records do not move. A freed record is reused for one of the same size; beyond the limit also for smaller ones.
// Memory goes back to the system only when the arena is destroyed. Owned by one thread; records may be read from
// others.
#pragma once

#include <bitset>
#include <memory>
#include <vector>

#include "engine/chain/coin_record.hpp"

namespace keel::chain {

// A record, in units from the start of the arena; never 0.
using RecordRef = std::uint64_t;
inline constexpr unsigned kRefBits = 34;

class RecordArena {
public:
    static constexpr std::size_t kChunkBytes = 2U << 20U;
    static constexpr std::size_t kChunkUnits = kChunkBytes / kRecordUnit;

    RecordArena() : free_(kRecordUnitsMax + 1) {}

    // Never fails; exceeding the limit is noted in exceeded().
    RecordRef add(const PackedRecord& record);
    RecordRef add_copy(const CoinRecord& record);
    void free(RecordRef ref);

    [[nodiscard]] const CoinRecord& operator[](RecordRef ref) const {
        return *reinterpret_cast<const CoinRecord*>(chunks_[ref / kChunkUnits].get() + ref % kChunkUnits * kRecordUnit);
    }

    // Chunks to get along with.
    void set_limit(std::size_t bytes) { chunks_max_ = bytes / kChunkBytes; }
    [[nodiscard]] bool exceeded() const { return exceeded_; }
    void forget_exceeded() { exceeded_ = false; }
    // Bytes of records handed out.
    [[nodiscard]] std::size_t live_bytes() const { return live_units_ * kRecordUnit; }
    // Bytes that can be handed out without exceeding the limit, if sizes fit.
    [[nodiscard]] std::size_t room() const;
    [[nodiscard]] std::size_t memory_bytes() const;

private:
    RecordRef allocate(std::size_t units);
    RecordRef bump(std::size_t units);
    void new_chunk();
    RecordRef pop(std::size_t units);
    void push(RecordRef ref, std::size_t units);
    RecordRef split_larger(std::size_t units);
    std::byte* at(RecordRef ref) { return chunks_[ref / kChunkUnits].get() + ref % kChunkUnits * kRecordUnit; }

    struct ChunkDelete {
        void operator()(std::byte* chunk) const;
    };
    std::vector<std::unique_ptr<std::byte[], ChunkDelete>> chunks_;
    std::vector<RecordRef> free_;                // first free record of each size, linked through their first bytes
    std::bitset<kRecordUnitsMax + 1> has_free_;  // which of them are not 0
    std::size_t bump_ = 0;                       // next unit in the last chunk
    std::size_t live_units_ = 0;
    std::size_t free_units_ = 0;
    std::size_t chunks_max_ = 0;
    bool exceeded_ = false;
};

}  // namespace keel::chain
