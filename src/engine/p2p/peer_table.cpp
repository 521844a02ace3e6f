#include "engine/p2p/peer_table.hpp"

#include "base/assert.hpp"

namespace keel::p2p {

Peer& PeerTable::add(const PeerConnected& event, Now now) {
    const auto [place, is_new] = peers_.try_emplace(event.peer);
    KEEL_ASSERT(is_new);
    Peer& peer = place->second;
    peer.id = event.peer;
    peer.kind = event.kind;
    peer.remote = event.remote;
    peer.local = event.local;
    peer.dial = event.dial;
    peer.transport = event.transport;
    peer.connected_steady = now.steady;
    peer.connected_at = now.unix;
    return peer;
}

Peer* PeerTable::find(PeerId id) {
    const auto found = peers_.find(id);
    return found == peers_.end() ? nullptr : &found->second;
}

const Peer* PeerTable::find(PeerId id) const {
    const auto found = peers_.find(id);
    return found == peers_.end() ? nullptr : &found->second;
}

std::size_t PeerTable::inbound_count() const {
    return static_cast<std::size_t>(std::ranges::count_if(peers_, [](const auto& p) { return p.second.inbound(); }));
}

std::size_t PeerTable::preferred_count() const {
    return static_cast<std::size_t>(std::ranges::count_if(peers_, [](const auto& p) { return p.second.preferred(); }));
}

bool PeerTable::sync_from(const Peer& peer, bool idle) const {
    if (!peer.usable() || !peer.serves_blocks()) return false;
    return peer.preferred() || idle || preferred_count() == 0;
}

}  // namespace keel::p2p
