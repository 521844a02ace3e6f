#include "engine/p2p/tx_requests.hpp"

#include "base/assert.hpp"
#include "engine/p2p/tx_limits.hpp"

namespace keel::p2p {

void TxRequests::announced(PeerId peer, const TxName& name, const Announcement& announcement) {
    PerPeer& own = peers_[peer];
    if (own.names.size() >= kTxAnnouncementsMax || !own.names.insert(name).second) return;
    const auto [at, fresh] = names_.try_emplace(name);
    at->second.candidates.emplace(peer, Candidate{announcement.not_before, announcement.preferred, false, rng_.next()});
    if (fresh) {
        at->second.wake = announcement.not_before;
        timeline_.emplace(at->second.wake, name);
    } else if (!at->second.in_flight) {
        reschedule(at, SteadyTime::min());
    }
}

void TxRequests::answered(PeerId peer, const TxName& name) {
    const auto at = names_.find(name);
    if (at == names_.end() || !at->second.candidates.contains(peer)) return;
    drop_candidate(peer, name);
}

void TxRequests::settled(const TxName& name) {
    if (const auto at = names_.find(name); at != names_.end()) forget(at);
}

void TxRequests::gone(PeerId peer) {
    const auto own = peers_.find(peer);
    if (own == peers_.end()) return;
    const std::set<TxName> names = own->second.names;
    for (const TxName& name : names)
        drop_candidate(peer, name);
    peers_.erase(peer);
}

std::vector<TxRequests::Request> TxRequests::due(SteadyTime now) {
    std::vector<Request> out;
    while (!timeline_.empty() && timeline_.begin()->first <= now) {
        const auto at = names_.find(timeline_.begin()->second);
        Name& name = at->second;
        if (name.in_flight) {  // it has not answered in time
            const PeerId late = *name.in_flight;
            drop_candidate(late, TxName(at->first));
            continue;
        }
        const auto chosen = choose(name, now);
        KEEL_ASSERT(chosen != name.candidates.end());
        chosen->second.asked = true;
        name.in_flight = chosen->first;
        ++peers_[chosen->first].in_flight;
        out.push_back({chosen->first, at->first});
        reschedule(at, now);
    }
    return out;
}

Deadline TxRequests::next_due() const { return timeline_.empty() ? Deadline() : Deadline(timeline_.begin()->first); }

std::size_t TxRequests::in_flight(PeerId peer) const {
    const auto own = peers_.find(peer);
    return own == peers_.end() ? 0 : own->second.in_flight;
}

std::size_t TxRequests::count(PeerId peer) const {
    const auto own = peers_.find(peer);
    return own == peers_.end() ? 0 : own->second.names.size();
}

std::map<PeerId, TxRequests::Candidate>::iterator TxRequests::choose(Name& name, SteadyTime now) const {
    auto best = name.candidates.end();
    for (auto it = name.candidates.begin(); it != name.candidates.end(); ++it) {
        const Candidate& candidate = it->second;
        if (candidate.asked || candidate.not_before > now) continue;
        const bool better = best == name.candidates.end() || candidate.preferred > best->second.preferred ||
                            (candidate.preferred == best->second.preferred && candidate.rank < best->second.rank);
        if (better) best = it;
    }
    return best;
}

void TxRequests::reschedule(Names::iterator at, SteadyTime now) {
    Name& name = at->second;
    timeline_.erase({name.wake, at->first});
    if (name.in_flight) {
        name.wake = now + kTxRequestTimeout;
        timeline_.emplace(name.wake, at->first);
        return;
    }
    Deadline next;
    for (const auto& [peer, candidate] : name.candidates) {
        if (!candidate.asked) next = earlier(next, candidate.not_before);
    }
    if (!next) {
        forget(at);
        return;
    }
    name.wake = *next;
    timeline_.emplace(name.wake, at->first);
}

void TxRequests::stop_waiting(Name& name) {
    if (!name.in_flight) return;
    --peers_[*name.in_flight].in_flight;
    name.in_flight.reset();
}

void TxRequests::forget(Names::iterator at) {
    stop_waiting(at->second);
    timeline_.erase({at->second.wake, at->first});
    for (const auto& [peer, candidate] : at->second.candidates)
        peers_[peer].names.erase(at->first);
    names_.erase(at);
}

void TxRequests::drop_candidate(PeerId peer, const TxName& name) {
    const auto at = names_.find(name);
    if (at->second.in_flight == peer) stop_waiting(at->second);
    at->second.candidates.erase(peer);
    peers_[peer].names.erase(name);
    if (!at->second.in_flight) reschedule(at, SteadyTime::min());
}

void TxRequests::check_invariants() const {
    KEEL_ASSERT(timeline_.size() == names_.size());
    std::map<PeerId, std::size_t> flying;
    for (const auto& [key, name] : names_) {
        KEEL_ASSERT(timeline_.contains({name.wake, key}) && !name.candidates.empty());
        if (name.in_flight) {
            KEEL_ASSERT(name.candidates.at(*name.in_flight).asked);
            ++flying[*name.in_flight];
        }
        for (const auto& [peer, candidate] : name.candidates)
            KEEL_ASSERT(peers_.at(peer).names.contains(key));
    }
    for (const auto& [peer, own] : peers_) {
        KEEL_ASSERT(own.names.size() <= kTxAnnouncementsMax && own.in_flight == flying[peer]);
    }
}

}  // namespace keel::p2p
