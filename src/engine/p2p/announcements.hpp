// Tells peers about new blocks of the active chain (BIP130).
//
// Peers that sent `sendheaders` get the headers when those connect to what they are known to have; all others, and
// those whose chain we cannot connect to, get an `inv` of the tip. At most kAnnounceMax blocks are announced at once;
// further ones the peer will ask for. Nothing is announced during the initial download, and nothing back to a peer
// that has it. We ask for headers ourselves once a peer's chain has the minimum work.
#pragma once

#include <set>

#include "engine/p2p/known_chains.hpp"
#include "engine/p2p/turn.hpp"

namespace keel::p2p {

class Announcements {
public:
    explicit Announcements(const ChainState& chain, KnownChains& known) : chain_(chain), known_(known) {}

    // The active chain now ends at `tip`; `fork` is the last block of before.
    void tip_changed(PeerTable& peers, const Node& fork, const Node& tip, Turn& turn);
    // Sends `sendheaders` to a peer whose chain is worth it, once.
    void ask_for_headers(Peer& peer, Turn& turn);
    void forget(PeerId peer) { asked_.erase(peer); }

private:
    void announce(Peer& peer, std::span<const Node* const> nodes, Turn& turn);
    // The headers that the peer lacks; nothing when they would not connect.
    std::optional<wire::Headers> headers_for(Peer& peer, std::span<const Node* const> nodes);

    const ChainState& chain_;
    KnownChains& known_;
    std::set<PeerId> asked_;  // were sent sendheaders
};

}  // namespace keel::p2p
