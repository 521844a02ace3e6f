// One header in the tree of all headers that passed their rules.
//
// Immutable once inserted and never freed while the tree lives, so `const Node*` is a safe snapshot: a pointer to a tip
// is the whole active chain at that moment, readable on any thread without a lock. Only the marks and places change;
// they are atomic, and each is written by the thread named beside it.
//
// Memory: about 250 bytes a header.
#pragma once

#include <atomic>

#include "base/time.hpp"
#include "rules/consensus/pow.hpp"
#include "rules/primitives/header.hpp"

namespace keel::headers {

// What is known about the block behind a header. All are set by the validation thread.
enum class Mark : std::uint32_t {
    has_data = 1U << 0U,         // block bytes are stored at data_place
    has_undo = 1U << 1U,         // undo bytes are stored at undo_place
    connected = 1U << 2U,        // connected once with every rule checked that was not assumed
    failed = 1U << 3U,           // broke a rule, or was named in invalidateblock
    failed_ancestor = 1U << 4U,  // descends from a failed block
};

// Where the store keeps a record: for this room three numbers without meaning.
struct Place {
    std::uint32_t file = 0;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;  // bytes

    bool operator==(const Place&) const = default;
    [[nodiscard]] std::uint64_t pack() const { return (std::uint64_t{file} << 32U) | offset; }
    static Place unpack(std::uint64_t packed, std::uint32_t size) {
        return {static_cast<std::uint32_t>(packed >> 32U), static_cast<std::uint32_t>(packed), size};
    }
};

class Node {
public:
    Node(const primitives::Header& header, const primitives::BlockHash& hash, const Node* previous, std::uint32_t id);
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    [[nodiscard]] const primitives::BlockHash& hash() const { return hash_; }
    [[nodiscard]] const primitives::Header& header() const { return header_; }
    // Null for genesis only.
    [[nodiscard]] const Node* previous() const { return previous_; }
    [[nodiscard]] primitives::Height height() const { return height_; }
    // Sum of the expected hashes from genesis to here, both included.
    [[nodiscard]] const consensus::ChainWork& chain_work() const { return chain_work_; }
    // Median of the times of this header and its ten predecessors (BIP113's clock for the next block).
    [[nodiscard]] std::int64_t median_time_past() const { return median_time_past_; }
    // Dense number in order of insertion; genesis is 0.
    [[nodiscard]] std::uint32_t id() const { return id_; }

    // The node of this branch at a height, or null when the height is negative or above this node. O(log height).
    [[nodiscard]] const Node* ancestor(primitives::Height height) const;
    [[nodiscard]] bool has_ancestor(const Node& other) const { return ancestor(other.height()) == &other; }

    [[nodiscard]] bool is(Mark mark) const {
        return (marks_.load(std::memory_order_acquire) & static_cast<std::uint32_t>(mark)) != 0;
    }
    [[nodiscard]] bool is_failed() const { return is(Mark::failed) || is(Mark::failed_ancestor); }
    [[nodiscard]] std::uint32_t marks() const { return marks_.load(std::memory_order_acquire); }

    // Where the store put the block and its undo data. Meaningful with has_data and has_undo.
    [[nodiscard]] Place data_place() const {
        return Place::unpack(data_place_.load(std::memory_order_acquire), data_size_);
    }
    [[nodiscard]] Place undo_place() const {
        return Place::unpack(undo_place_.load(std::memory_order_acquire), undo_size_);
    }
    // Number of transactions in the block; 0 until its data was seen once (pruning does not forget it).
    [[nodiscard]] std::uint32_t tx_count() const { return tx_count_.load(std::memory_order_acquire); }
    // Number of transactions from genesis to here; 0 while the data of some block in between was never seen.
    [[nodiscard]] std::uint64_t chain_tx_count() const { return chain_tx_count_.load(std::memory_order_acquire); }

private:
    friend class Tree;

    primitives::BlockHash hash_;
    primitives::Header header_;
    const Node* previous_;
    const Node* jump_;  // skew-binary ancestor pointer: makes ancestor() logarithmic with one pointer a node
    consensus::ChainWork chain_work_;
    std::int64_t median_time_past_;
    primitives::Height height_;
    std::uint32_t id_;
    std::atomic<std::uint32_t> marks_{0};
    std::atomic<std::uint32_t> tx_count_{0};
    std::atomic<std::uint32_t> data_size_{0};
    std::atomic<std::uint32_t> undo_size_{0};
    std::atomic<std::uint64_t> chain_tx_count_{0};
    std::atomic<std::uint64_t> data_place_{0};
    std::atomic<std::uint64_t> undo_place_{0};
};

// The last node that both branches share; never null within one tree. O(log height).
const Node* fork_point(const Node& a, const Node& b);

// Block hashes from a node back to genesis, ten single steps and then doubling (the locator of getheaders).
std::vector<primitives::BlockHash> locator(const Node& from);

}  // namespace keel::headers
