#include "engine/p2p/dialing.hpp"

#include "engine/p2p/limits.hpp"

namespace keel::p2p {

ControlFailure Dialing::control(const AddNode& command, Turn& turn) {
    if (command.target.empty()) return ControlFailure::empty_target;
    const auto known = std::ranges::find(entries_, command.target, &Entry::target);
    const wire::TransportKind chosen =
        command.use_v2.value_or(false) ? wire::TransportKind::v2 : wire::TransportKind::v1;
    const wire::TransportKind transport = command.use_v2 ? chosen : transport_;
    switch (command.mode) {
        case AddNode::Mode::one_try:
            if (active_) dial(command.target, transport, turn);
            return ControlFailure::none;
        case AddNode::Mode::remove:
            if (known == entries_.end()) return ControlFailure::not_added;
            entries_.erase(known);
            return ControlFailure::none;
        case AddNode::Mode::add:
            if (known != entries_.end()) return ControlFailure::already_added;
            if (entries_.size() >= kManualNodesMax) return ControlFailure::too_many_nodes;
            entries_.push_back(
                {.target = command.target, .dialing = {}, .peer = {}, .due = turn.steady(), .transport = transport});
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

void Dialing::retry_v1(const Peer& peer, Turn& turn) {
    const auto target = peer.dial ? targets_.find(*peer.dial) : targets_.end();
    if (!active_ || target == targets_.end()) return;
    log(turn.logger(), LogCategory::net, LogLevel::debug, "retrying with v1 transport protocol for peer=", peer.id);
    const DialToken token = dial(target->second, wire::TransportKind::v1, turn);
    const auto entry = std::ranges::find(entries_, std::optional(peer.id), &Entry::peer);
    if (entry == entries_.end()) return;
    entry->peer.reset();
    entry->dialing = token;
    entry->due = turn.steady() + kDialTimeout;
}

void Dialing::failed(DialToken token, Turn& turn) {
    targets_.erase(token);
    const auto found = std::ranges::find(entries_, std::optional(token), &Entry::dialing);
    if (found != entries_.end()) back_off(*found, turn.steady());
}

void Dialing::closed(const Peer& peer, Turn& turn) {
    if (peer.dial) targets_.erase(*peer.dial);
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

DialToken Dialing::dial(const std::string& target, wire::TransportKind transport, Turn& turn) {
    const DialToken token = next_token_;
    ++next_token_;
    targets_.emplace(token, target);
    turn.push(Dial{token, ConnectionKind::manual, target, transport});
    return token;
}

void Dialing::dial(Entry& entry, Turn& turn) {
    entry.dialing = dial(entry.target, entry.transport, turn);
    entry.due = turn.steady() + kDialTimeout;
}

void Dialing::back_off(Entry& entry, SteadyTime now) {
    if (entry.dialing) targets_.erase(*entry.dialing);
    entry.dialing.reset();
    entry.peer.reset();
    entry.delay = std::clamp(entry.delay * 2, kRedialDelayMin, kRedialDelayMax);
    entry.due = now + entry.delay;
}

}  // namespace keel::p2p
