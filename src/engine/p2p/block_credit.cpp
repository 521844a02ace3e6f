#include "engine/p2p/block_credit.hpp"

#include "base/assert.hpp"

namespace keel::p2p {

std::size_t BlockCredit::offer() const { return used() == 0 || used() + estimate_ <= budget_ ? estimate_ : 0; }

void BlockCredit::release(std::size_t bytes) {
    KEEL_ASSERT(bytes <= reserved_);
    reserved_ -= bytes;
}

void BlockCredit::arrived(std::size_t bytes) {
    samples_[next_sample_] = bytes;
    next_sample_ = (next_sample_ + 1) % samples_.size();
    estimate_ = std::clamp(2 * *std::ranges::max_element(samples_), kBlockSizeFloor, primitives::kMaxBlockBytes);
}

bool BlockCredit::hold(const BlockHash& hash, std::size_t bytes) {
    if (!held_.try_emplace(hash, bytes).second) return false;
    held_bytes_ += bytes;
    return true;
}

void BlockCredit::taken(const BlockHash& hash) {
    const auto found = held_.find(hash);
    if (found == held_.end()) return;
    held_bytes_ -= found->second;
    held_.erase(found);
}

}  // namespace keel::p2p
