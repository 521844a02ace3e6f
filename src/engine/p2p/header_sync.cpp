#include "engine/p2p/header_sync.hpp"

#include "engine/headers/accept_header.hpp"
#include "engine/p2p/misbehaviour.hpp"
#include "rules/consensus/pow.hpp"

namespace keel::p2p {

using primitives::Header;

namespace {

// A deadline that was missed without consequence is looked at again after this time.
constexpr seconds kDeadlineRecheck{10};

}  // namespace

HeaderSync::HeaderSync(Parts parts, PresyncSettings settings, Rng rng)
    : chain_(parts.chain), peers_(parts.peers), known_(parts.known), settings_(settings), rng_(std::move(rng)) {}

const Node* HeaderSync::on_headers(Peer& peer, std::span<const Header> headers, Turn& turn) {
    if (chain_.importing()) return nullptr;
    State& state = states_[peer.id];
    if (headers.empty()) {
        on_nothing(peer, state, turn);
        return nullptr;
    }
    std::vector<BlockHash> hashes;
    hashes.reserve(headers.size());
    for (const Header& header : headers)
        hashes.push_back(header.hash());
    const Page page{headers, hashes, headers.size() >= wire::kMaxHeaders};
    if (!has_work_and_continuity(peer, page, turn)) return nullptr;

    const auto ready = continue_presync(peer, page, turn);
    if (ready && ready->empty()) return nullptr;
    const std::span<const Header> to_accept = ready ? std::span<const Header>(*ready) : headers;

    const Node* parent = chain_.find(to_accept.front().previous);
    if (parent == nullptr) {
        on_unconnected(peer, page, turn);
        return nullptr;
    }
    state.asked.reset();
    if (!ready && !is_known_good(hashes.back()) && work_of(*parent, page) < chain_.anti_dos_work()) {
        begin_presync(peer, *parent, page, turn);
        return nullptr;
    }
    const Node* last = accept(peer, to_accept, turn);
    if (last == nullptr) return nullptr;
    known_.announced(peer.id, last->hash());
    if (page.full) {
        if (!state.presync) request(peer, *last, turn);
    } else {
        exhausted(state, turn);
        judge_work(peer, known_.best(peer.id)->chain_work(), turn);
    }
    return last;
}

void HeaderSync::on_unknown_block(Peer& peer, const BlockHash& hash, Turn& turn) {
    if (chain_.importing()) return;
    State& state = states_[peer.id];
    // Before the initial sync: one more peer per new block, in case the chosen one does not answer.
    const bool as_reserve = !state.started && !state.asked_after_inv && hash != last_inv_;
    if (!state.started && !as_reserve) return;
    request(peer, chain_.best_header(), turn);
    if (as_reserve) {
        state.asked_after_inv = true;
        last_inv_ = hash;
    }
}

bool HeaderSync::request(Peer& peer, const Node& from, Turn& turn) {
    return request(peer, headers::locator(from), turn);
}

void HeaderSync::start(bool idle, Turn& turn) {
    if (chain_.importing()) return;
    const bool near_tip = chain_.headers_near_tip(turn.now().unix);
    std::size_t count = syncing_count();
    if (count > 0 && !near_tip) return;
    for (auto& [id, peer] : peers_) {
        if (!peer.usable() || !peer.serves_blocks() || started(id)) continue;
        const bool chosen = count == 0 && peers_.sync_from(peer, idle);
        if (!chosen && !near_tip) continue;
        const Node& best = chain_.best_header();
        // From the parent of our best header, so that a peer with the same chain answers with something.
        if (!request(peer, best.previous() != nullptr ? *best.previous() : best, turn)) continue;
        State& state = states_[id];
        state.started = true;
        const auto age = std::max<seconds>(turn.now().unix - time_of(best), seconds(0));
        state.deadline = turn.steady() + kHeadersTimeoutBase + kHeadersTimeoutPerHeader * (age / chain_.spacing());
        ++count;
    }
}

void HeaderSync::tick(Turn& turn) {
    for (auto& [id, state] : states_) {
        if (state.rests_until && turn.steady() >= *state.rests_until) {
            state.rests_until.reset();
            state.started = false;
        }
        Peer* peer = peers_.find(id);
        if (!state.deadline || peer == nullptr || turn.steady() < *state.deadline) continue;
        if (chain_.headers_near_tip(turn.now().unix)) {
            state.deadline.reset();
            continue;
        }
        const std::size_t others = peers_.preferred_count() - (peer->preferred() ? 1 : 0);
        if (syncing_count() == 1 && others > 0) {
            turn.close(*peer, CloseReason::headers_timeout);
        } else {
            state.deadline = turn.steady() + kDeadlineRecheck;
        }
    }
}

Deadline HeaderSync::next_due() const {
    Deadline due;
    for (const auto& [id, state] : states_)
        due = earlier(due, state.deadline);
    return due;
}

bool HeaderSync::started(PeerId peer) const {
    const auto found = states_.find(peer);
    return found != states_.end() && found->second.started;
}

std::optional<primitives::Height> HeaderSync::presync_height(PeerId peer) const {
    const auto found = states_.find(peer);
    if (found == states_.end() || !found->second.presync) return std::nullopt;
    return found->second.presync->presync_height();
}

std::size_t HeaderSync::presync_memory() const {
    std::size_t bytes = 0;
    for (const auto& [id, state] : states_)
        bytes += state.presync ? state.presync->memory() : 0;
    return bytes;
}

std::size_t HeaderSync::presync_count() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(states_, [](const auto& entry) { return entry.second.presync.has_value(); }));
}

