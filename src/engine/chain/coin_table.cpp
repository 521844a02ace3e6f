#include "engine/chain/coin_table.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace keel::chain {

namespace {

constexpr std::size_t kCapacityMin = 24;
constexpr std::size_t kSlack = 40;

// Most entries for a capacity: 0.8 of it.
constexpr std::size_t entries_max(std::size_t capacity) { return capacity * 4 / 5; }

}  // namespace

Entry* CoinTable::find(const RecordArena& arena, std::uint32_t tag, const OutPoint& outpoint) {
    if (count_ == 0) {
        return nullptr;
    }
    // The last slot is always empty, which ends every search.
    Entry* entry = &slots_[home(tag)];
    while (!entry->empty() && entry->tag() < tag) {
        ++entry;
    }
    for (; !entry->empty() && entry->tag() == tag; ++entry) {
        if (has_key(arena[entry->ref()], outpoint)) {
            return entry;
        }
    }
    return nullptr;
}

void CoinTable::insert(Entry entry) {
    if (count_ >= entries_max(capacity_)) {
        resize(std::max(kCapacityMin, capacity_ * 5 / 4));
    }
    Entry* at = &slots_[home(entry.tag())];
    while (!at->empty() && at->tag() <= entry.tag()) {
        ++at;
    }
    Entry* end = at;
    while (!end->empty()) {
        ++end;
    }
    if (end == &slots_[size_ - 1]) {
        resize(capacity_ + capacity_ / 8 + kSlack);
        insert(entry);
        return;
    }
    std::copy_backward(at, end, end + 1);
    *at = entry;
    ++count_;
}

void CoinTable::erase(Entry* entry) {
    auto at = static_cast<std::size_t>(entry - slots_.get());
    while (!slots_[at + 1].empty() && home(slots_[at + 1].tag()) <= at) {
        slots_[at] = slots_[at + 1];
        ++at;
    }
    slots_[at] = Entry();
    --count_;
}

void CoinTable::prefetch(std::uint32_t tag) const {
    if (slots_ != nullptr) {
        __builtin_prefetch(&slots_[home(tag)], 1);
    }
}

void CoinTable::prefetch_record(const RecordArena& arena, std::uint32_t tag) const {
    if (count_ == 0) {
        return;
    }
    const Entry* entry = &slots_[home(tag)];
    while (!entry->empty() && entry->tag() < tag) {
        ++entry;
    }
    if (!entry->empty() && entry->tag() == tag) {
        __builtin_prefetch(&arena[entry->ref()]);
    }
}

void CoinTable::shrink() {
    if (capacity_ > kCapacityMin && count_ < entries_max(capacity_) / 2) {
        resize(std::max(kCapacityMin, count_ * 25 / 16));
    }
}

void CoinTable::resize(std::size_t capacity) {
    for (std::size_t slack = kSlack;; slack *= 2) {
        auto slots = std::make_unique<Entry[]>(capacity + slack);
        if (move_into(slots.get(), capacity + slack, capacity)) {
            slots_ = std::move(slots);
            capacity_ = capacity;
            size_ = capacity + slack;
            return;
        }
    }
}

bool CoinTable::move_into(Entry* to, std::size_t size, std::size_t capacity) const {
    std::size_t next = 0;
    for (std::size_t i = 0; i < size_; ++i) {
        if (slots_[i].empty()) {
            continue;
        }
        const auto wanted = static_cast<std::size_t>((std::uint64_t{slots_[i].tag()} * capacity) >> kTagBits);
        const std::size_t position = std::max(wanted, next);
        if (position + 2 > size) {
            return false;
        }
        to[position] = slots_[i];
        next = position + 1;
    }
    return true;
}

void CoinTable::check_invariants() const {
    std::size_t count = 0;
    std::size_t run_begin = 0;
    std::uint32_t last_tag = 0;
    for (std::size_t i = 0; i < size_; ++i) {
        if (slots_[i].empty()) {
            run_begin = i + 1;
            continue;
        }
        ++count;
        const std::uint32_t tag = slots_[i].tag();
        KEEL_ASSERT(tag >= last_tag && home(tag) <= i && home(tag) >= run_begin && slots_[i].ref() != 0);
        last_tag = tag;
    }
    KEEL_ASSERT(count == count_ && (size_ == 0 || slots_[size_ - 1].empty()));
}

}  // namespace keel::chain
