// Private to this room.
#pragma once

#include "engine/mempool/accept.hpp"
#include "engine/mempool/pool.hpp"

namespace keel::mempool {

// Blocks being taken off, until the pool has taken their transactions back.
struct Reorg {
    std::deque<std::vector<TxPtr>> blocks;  // as they were disconnected: the highest first
    std::size_t bytes = 0;
    std::vector<Txid> taken_back;
    Height fork = primitives::kNoHeight;  // of the lowest block that stayed
};

class Pool::Impl {
public:
    Impl(const Options& options, View& view, Logger& logger) : contents_(options, view), logger_(logger) {}

    OrDisk<TxResult> accept(const TxPtr& tx, const Submission& submission, const ChainState& chain);
    OrDisk<PackageResult> accept_package(policy::PackageTxs txs, std::optional<policy::FeeRate> rate_max,
                                         const ChainState& chain);
    OrDisk<PackageResult> test_package(policy::PackageTxs txs, const ChainState& chain);

    void block_connected(const primitives::Block& block, UnixTime now);
    void block_disconnected(const primitives::Block& block, Height height);
    [[nodiscard]] bool is_settled() const { return !reorg_; }
    OrDisk<bool> reorganized(const ChainState& chain);

    Contents& contents() { return contents_; }

private:
    // pool_package.cpp
    struct Attempt {
        std::map<Wtxid, TxResult> final;  // in the pool now, or for good
        std::map<Wtxid, TxResult> alone;  // what came of it alone, if nothing better comes
        std::vector<TxPtr> together;      // to be tried as a package
        bool hopeless = false;            // one can never be accepted
    };
    struct Trial {
        Attempt& attempt;
        bool only;  // there is no other transaction to help it
    };
    struct Surroundings {
        const AcceptOptions& options;
        const ChainState& chain;
    };
    OrDisk<void> try_alone(const TxPtr& tx, Trial trial, const Surroundings& around);
    void conclude(policy::PackageTxs txs, Attempt& attempt, PackageResult& out) const;

    // pool_chain.cpp
    void remove_with_descendants(std::span<const TxHandle> handles, RemovalReason reason);
    void drop_oldest_disconnected();
    void remove_children_of(const Txid& txid, std::size_t outputs);
    OrDisk<void> take_back(const TxPtr& tx, const ChainState& chain);
    void link_children();
    OrDisk<void> drop_unminable(const ChainState& chain);
    OrDisk<bool> is_minable(const Entry& entry, const ChainState& chain);
    OrDisk<bool> relocked(const Entry& entry, const ChainState& chain);

    Contents contents_;
    Logger& logger_;
    std::optional<Reorg> reorg_;
};

}  // namespace keel::mempool
