// How many bytes of blocks may be on their way to validation or held by it.
//
// A request reserves what its block will probably need: twice the largest of the last kBlockSizeSamples blocks (the
// largest possible block until one was seen). When the block arrives the reservation becomes its real size, and when
// validation lets go of it the credit comes back. So the peers cannot make us hold more than the budget, but for blocks
// that are much larger than all before: at most one maximal block per request in flight.
//
// At least one block may always be asked for, whatever the budget. O(kBlockSizeSamples) when a block arrives.
#pragma once

#include <array>
#include <map>

#include "engine/p2p/events.hpp"
#include "engine/p2p/limits.hpp"

namespace keel::p2p {

class BlockCredit {
public:
    explicit BlockCredit(std::size_t budget) : budget_(budget) {}

    // What the next request reserves, or 0 when it has to wait.
    [[nodiscard]] std::size_t offer() const;
    void reserve(std::size_t bytes) { reserved_ += bytes; }
    void release(std::size_t bytes);
    // A block arrived; counts for the estimate.
    void arrived(std::size_t bytes);

    // Handed to validation; false when it already is there.
    bool hold(const BlockHash& hash, std::size_t bytes);
    [[nodiscard]] bool holds(const BlockHash& hash) const { return held_.contains(hash); }
    // Validation let go of it. Unknown hashes are ignored.
    void taken(const BlockHash& hash);
    // Room for a block of this size that nobody asked for.
    [[nodiscard]] bool has_room(std::size_t bytes) const { return used() + bytes <= budget_; }

    [[nodiscard]] std::size_t used() const { return reserved_ + held_bytes_; }
    [[nodiscard]] std::size_t held_bytes() const { return held_bytes_; }
    [[nodiscard]] std::size_t held_count() const { return held_.size(); }
    [[nodiscard]] std::size_t reserved() const { return reserved_; }

private:
    std::size_t budget_;
    std::size_t reserved_ = 0;
    std::size_t held_bytes_ = 0;
    std::map<BlockHash, std::size_t> held_;
    std::array<std::size_t, kBlockSizeSamples> samples_{};
    std::size_t next_sample_ = 0;
    std::size_t estimate_ = primitives::kMaxBlockBytes;
};

}  // namespace keel::p2p
