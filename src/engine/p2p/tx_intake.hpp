// Takes transactions from peers: asks for what is announced and new, hands it to validation, remembers what was refused
// and keeps transactions whose parents are unknown for a while.
//
//  1. Nothing is asked for that is in the pool, was confirmed recently, was refused since the last block, waits in
//     validation, or waits for its parents.
//  2. Refusals are remembered by wtxid; by txid too where no other witness could help. Never when the witness was
//     missing: not even its wtxid says anything then.
//  3. A transaction that lacks inputs waits (kOrphansMax, kOrphanLife) while its parents are asked for from whoever
//  sent
//     it, by txid. It is tried again when one of them has come.
//  4. A child that waits for a parent which pays too little alone is tried with that parent as a package.
//  5. During the initial download transactions are ignored.
//
// Bounds: tx_limits.hpp. Owned by the p2p thread; reads the pool's view.
#pragma once

#include <deque>
#include <set>

#include "engine/mempool/view.hpp"
#include "engine/p2p/chain_state.hpp"
#include "engine/p2p/tx_relay.hpp"
#include "engine/p2p/tx_requests.hpp"

namespace keel::p2p {

// Ids in order of arrival; the oldest is forgotten when there are too many.
class RecentIds {
public:
    explicit RecentIds(std::size_t most) : most_(most) {}
    void insert(const RawHash& id);
    [[nodiscard]] bool contains(const RawHash& id) const { return ids_.contains(id); }
    void clear();
    [[nodiscard]] std::size_t size() const { return ids_.size(); }

private:
    std::size_t most_;
    std::set<RawHash> ids_;
    std::deque<RawHash> order_;
};

class TxIntake {
public:
    struct Around {
        const ChainState& chain;
        const mempool::View& pool;
        PeerTable& peers;
        TxRelay& relay;
    };
    TxIntake(const Around& around, Rng rng);

    void on_inv(Peer& peer, const wire::Inv& inv, Turn& turn);
    void on_tx(Peer& peer, const primitives::TxPtr& tx, Turn& turn);
    void on_notfound(Peer& peer, const wire::NotFound& message, Turn& turn);
    void on_verdict(const TxVerdict& verdict, Turn& turn);
    void on_package_verdict(const PackageVerdict& verdict, Turn& turn);
    void on_pool(const PoolChanged& change, Turn& turn);
    void tip_changed();
    void tick(Turn& turn);
    [[nodiscard]] Deadline next_due() const { return requests_.next_due(); }
    void forget(PeerId peer);
    void check_invariants() const;
    [[nodiscard]] std::size_t orphan_count() const { return orphans_.size(); }

private:
    struct Orphan {
        primitives::TxPtr tx;
        PeerId peer;
        SteadyTime since;
    };
    using Orphans = std::map<primitives::Wtxid, Orphan>;

    [[nodiscard]] bool is_known(const TxName& name) const;
    void want(Peer& peer, const TxName& name, Turn& turn);
    void request(Turn& turn);
    void submit(const primitives::TxPtr& tx, PeerId peer, Turn& turn);
    void remember_refusal(const primitives::TxPtr& tx, consensus::RejectKind kind);
    void settle(const primitives::TxPtr& tx);
    // ---- orphans ----
    void keep_orphan(const primitives::TxPtr& tx, PeerId peer, Turn& turn);
    void drop_orphan(Orphans::iterator at);
    void limit_orphans(SteadyTime now);
    // Those that spend an output of this transaction.
    [[nodiscard]] std::vector<Orphans::iterator> children_of(const primitives::Txid& txid);
    void try_children(const primitives::Txid& txid, Turn& turn);
    // True when a waiting child was sent along with it.
    bool try_with_child(const primitives::TxPtr& tx, PeerId peer, Turn& turn);

    Around around_;
    Rng rng_;
    TxRequests requests_;
    RecentIds refused_;
    RecentIds poor_;  // refused for their fee: may still come with a child
    RecentIds confirmed_;
    std::map<primitives::Wtxid, primitives::Txid> in_validation_;
    Orphans orphans_;
};

}  // namespace keel::p2p
