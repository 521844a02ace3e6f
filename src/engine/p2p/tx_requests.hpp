// Decides from which peer to ask for an announced transaction, and when.
//
// Rules, in order:
//  1. At most one request per transaction is in flight.
//     Why: bandwidth; a second copy buys nothing until the first has failed.
//  2. Preferred peers come first; within a class the choice is uniform.
//     Why: an attacker who announces first must not win the race by speed.
//  3. A peer is never asked twice for the same announcement.
//
// A transaction is named by its wtxid, or by its txid where a peer announces so (an InvEntry's hash and type).
//
// Bounds: kTxAnnouncementsMax per peer; every call O(log n) times the announcements of one transaction. Owned by the
// p2p thread. Deterministic in (calls, now, rng).
#pragma once

#include <map>
#include <set>
#include <vector>

#include "base/rng.hpp"
#include "engine/p2p/timers.hpp"
#include "engine/wire/message_types.hpp"
#include "engine/wire/peer_id.hpp"

namespace keel::p2p {

using wire::PeerId;

// How a transaction was announced: by wtxid or by txid.
struct TxName {
    RawHash hash;
    bool by_txid = false;

    auto operator<=>(const TxName&) const = default;
};

class TxRequests {
public:
    struct Announcement {
        SteadyTime not_before;
        bool preferred = false;
    };
    struct Request {
        PeerId peer;
        TxName name;
    };

    explicit TxRequests(Rng rng) : rng_(std::move(rng)) {}

    // Nothing happens when this peer has announced it before, or has too many announcements.
    void announced(PeerId peer, const TxName& name, const Announcement& announcement);
    // The peer answered, with the transaction or that it does not have it.
    void answered(PeerId peer, const TxName& name);
    // Nobody has to be asked for it any more.
    void settled(const TxName& name);
    void gone(PeerId peer);
    // Requests that became due, each in flight until now + kTxRequestTimeout.
    std::vector<Request> due(SteadyTime now);
    [[nodiscard]] Deadline next_due() const;
    [[nodiscard]] std::size_t in_flight(PeerId peer) const;
    [[nodiscard]] std::size_t count(PeerId peer) const;
    [[nodiscard]] std::size_t size() const { return names_.size(); }
    void check_invariants() const;

private:
    struct Candidate {
        SteadyTime not_before;
        bool preferred = false;
        bool asked = false;
        std::uint64_t rank = 0;  // random; the lowest wins
    };
    struct Name {
        std::map<PeerId, Candidate> candidates;
        std::optional<PeerId> in_flight;
        SteadyTime wake;  // when it is to be looked at: in `timeline_` under this time
    };
    struct PerPeer {
        std::set<TxName> names;
        std::size_t in_flight = 0;
    };
    using Names = std::map<TxName, Name>;

    // Puts it into the timeline for its next event; forgets it when nobody is left to ask.
    void reschedule(Names::iterator at, SteadyTime now);
    void stop_waiting(Name& name);
    void forget(Names::iterator at);
    void drop_candidate(PeerId peer, const TxName& name);
    [[nodiscard]] std::map<PeerId, Candidate>::iterator choose(Name& name, SteadyTime now) const;

    Rng rng_;
    Names names_;
    std::map<PeerId, PerPeer> peers_;
    std::set<std::pair<SteadyTime, TxName>> timeline_;
};

}  // namespace keel::p2p
