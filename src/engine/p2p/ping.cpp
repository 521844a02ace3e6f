#include "engine/p2p/ping.hpp"

#include "engine/p2p/limits.hpp"

namespace keel::p2p {

SteadyTime PingKeeper::State::due() const { return sent + (nonce != 0 ? kPingTimeout : kPingInterval); }

void PingKeeper::ready(Peer& peer, Turn& turn) {
    if (peer.common_version < wire::kPingNonceVersion) return;
    send_ping(peer, states_[peer.id], turn);
}

void PingKeeper::on_ping(Peer& peer, const wire::Ping& ping, Turn& turn) {
    if (peer.common_version >= wire::kPingNonceVersion) turn.send(peer, wire::Pong{ping.nonce});
}

void PingKeeper::on_pong(Peer& peer, const wire::Pong& pong, Turn& turn) {
    const auto found = states_.find(peer.id);
    if (found == states_.end() || found->second.nonce == 0) return;
    State& state = found->second;
    if (pong.nonce == state.nonce) {
        const microseconds took = turn.steady() - state.sent;
        state.last = took;
        state.best = state.best ? std::min(*state.best, took) : took;
        state.nonce = 0;
    } else if (pong.nonce == 0) {
        state.nonce = 0;  // most likely a bug in another implementation: forget the ping, measure nothing
    }
}

void PingKeeper::ping_all(PeerTable& peers, Turn& turn) {
    for (auto& [id, state] : states_) {
        if (Peer* peer = peers.find(id); peer != nullptr && state.nonce == 0) send_ping(*peer, state, turn);
    }
}

void PingKeeper::tick(PeerTable& peers, Turn& turn) {
    for (auto& [id, state] : states_) {
        Peer* peer = peers.find(id);
        if (peer == nullptr || turn.steady() < state.due()) continue;
        if (state.nonce != 0) {
            turn.close(*peer, CloseReason::ping_timeout);
        } else {
            send_ping(*peer, state, turn);
        }
    }
}

Deadline PingKeeper::next_due() const {
    Deadline due;
    for (const auto& [id, state] : states_)
        due = earlier(due, state.due());
    return due;
}

void PingKeeper::fill(PeerStats& stats, Now now) const {
    const auto found = states_.find(stats.peer);
    if (found == states_.end()) return;
    stats.ping_time = found->second.last;
    stats.ping_min = found->second.best;
    if (found->second.nonce != 0) stats.ping_wait = now.steady - found->second.sent;
}

void PingKeeper::send_ping(Peer& peer, State& state, Turn& turn) {
    do {
        state.nonce = rng_.next();
    } while (state.nonce == 0);
    state.sent = turn.steady();
    turn.send(peer, wire::Ping{state.nonce});
}

}  // namespace keel::p2p
