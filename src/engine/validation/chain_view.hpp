// The active chain as readers see it: one atomic pointer into the immutable header tree.
//
// A monitor without a lock. Written by the validation thread after everything about the new tip is in place; readers on
// any thread load the tip once and work on that snapshot.
#pragma once

#include <atomic>

#include "engine/headers/node.hpp"

namespace keel::validation {

class ChainView {
public:
    explicit ChainView(const headers::Node& genesis) : tip_(&genesis) {}

    [[nodiscard]] const headers::Node& tip() const { return *tip_.load(std::memory_order_acquire); }
    void publish(const headers::Node& tip) { tip_.store(&tip, std::memory_order_release); }

    // Blocks are being read back from files; peers have to wait.
    [[nodiscard]] bool importing() const { return importing_.load(std::memory_order_acquire); }
    void set_importing(bool importing) { importing_.store(importing, std::memory_order_release); }

    // Height of the highest block whose data was pruned, or -1.
    [[nodiscard]] std::int32_t pruned_height() const { return pruned_height_.load(std::memory_order_acquire); }
    void set_pruned_height(std::int32_t height) { pruned_height_.store(height, std::memory_order_release); }

    // Bytes of block and undo files.
    [[nodiscard]] std::uint64_t block_bytes() const { return block_bytes_.load(std::memory_order_acquire); }
    void set_block_bytes(std::uint64_t bytes) { block_bytes_.store(bytes, std::memory_order_release); }

private:
    std::atomic<const headers::Node*> tip_;
    std::atomic<bool> importing_{false};
    std::atomic<std::int32_t> pruned_height_{-1};
    std::atomic<std::uint64_t> block_bytes_{0};
};

// True when this block is on the chain that ends at `tip`.
inline bool is_on_chain(const headers::Node& node, const headers::Node& tip) { return tip.has_ancestor(node); }

}  // namespace keel::validation
