#include "engine/p2p/announcements.hpp"

#include <ranges>

#include "engine/p2p/limits.hpp"

namespace keel::p2p {

void Announcements::tip_changed(PeerTable& peers, const Node& fork, const Node& tip, Turn& turn) {
    if (chain_.is_initial_download()) return;
    std::vector<const Node*> nodes;
    for (const Node* node = &tip; node != &fork && node != nullptr && nodes.size() < kAnnounceMax;
         node = node->previous()) {
        nodes.push_back(node);
    }
    if (nodes.empty()) return;  // blocks were only taken back
    std::ranges::reverse(nodes);
    for (auto& [id, peer] : peers) {
        if (peer.ready && !peer.closing) announce(peer, nodes, turn);
    }
}

void Announcements::ask_for_headers(Peer& peer, Turn& turn) {
    if (!peer.usable() || peer.common_version < wire::kSendHeadersVersion || asked_.contains(peer.id)) return;
    const Node* best = known_.best(peer.id);
    if (best == nullptr || best->chain_work() <= chain_.minimum_work()) return;
    asked_.insert(peer.id);
    turn.send(peer, wire::SendHeaders{});
}

void Announcements::announce(Peer& peer, std::span<const Node* const> nodes, Turn& turn) {
    const Node& tip = *nodes.back();
    if (known_.has_header(peer.id, tip)) return;
    if (peer.wants_headers) {
        if (auto headers = headers_for(peer, nodes)) {
            turn.send(peer, std::move(*headers));
            known_.sent(peer.id, tip);
            return;
        }
    }
    turn.send(peer, wire::Inv{{{wire::InvType::block, hash_cast<RawHash>(tip.hash())}}});
}

std::optional<wire::Headers> Announcements::headers_for(Peer& peer, std::span<const Node* const> nodes) {
    wire::Headers out;
    for (const Node* node : nodes) {
        if (out.headers.empty()) {
            if (known_.has_header(peer.id, *node)) continue;
            if (node->previous() != nullptr && !known_.has_header(peer.id, *node->previous())) return std::nullopt;
        }
        out.headers.push_back(node->header());
    }
    return out;
}

}  // namespace keel::p2p