bool HeaderSync::request(Peer& peer, std::vector<BlockHash> locator, Turn& turn) {
    State& state = states_[peer.id];
    if (state.asked && turn.steady() - *state.asked <= kHeadersResponseTime) return false;
    state.asked = turn.steady();
    turn.send(peer, wire::GetHeaders{.locator = std::move(locator), .stop = {}});
    return true;
}

bool HeaderSync::has_work_and_continuity(Peer& peer, const Page& page, Turn& turn) const {
    const U256& limit = chain_.params().pow.limit;
    for (std::size_t i = 0; i < page.headers.size(); ++i) {
        if (!consensus::check_proof_of_work(page.hashes[i], page.headers[i].bits, limit)) {
            turn.misbehaved(peer, "header without proof of work");
            return false;
        }
        if (i > 0 && page.headers[i].previous != page.hashes[i - 1]) {
            turn.misbehaved(peer, "headers that do not follow each other");
            return false;
        }
    }
    return true;
}

std::optional<std::vector<Header>> HeaderSync::continue_presync(Peer& peer, const Page& page, Turn& turn) {
    State& state = states_[peer.id];
    if (!state.presync) return std::nullopt;
    LowWorkPresync::Step step = state.presync->process({page.headers, page.hashes, page.full});
    if (step.ok) state.asked.reset();
    if (step.request_more) {
        request(peer, state.presync->locator(), turn);
    } else {
        log(turn.logger(), LogCategory::headers, LogLevel::debug, "peer ", peer.id, ": pre-sync ended at height ",
            state.presync->presync_height(), step.ok ? "" : ", its pages do not fit together");
        state.presync.reset();
        if (step.ready.empty()) exhausted(state, turn);
    }
    if (!step.ok) return std::nullopt;
    return std::move(step.ready);
}

void HeaderSync::on_nothing(Peer& peer, State& state, Turn& turn) {
    state.presync.reset();  // it may have moved to our chain
    state.asked.reset();
    const bool behind = &chain_.tip() != &chain_.best_header() && known_.best(peer.id) == nullptr;
    if (behind && state.started && !std::exchange(state.asked_from_tip, true)) {
        request(peer, chain_.tip(), turn);
        return;
    }
    exhausted(state, turn);
}

void HeaderSync::on_unconnected(Peer& peer, const Page& page, Turn& turn) {
    request(peer, chain_.best_header(), turn);
    known_.announced(peer.id, page.hashes.back());
}

bool HeaderSync::is_known_good(const BlockHash& last) const {
    const Node* node = chain_.find(last);
    return node != nullptr && (chain_.best_header().has_ancestor(*node) || chain_.is_active(*node));
}

consensus::ChainWork HeaderSync::work_of(const Node& parent, const Page& page) {
    consensus::ChainWork work = parent.chain_work();
    for (const Header& header : page.headers)
        work += consensus::block_work(header.bits);
    return work;
}

void HeaderSync::begin_presync(Peer& peer, const Node& parent, const Page& page, Turn& turn) {
    // A page that is not full is all there is: too little work, and no more to come.
    if (!page.full) {
        exhausted(states_[peer.id], turn);
        judge_work(peer, work_of(parent, page), turn);
        return;
    }
    if (!peer.preferred() && presync_count() >= kPresyncPeersMax) return;
    const LowWorkPresync::Goal goal{chain_.params(), parent, chain_.anti_dos_work(), turn.now().unix};
    states_[peer.id].presync.emplace(goal, settings_, rng_);
    log(turn.logger(), LogCategory::headers, LogLevel::debug, "peer ", peer.id, ": pre-sync starts at height ",
        parent.height());
    continue_presync(peer, page, turn);
}

const Node* HeaderSync::accept(Peer& peer, std::span<const Header> headers, Turn& turn) {
    const Node* last = nullptr;
    for (const Header& header : headers) {
        const auto accepted = headers::accept_header(chain_.tree(), header, chain_.params(), turn.now().unix);
        if (!accepted) {
            log(turn.logger(), LogCategory::headers, LogLevel::debug, "peer ", peer.id, ": header refused, ",
                accepted.error().text());
            if (is_punishable(peer, accepted.error())) turn.misbehaved(peer, accepted.error().text());
            return nullptr;
        }
        last = accepted->node;
    }
    return last;
}

void HeaderSync::exhausted(State& state, Turn& turn) const {
    if (!state.is_syncing() || chain_.headers_near_tip(turn.now().unix)) return;
    state.rests_until = turn.steady() + kHeadersRest;
    state.deadline.reset();
}

void HeaderSync::judge_work(Peer& peer, const consensus::ChainWork& work, Turn& turn) const {
    const bool useless = chain_.is_initial_download() && work < chain_.minimum_work();
    if (useless && peer.chosen_by_us()) turn.close(peer, CloseReason::little_work);
}

std::size_t HeaderSync::syncing_count() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(states_, [](const auto& entry) { return entry.second.is_syncing(); }));
}

}  // namespace keel::p2p
