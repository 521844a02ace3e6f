#include "engine/p2p/dialing.hpp"

#include "engine/p2p/limits.hpp"

namespace keel::p2p {

ControlFailure Dialing::control(const AddNode& command, Turn& turn) {
    if (command.target.empty()) return ControlFailure::empty_target;
    const auto known = std::ranges::find(entries_, command.target, &Entry::target);
    switch (command.mode) {
        case AddNode::Mode::one_try:
            if (active_) dial(command.target, turn);
            return ControlFailure::none;
        case AddNode::Mode::remove:
            if (known == entries_.end()) return ControlFailure::not_added;
            entries_.erase(known);
            return ControlFailure::none;
        case AddNode::Mode::add:
            if (known != entries_.end()) return ControlFailure::already_added;
            if (entries_.size() >= kManualNodesMax) return ControlFailure::too_many_nodes;
            entries_.push_back({.target = command.target, .dialing = {}, .peer = {}, .due = turn.steady()});
            if (active_) dial(entries_.back(), turn);
            return ControlFailure::none;
    }
    return ControlFailure::none;
}

void Dialing::connected(const Peer& peer) {
    if (!peer.dial) return;
    const auto found = std::ranges::find(entries_, peer.dial, &Entry::dialing);
    if (found == entries_.end()) return;
    found->dialing.reset();
    found->peer = peer.id;
}

void Dialing::failed(DialToken token, Turn& turn) {
    const auto found = std::ranges::find(entries_, std::optional(token), &Entry::dialing);
    if (found != entries_.end()) back_off(*found, turn.steady());
}

void Dialing::closed(const Peer& peer, Turn& turn) {
    const auto found = std::ranges::find(entries_, std::optional(peer.id), &Entry::peer);
    if (found == entries_.end()) return;
    if (peer.ready && turn.steady() - peer.connected_steady >= kConnectionGood) found->delay = seconds(0);
    back_off(*found, turn.steady());
}

void Dialing::set_active(bool active, Turn& turn) {
    active_ = active;
    if (!active) return;
    for (Entry& entry : entries_) {
        if (!entry.peer && !entry.dialing) dial(entry, turn);
    }
}

void Dialing::tick(Turn& turn) {
    for (Entry& entry : entries_) {
        if (entry.peer || turn.steady() < entry.due) continue;
        if (entry.dialing) {
            back_off(entry, turn.steady());
        } else if (active_) {
            dial(entry, turn);
        }
    }
}

Deadline Dialing::next_due() const {
    Deadline due;
    for (const Entry& entry : entries_) {
        if (!entry.peer && (active_ || entry.dialing)) due = earlier(due, entry.due);
    }
    return due;
}

std::vector<AddedNode> Dialing::list() const {
    std::vector<AddedNode> out;
    out.reserve(entries_.size());
    for (const Entry& entry : entries_)
        out.push_back({entry.target, entry.peer});
    return out;
}

DialToken Dialing::dial(const std::string& target, Turn& turn) {
    const DialToken token = next_token_;
    ++next_token_;
    turn.push(Dial{token, ConnectionKind::manual, target});
    return token;
}

void Dialing::dial(Entry& entry, Turn& turn) {
    entry.dialing = dial(entry.target, turn);
    entry.due = turn.steady() + kDialTimeout;
}

void Dialing::back_off(Entry& entry, SteadyTime now) {
    entry.dialing.reset();
    entry.peer.reset();
    entry.delay = std::clamp(entry.delay * 2, kRedialDelayMin, kRedialDelayMax);
    entry.due = now + entry.delay;
}

}  // namespace keel::p2p
