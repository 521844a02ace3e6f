// Makes sure that the peers we chose are on a chain at least as good as ours.
//
// A chosen peer that has not shown a block with the work of our tip gets kChainSyncTimeout to do so; then one
// getheaders as a last chance and kHeadersResponseTime; then it is closed. Progress to the tip of the time when the
// clock started restarts it. The first kProtectedOutboundMax full peers that showed such a chain are exempt: an
// attacker with more hash power than our chain must not be able to make us drop everybody else at once.
#pragma once

#include "engine/p2p/header_sync.hpp"

namespace keel::p2p {

class LaggingPeers {
public:
    LaggingPeers(const ChainState& chain, KnownChains& known, HeaderSync& sync)
        : chain_(chain), known_(known), sync_(sync) {}

    // To be called when the tip or what is known of a peer changed, and when due.
    void check(PeerTable& peers, Turn& turn);
    [[nodiscard]] Deadline next_due() const;
    void forget(PeerId peer) { states_.erase(peer); }
    [[nodiscard]] bool is_protected(PeerId peer) const;
    [[nodiscard]] std::size_t size() const { return states_.size(); }

private:
    struct State {
        bool exempt = false;
        Deadline deadline;
        const Node* goal = nullptr;  // our tip when the clock started
        bool last_chance = false;
    };

    void check(Peer& peer, State& state, Turn& turn);
    [[nodiscard]] std::size_t protected_count() const;

    const ChainState& chain_;
    KnownChains& known_;
    HeaderSync& sync_;
    std::map<PeerId, State> states_;
};

}  // namespace keel::p2p
