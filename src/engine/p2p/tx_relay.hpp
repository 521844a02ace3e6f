// Tells peers about transactions of the pool, and serves those it told about (BIP339, BIP133).
//
//  1. A transaction is announced to every peer that wants transactions, does not know it, and whose fee filter it
//     passes; after a random delay, which all inbound peers share.
//     Why: who hears of it first must not learn where it came from.
//  2. At each peer's turn the best ones go first, at most kTxInvTarget (more when many wait).
//  3. A transaction is served only to peers whose last announcement it could have been part of.
//     Why: otherwise asking would show when it arrived.
//  4. Our own fee filter is sent when it has changed, at random times, rounded.
//
// Bounds: tx_limits.hpp. Owned by the p2p thread; reads the pool's view.
#pragma once

#include <deque>
#include <set>

#include "base/rng.hpp"
#include "engine/mempool/view.hpp"
#include "engine/p2p/chain_state.hpp"
#include "engine/p2p/timers.hpp"
#include "engine/p2p/turn.hpp"

namespace keel::p2p {

class TxRelay {
public:
    TxRelay(const ChainState& chain, const mempool::View& pool, Rng rng)
        : chain_(chain), pool_(pool), rng_(std::move(rng)) {}

    void ready(Peer& peer, Turn& turn);
    // Entered the pool.
    void added(const mempool::Entry& entry, PeerTable& peers);
    // The peer has shown that it knows this one, by wtxid or txid.
    void knows(PeerId peer, const RawHash& hash);
    void on_getdata(Peer& peer, const wire::GetData& request, Turn& turn);
    void tick(PeerTable& peers, Turn& turn);
    [[nodiscard]] Deadline next_due() const;
    void forget(PeerId peer) { states_.erase(peer); }
    [[nodiscard]] std::size_t size() const { return states_.size(); }

private:
    struct State {
        bool by_wtxid = true;
        std::set<RawHash> known;
        std::deque<RawHash> known_order;
        std::set<primitives::Txid> waiting;  // to be announced
        SteadyTime next_inv;
        SteadyTime next_fee_filter;
        std::int64_t sent_fee_filter = -1;
        std::uint64_t sequence = 0;  // of the pool at the last announcement
    };

    // A random time of this mean.
    microseconds some(microseconds mean);
    void announce(Peer& peer, State& state, Turn& turn);
    void send_fee_filter(Peer& peer, State& state, Turn& turn);
    [[nodiscard]] std::int64_t fee_filter(UnixTime now) const;
    // What of `state.waiting` can be announced, best first; the rest is dropped from it.
    [[nodiscard]] std::vector<mempool::Located> announceable(const Peer& peer, State& state) const;
    [[nodiscard]] mempool::EntryPtr find(const wire::InvEntry& entry) const;
    void reannounce(PeerTable& peers, Turn& turn);

    const ChainState& chain_;
    const mempool::View& pool_;
    Rng rng_;
    std::map<PeerId, State> states_;
    SteadyTime next_inbound_inv_;
    Deadline next_reannounce_;
};

}  // namespace keel::p2p
