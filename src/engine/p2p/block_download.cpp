#include "engine/p2p/block_download.hpp"

#include "base/assert.hpp"

namespace keel::p2p {

using primitives::Height;

namespace {

// Headers looked at in one go; finding the first of them costs about as much as walking this far.
constexpr std::int32_t kWalkStep = 128;

wire::InvEntry block_request(const Node& node) {
    return {wire::InvType::witness_block, hash_cast<RawHash>(node.hash())};
}

// The ancestors of `best` at these heights, lowest first.
std::vector<const Node*> nodes_between(const Node& best, Height first, Height last) {
    std::vector<const Node*> nodes(static_cast<std::size_t>(last - first + 1));
    const Node* node = best.ancestor(last);
    for (std::size_t i = nodes.size(); i-- > 0; node = node->previous())
        nodes[i] = node;
    return nodes;
}

}  // namespace

BlockDownload::BlockDownload(Parts parts, std::size_t validation_bytes)
    : chain_(parts.chain), peers_(parts.peers), known_(parts.known), credit_(validation_bytes) {}

void BlockDownload::fetch(Turn& turn, std::optional<PeerId> first) {
    waits_for_credit_ = false;
    next_take_over_.reset();
    if (chain_.importing()) return;
    if (first) {
        if (Peer* peer = peers_.find(*first); peer != nullptr) fetch_from(*peer, turn);
    }
    for (auto& [id, peer] : peers_) {
        if (id != first) fetch_from(peer, turn);
    }
}

bool BlockDownload::arrived(Peer& peer, const Node& node, std::size_t bytes, Turn& turn) {
    credit_.arrived(bytes);
    states_[peer.id].stalling.reset();
    const bool requested = is_requested(node);
    if (requested) release(node, turn.steady());
    return requested;
}

void BlockDownload::refused(const Peer& peer, const Node& node, Turn& turn) {
    const auto found = flights_.find(node.id());
    if (found != flights_.end() && found->second.peer == peer.id) release(node, turn.steady());
}

void BlockDownload::settled(const Node& node) {
    const auto found = flights_.find(node.id());
    if (found != flights_.end()) release(node, found->second.asked);
}

void BlockDownload::connected() {
    stall_timeout_ = std::max(seconds(stall_timeout_.count() * 85 / 100), kStallTimeoutMin);
}

void BlockDownload::tick(Turn& turn) {
    for (auto& [id, state] : states_) {
        Peer* peer = peers_.find(id);
        if (peer == nullptr || peer->closing) continue;
        if (state.stalling && turn.steady() >= *state.stalling + stall_timeout_) {
            turn.close(*peer, CloseReason::block_stalling);
            stall_timeout_ = std::min(stall_timeout_ * 2, kStallTimeoutMax);
        } else if (!state.asked.empty() && turn.steady() >= state.since + timeout_of_oldest()) {
            turn.close(*peer, CloseReason::block_timeout);
        }
    }
}

Deadline BlockDownload::next_due() const {
    Deadline due;
    for (const auto& [id, state] : states_) {
        if (state.stalling) due = earlier(due, *state.stalling + stall_timeout_);
        if (!state.asked.empty()) due = earlier(due, state.since + timeout_of_oldest());
    }
    return earlier(due, next_take_over_);
}

void BlockDownload::forget(PeerId peer) {
    const auto found = states_.find(peer);
    if (found == states_.end()) return;
    for (const Node* node : std::vector(found->second.asked))
        release(*node, found->second.since);
    states_.erase(found);
}

void BlockDownload::fill(PeerStats& stats) const {
    const auto found = states_.find(stats.peer);
    if (found == states_.end()) return;
    for (const Node* node : found->second.asked)
        stats.in_flight.push_back(node->height().value());
    if (found->second.common != nullptr) stats.synced_blocks = found->second.common->height().value();
}

void BlockDownload::check_invariants() const {
    std::size_t count = 0;
    std::size_t reserved = 0;
    std::size_t delivering = 0;
    for (const auto& [id, state] : states_) {
        KEEL_ASSERT(peers_.find(id) != nullptr);
        KEEL_ASSERT(state.asked.size() <= kBlocksInFlightPerPeer);
        for (const Node* node : state.asked) {
            const auto found = flights_.find(node->id());
            KEEL_ASSERT(found != flights_.end() && found->second.peer == id);
            reserved += found->second.reserved;
        }
        count += state.asked.size();
        if (!state.asked.empty()) ++delivering;
    }
    KEEL_ASSERT(count == flights_.size());
    KEEL_ASSERT(reserved == credit_.reserved());
    KEEL_ASSERT(delivering == delivering_);
    KEEL_ASSERT(stall_timeout_ >= kStallTimeoutMin && stall_timeout_ <= kStallTimeoutMax);
}

bool BlockDownload::may_fetch_from(const Peer& peer, Turn& turn) const {
    if (!peer.usable()) return false;
    if (chain_.can_direct_fetch(turn.now().unix)) return true;
    if (!chain_.is_initial_download()) return peer.serves_blocks();
    return !peer.serves_recent_only() && peers_.sync_from(peer, idle());
}

void BlockDownload::fetch_from(Peer& peer, Turn& turn) {
    if (!may_fetch_from(peer, turn)) return;
    State& state = states_[peer.id];
    if (state.asked.size() > kRefillBelow) return;
    const Node* best = known_.best(peer.id);
    if (best == nullptr || !is_worth_following(*best)) return;

    const Plan found = plan(peer, state, *best, kBlocksInFlightPerPeer - state.asked.size());
    ask(peer, state, found.wanted, turn);
    if (!state.asked.empty() || !found.wanted.empty()) return;
    blame_for_stall(peer, found, turn);
    take_over(peer, state, found, turn);
}

bool BlockDownload::is_worth_following(const Node& best) const {
    return best.chain_work() >= chain_.tip().chain_work() && best.chain_work() >= chain_.minimum_work();
}

BlockDownload::Plan BlockDownload::plan(const Peer& peer, State& state, const Node& best, std::size_t count) const {
    const Node& fork = *headers::fork_point(best, chain_.tip());
    move_common(state, best, fork);
    const bool extends_tip = &fork == &chain_.tip();
    const Height base = extends_tip ? chain_.tip().height() : state.common->height();
    const Reach reach{.lowest = peer.serves_recent_only() ? best.height() - (kLimitedPeerBlocks - 2) : Height(0),
                      .window_end = base + kDownloadWindow,
                      .needs_legacy = !peer.serves_witness()};
    Plan plan;
    plan.validation_waits = !extends_tip;
    // One beyond the window, to see whether only the window holds us back.
    const Height last = std::min(best.height(), reach.window_end + 1);
    bool complete = true;
    bool more = true;
    for (Height from = state.common->height() + 1; more && from <= last; from = from + kWalkStep) {
        for (const Node* node : nodes_between(best, from, std::min(from + (kWalkStep - 1), last))) {
            if (is_there(*node) || node->height() <= fork.height()) {
                complete = complete && node->chain_tx_count() != 0;
                if (complete) state.common = node;
                continue;
            }
            complete = false;
            more = consider(*node, reach, plan) && plan.wanted.size() < count;
            if (!more) break;
        }
    }
    return plan;
}

bool BlockDownload::consider(const Node& node, const Reach& reach, Plan& plan) const {
    if (node.is_failed()) return false;
    if (reach.needs_legacy && chain_.segwit_active(node.height())) return false;
    if (is_requested(node)) {
        if (plan.wanted.empty() && plan.blocked_by == nullptr) {
            plan.blocked_by = &node;
            plan.validation_waits = plan.validation_waits || node.previous() == &chain_.tip();
        }
        return true;
    }
    if (node.height() > reach.window_end) {
        plan.window_full = true;
        return false;
    }
    if (node.height() > reach.lowest || reach.lowest == Height(0)) plan.wanted.push_back(&node);
    return true;
}

bool BlockDownload::is_there(const Node& node) const {
    return node.is(headers::Mark::has_data) || credit_.holds(node.hash());
}

void BlockDownload::move_common(State& state, const Node& best, const Node& fork) const {
    const bool lost = state.common == nullptr || !best.has_ancestor(*state.common);
    if (lost || fork.chain_work() > state.common->chain_work()) state.common = &fork;
}

void BlockDownload::ask(Peer& peer, State& state, std::span<const Node* const> nodes, Turn& turn) {
    wire::GetData request;
    for (const Node* node : nodes) {
        const std::size_t reserved = credit_.offer();
        if (reserved == 0) {
            waits_for_credit_ = true;
            break;
        }
        credit_.reserve(reserved);
        flights_.emplace(node->id(), Flight{.peer = peer.id, .asked = turn.steady(), .reserved = reserved});
        if (state.asked.empty()) {
            state.since = turn.steady();
            ++delivering_;
        }
        state.asked.push_back(node);
        request.entries.push_back(block_request(*node));
    }
    if (!request.entries.empty()) turn.send(peer, std::move(request));
}

void BlockDownload::blame_for_stall(const Peer& peer, const Plan& plan, Turn& turn) {
    if (!plan.window_full || plan.blocked_by == nullptr || !plan.validation_waits) return;
    const PeerId culprit = flights_.at(plan.blocked_by->id()).peer;
    if (culprit == peer.id) return;
    State& state = states_.at(culprit);
    if (!state.stalling) state.stalling = turn.steady();
}

void BlockDownload::take_over(Peer& peer, State& state, const Plan& plan, Turn& turn) {
    if (plan.blocked_by == nullptr) return;
    Flight flight = flights_.at(plan.blocked_by->id());
    const bool relieved = std::ranges::find(flight.relieved, peer.id) != flight.relieved.end();
    if (flight.peer == peer.id || relieved) return;
    const SteadyTime due = flight.asked + kReassignAfter;
    if (turn.steady() < due) {
        next_take_over_ = earlier(next_take_over_, due);
        return;
    }
    log(turn.logger(), LogCategory::p2p, LogLevel::debug, "peer ", peer.id, " takes block ", plan.blocked_by->height(),
        " over from slow peer ", flight.peer);
    release(*plan.blocked_by, turn.steady());
    ask(peer, state, std::array{plan.blocked_by}, turn);
    if (const auto found = flights_.find(plan.blocked_by->id()); found != flights_.end()) {
        flight.relieved.push_back(flight.peer);
        found->second.relieved = std::move(flight.relieved);
    }
}

void BlockDownload::release(const Node& node, SteadyTime now) {
    const auto found = flights_.find(node.id());
    KEEL_ASSERT(found != flights_.end());
    State& state = states_.at(found->second.peer);
    if (state.asked.front() == &node) state.since = std::max(state.since, now);
    std::erase(state.asked, &node);
    if (state.asked.empty()) --delivering_;
    state.stalling.reset();
    credit_.release(found->second.reserved);
    flights_.erase(found);
}

microseconds BlockDownload::timeout_of_oldest() const {
    const std::size_t others = delivering_ - 1;
    return microseconds(chain_.spacing()) * static_cast<std::int64_t>(2 + others) / 2;
}

}  // namespace keel::p2p
