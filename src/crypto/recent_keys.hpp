// Public keys that were taken apart a short while ago, by their bytes.
//
// A compressed key costs a square root (about 4 microseconds, a tenth of a verification), and keys come back: in the
// inputs of one transaction, in multisignature scripts, wherever an address is used again. Entries are compared in
// full, so whoever chooses keys can cause misses and nothing else.
//
// kSlots entries, allocated at the first use. One object per thread.
#pragma once

#include <algorithm>
#include <memory>

#include "base/endian.hpp"

namespace keel::crypto {

template <std::size_t kSize, class Parsed>
class RecentKeys {
public:
    static constexpr std::size_t kSlots = 8192;

    // Null when it is not here (any more). The pointer lives until the next keep().
    [[nodiscard]] const Parsed* find(std::span<const std::byte, kSize> key) const {
        if (slots_ == nullptr) {
            return nullptr;
        }
        const Slot& slot = slots_[place(key)];
        return slot.used && std::ranges::equal(slot.key, key) ? &slot.parsed : nullptr;
    }
    void keep(std::span<const std::byte, kSize> key, const Parsed& parsed) {
        if (slots_ == nullptr) {
            slots_ = std::make_unique<Slot[]>(kSlots);
        }
        Slot& slot = slots_[place(key)];
        std::ranges::copy(key, slot.key.begin());
        slot.parsed = parsed;
        slot.used = true;
    }

private:
    struct Slot {
        std::array<std::byte, kSize> key;
        bool used = false;
        Parsed parsed;
    };
    static std::size_t place(std::span<const std::byte, kSize> key) {
        return load_le<std::uint64_t>(key.data() + kSize - 8) % kSlots;
    }

    std::unique_ptr<Slot[]> slots_;
};

}  // namespace keel::crypto
