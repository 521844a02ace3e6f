// One attempt to take a transaction, or several together, into the pool.
//
// The order of the checks is that in which Bitcoin Core reports errors: the transaction alone, the pool, the chain, the
// coins, fees, relatives, replacement, limits, dust, and signatures last of all, since they cost most. Nothing changes
// unless everything holds.
//
// Private to this room.
#pragma once

#include <map>
#include <variant>

#include "engine/mempool/contents.hpp"
#include "engine/policy/truc.hpp"

namespace keel::mempool {

struct AcceptOptions {
    bool test = false;           // only say what would happen
    bool bypass_limits = false;  // from a disconnected block: fees and TRUC do not count
    bool allow_replacement = true;
    bool allow_sibling_eviction = true;
    bool package_rates = false;  // several pay together
    std::optional<policy::FeeRate> rate_max{};
    std::optional<Amount> fee_max{};  // judged when everything else holds
    UnixTime time{};                  // when it came
};

// Why an attempt ended: a rule, or the disk.
using Stop = std::variant<consensus::Reject, store::KvError>;
using Step = Result<void, Stop>;

class Acceptance {
public:
    Acceptance(Contents& contents, const ChainState& chain, AcceptOptions options)
        : contents_(contents), chain_(chain), options_(std::move(options)), staging_(contents.graph()) {}

    // Without the limits of the pool as a whole: those are the caller's.
    OrDisk<TxResult> single(const TxPtr& tx);
    // Parents first; well-formed (policy::check_package()).
    OrDisk<PackageResult> several(policy::PackageTxs txs);

    // When a transaction may be mined now; nothing when its coins are not there.
    OrDisk<std::optional<LockPoints>> lock_points_now(const TxPtr& tx) const;

private:
    struct Candidate {
        TxPtr tx;
        std::vector<primitives::Coin> coins;
        std::vector<primitives::CoinView> views;  // into `coins`
        std::vector<EntryPtr> parents;            // in the pool, by txid
        std::vector<EntryPtr> conflicts;          // direct ones, by txid; with the sibling that has to go
        bool evicts_sibling = false;
        Entry entry;
    };

    // Everything but replacement, limits, dust and scripts; stages the transaction.
    Step examine(Candidate& it);
    Step check_form(const Candidate& it) const;
    Step check_pool(Candidate& it) const;
    Step find_coins(Candidate& it) const;
    Step look_up_in_chain(Candidate& it, std::span<const std::size_t> inputs) const;
    Step explain_missing(const Candidate& it) const;
    Step check_coins(Candidate& it) const;
    void stage(Candidate& it);
    Step check_fees(const Candidate& it) const;
    Step check_truc(Candidate& it) const;
    [[nodiscard]] std::vector<policy::TrucParent> truc_parents(const Candidate& it) const;
    [[nodiscard]] EntryPtr evictable_sibling(const Candidate& it) const;

    Step check_replacement(const Candidate& it);
    Step check_cluster();
    Step check_not_parent(const Candidate& it) const;
    Step check_rate_max(const Candidate& it) const;
    Step check_scripts(const Candidate& it) const;
    void stage_removals(std::span<const EntryPtr> conflicts);
    [[nodiscard]] Amount replaced_fees() const;
    void link();
    void commit();

    // accept_package.cpp
    Step check_package_truc(std::size_t position, policy::PackageTxs txs) const;
    Result<void, Stop> check_package(policy::PackageTxs txs, PackageResult& out);
    Step examine_all(policy::PackageTxs txs, PackageResult& out);
    Step check_package_fees(PackageResult& out) const;
    Step check_package_replacement();
    Step check_package_scripts(PackageResult& out) const;
    // Of each transaction: whether it leaves dust of a parent unspent.
    Step check_dust_spent(const Candidate& it) const;
    [[nodiscard]] TxPtr find_parent(const Txid& txid) const;
    [[nodiscard]] TxResult success(const Candidate& it) const;
    [[nodiscard]] policy::FeeRate total_rate() const;

    Contents& contents_;
    const ChainState& chain_;
    AcceptOptions options_;
    txgraph::Staging staging_;
    std::vector<Candidate> members_;  // in order; those staged so far
    std::map<Txid, std::size_t> by_txid_;
    std::vector<EntryPtr> replaced_;  // all that would go, parents first
    bool linked_ = false;
};

}  // namespace keel::mempool
