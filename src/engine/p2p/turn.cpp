#include "engine/p2p/turn.hpp"

namespace keel::p2p {

void Turn::send(Peer& peer, wire::Message message) {
    if (peer.closing) return;
    peer.last_send = now_.unix;
    push(Send{peer.id, std::move(message)});
}

void Turn::close(Peer& peer, CloseReason reason, std::string_view detail) {
    if (peer.closing) return;
    peer.closing = true;
    push(Close{peer.id, reason});
    closed_.push_back({peer.id, reason});
    log(logger_, LogCategory::p2p, LogLevel::debug, "peer ", peer.id, ": closing, ", to_string(reason),
        detail.empty() ? "" : ": ", detail);
}

void Turn::misbehaved(Peer& peer, std::string_view what) {
    if (peer.kind == ConnectionKind::manual) {
        peer.untrusted = true;
        log(logger_, LogCategory::p2p, LogLevel::warning, "peer ", peer.id,
            ": not punishing a manually added node that misbehaved: ", what);
        return;
    }
    close(peer, CloseReason::misbehaved, what);
}

}  // namespace keel::p2p
