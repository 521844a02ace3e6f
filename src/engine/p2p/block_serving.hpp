// Answers requests for headers and blocks.
//
//  1. Headers and block hashes come from the active chain only, and only once it has the minimum work.
//  2. Blocks are served from the active chain, and from forks while they are young (kStaleBlockAge, by time and by
//     work) and were connected once.
//     Why: what old forks a node has seen would identify it.
//  3. A pruned node serves only what BIP159 promises, whatever it still has.
//     Why: its prune height would identify it.
//  4. Of one peer, kServesInFlight blocks are read or queued at a time and kServeQueueMax requests wait.
#pragma once

#include <deque>

#include "engine/p2p/known_chains.hpp"
#include "engine/p2p/turn.hpp"

namespace keel::p2p {

class BlockServing {
public:
    BlockServing(wire::Services services, const ChainState& chain, KnownChains& known)
        : services_(services), chain_(chain), known_(known) {}

    void on_getheaders(Peer& peer, const wire::GetHeaders& request, Turn& turn);
    void on_getblocks(Peer& peer, const wire::GetBlocks& request, Turn& turn);
    void on_getdata(Peer& peer, const wire::GetData& request, Turn& turn);
    // A part of a block we never announced as a compact block: the whole block answers it, as BIP152 permits.
    void on_getblocktxn(Peer& peer, const wire::GetBlockTxs& request, Turn& turn);
    void served(Peer& peer, const BlockServed& event, Turn& turn);
    void forget(PeerId peer) { states_.erase(peer); }

    [[nodiscard]] std::size_t size() const { return states_.size(); }
    void check_invariants() const;

private:
    struct State {
        std::deque<wire::InvEntry> waiting;
        std::size_t in_flight = 0;
        std::optional<BlockHash> continuation;  // last hash of a full getblocks answer
    };

    [[nodiscard]] const Node* locate(std::span<const BlockHash> locator) const;
    [[nodiscard]] bool may_serve(const Node& node) const;
    void pump(Peer& peer, State& state, Turn& turn);
    void serve(Peer& peer, State& state, const wire::InvEntry& entry, Turn& turn);
    [[nodiscard]] bool is_below_promise(const Node& node) const;

    wire::Services services_;
    const ChainState& chain_;
    KnownChains& known_;
    std::map<PeerId, State> states_;
};

}  // namespace keel::p2p
