#include "engine/p2p/lagging_peers.hpp"

namespace keel::p2p {

void LaggingPeers::check(PeerTable& peers, Turn& turn) {
    for (auto& [id, peer] : peers) {
        if (peer.usable() && peer.chosen_by_us() && sync_.started(id)) check(peer, states_[id], turn);
    }
}

Deadline LaggingPeers::next_due() const {
    Deadline due;
    for (const auto& [id, state] : states_)
        due = earlier(due, state.deadline);
    return due;
}

bool LaggingPeers::is_protected(PeerId peer) const {
    const auto found = states_.find(peer);
    return found != states_.end() && found->second.exempt;
}

void LaggingPeers::check(Peer& peer, State& state, Turn& turn) {
    if (state.exempt) return;
    const Node* best = known_.best(peer.id);
    const bool caught_up = best != nullptr && best->chain_work() >= chain_.tip().chain_work();
    if (caught_up) {
        state = {};
        state.exempt = peer.kind == ConnectionKind::outbound_full && protected_count() < kProtectedOutboundMax;
        return;
    }
    const bool reached_goal =
        state.goal != nullptr && best != nullptr && best->chain_work() >= state.goal->chain_work();
    if (!state.deadline || reached_goal) {
        state = {.deadline = turn.steady() + kChainSyncTimeout, .goal = &chain_.tip()};
        return;
    }
    if (turn.steady() < *state.deadline) return;
    if (state.last_chance) {
        state.deadline.reset();
        turn.close(peer, CloseReason::old_chain);
        return;
    }
    const Node* below = state.goal->previous();
    sync_.request(peer, below != nullptr ? *below : *state.goal, turn);
    state.last_chance = true;
    state.deadline = turn.steady() + kHeadersResponseTime;
}

std::size_t LaggingPeers::protected_count() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(states_, [](const auto& entry) { return entry.second.exempt; }));
}

}  // namespace keel::p2p
