// CoinTable: a hash table from outpoints to records with 8 bytes an entry: one shard of the coin cache.
//
// Open addressing with entries in order of their tag (the top bits of a keyed hash), each at or behind tag * capacity:
// a search ends at the first larger tag, removal leaves no marks, and growing is one sequential pass that looks at no
// record. Load is 0.64 to 0.8. Owned by one thread.
#pragma once

#include <memory>

#include "engine/chain/record_arena.hpp"

namespace keel::chain {

// What is known about an entry besides its record.
struct EntryFlags {
    static constexpr unsigned kGenerationMask = 3;  // 0: clean; 1, 2: changed in the generation of that number
    static constexpr unsigned kFresh = 4;           // is not on disk, nor will be by the generation being written
    static constexpr unsigned kSpent = 8;           // the coin is gone; the record only names it
};
inline constexpr unsigned kFlagBits = 4;
inline constexpr unsigned kTagBits = 64 - kFlagBits - kRefBits;

// Tag (high), flags, reference (low). 0: empty.
class Entry {
public:
    Entry() = default;
    Entry(std::uint32_t tag, unsigned flags, RecordRef ref)
        : bits_(std::uint64_t{tag} << (64 - kTagBits) | std::uint64_t{flags} << kRefBits | ref) {}
    [[nodiscard]] bool empty() const { return bits_ == 0; }
    [[nodiscard]] std::uint32_t tag() const { return static_cast<std::uint32_t>(bits_ >> (64 - kTagBits)); }
    [[nodiscard]] unsigned flags() const { return static_cast<unsigned>(bits_ >> kRefBits) & ((1U << kFlagBits) - 1); }
    [[nodiscard]] unsigned generation() const { return flags() & EntryFlags::kGenerationMask; }
    [[nodiscard]] bool fresh() const { return (flags() & EntryFlags::kFresh) != 0; }
    [[nodiscard]] bool spent() const { return (flags() & EntryFlags::kSpent) != 0; }
    [[nodiscard]] RecordRef ref() const { return bits_ & ((std::uint64_t{1} << kRefBits) - 1); }

private:
    std::uint64_t bits_ = 0;
};
static_assert(sizeof(Entry) == 8);

class CoinTable {
public:
    CoinTable() = default;

    // The entry of this outpoint, or null. Valid until the next insert() or erase().
    [[nodiscard]] Entry* find(const RecordArena& arena, std::uint32_t tag, const OutPoint& outpoint);
    // There must be no entry for the same outpoint.
    void insert(Entry entry);
    void erase(Entry* entry);

    // Loads what find() will read first, and in a second step the record it will compare.
    void prefetch(std::uint32_t tag) const;
    void prefetch_record(const RecordArena& arena, std::uint32_t tag) const;

    // Calls keep(Entry&) for every entry, which may change its flags and reference; those for which it returns false
    // are removed. One pass.
    template <class Keep>
    void filter(Keep keep) {
        std::size_t next = 0;  // first position that is free for certain
        std::size_t kept = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            Entry entry = slots_[i];
            if (entry.empty()) {
                continue;
            }
            slots_[i] = Entry();
            if (keep(entry)) {
                const std::size_t position = std::max(home(entry.tag()), next);
                slots_[position] = entry;
                next = position + 1;
                ++kept;
            }
        }
        count_ = kept;
    }
    // Calls visit(Entry&) for every entry, which may change its flags.
    template <class Visit>
    void for_each_mutable(Visit visit) {
        for (std::size_t i = 0; i < size_; ++i) {
            if (!slots_[i].empty()) {
                visit(slots_[i]);
            }
        }
    }
    template <class Visit>
    void for_each(Visit visit) const {
        for (std::size_t i = 0; i < size_; ++i) {
            if (!slots_[i].empty()) {
                visit(slots_[i]);
            }
        }
    }
    // Gives memory back after much was removed.
    void shrink();

    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] std::size_t memory_bytes() const { return size_ * sizeof(Entry); }
    void check_invariants() const;

private:
    [[nodiscard]] std::size_t home(std::uint32_t tag) const {
        return static_cast<std::size_t>((std::uint64_t{tag} * capacity_) >> kTagBits);
    }
    void resize(std::size_t capacity);
    [[nodiscard]] bool move_into(Entry* to, std::size_t size, std::size_t capacity) const;

    std::unique_ptr<Entry[]> slots_;
    std::size_t capacity_ = 0;  // what tags are spread over
    std::size_t size_ = 0;      // slots: more than capacity_, so that the last run has somewhere to go
    std::size_t count_ = 0;
};

}  // namespace keel::chain
