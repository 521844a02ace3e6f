// The connected peers and the facts about each that more than one concern reads. What only one concern needs is kept by
// that concern, under the peer's id.
//
// Iteration is in order of connection (ids grow), so it may reach the output. Bounds: the engine admits at most
// Config::max_inbound inbound peers; outbound ones are asked for by us.
#pragma once

#include <map>

#include "engine/p2p/events.hpp"

namespace keel::p2p {

struct Peer {
    PeerId id;
    ConnectionKind kind = ConnectionKind::inbound;
    wire::Endpoint remote;
    wire::Endpoint local;
    std::optional<DialToken> dial;
    wire::TransportKind transport = wire::TransportKind::v1;
    std::optional<RawHash> session_id;
    SteadyTime connected_steady;
    UnixTime connected_at{};

    // From the handshake; meaningful once their version arrived (version != 0), complete once ready.
    bool ready = false;
    std::int32_t version = 0;
    std::int32_t common_version = 0;
    wire::Services services;
    std::string user_agent;  // sanitized
    bool relays_txs = false;
    std::int32_t start_height = -1;
    std::int64_t time_offset = 0;
    std::optional<wire::Endpoint> local_as_seen;
    bool wtxid_relay = false;
    bool wants_addrv2 = false;

    bool wants_headers = false;
    std::int64_t fee_filter = 0;
    // A manual peer that misbehaved: stays connected, but nothing is asked from it any more.
    bool untrusted = false;
    // A Close was emitted in this turn; the engine forgets the peer at its end.
    bool closing = false;

    UnixTime last_send{};
    UnixTime last_receive{};
    UnixTime last_block{};

    [[nodiscard]] bool inbound() const { return kind == ConnectionKind::inbound; }
    // Chosen by ourselves, and so to be replaced when it is of no use.
    [[nodiscard]] bool chosen_by_us() const {
        return kind == ConnectionKind::outbound_full || kind == ConnectionKind::block_relay;
    }
    [[nodiscard]] bool serves_blocks() const {
        return services.has(wire::Service::network) || services.has(wire::Service::network_limited);
    }
    // BIP159: has recent blocks only.
    [[nodiscard]] bool serves_recent_only() const { return serves_blocks() && !services.has(wire::Service::network); }
    [[nodiscard]] bool serves_witness() const { return services.has(wire::Service::witness); }
    // May be asked for anything at all.
    [[nodiscard]] bool usable() const { return ready && !closing && !untrusted; }
    // Before inbound peers: those could be many connections of one attacker.
    [[nodiscard]] bool preferred() const { return usable() && !inbound() && serves_blocks(); }
};

class PeerTable {
public:
    Peer& add(const PeerConnected& event, Now now);
    void remove(PeerId id) { peers_.erase(id); }
    // Null when unknown.
    [[nodiscard]] Peer* find(PeerId id);
    [[nodiscard]] const Peer* find(PeerId id) const;

    [[nodiscard]] std::size_t size() const { return peers_.size(); }
    [[nodiscard]] std::size_t inbound_count() const;
    [[nodiscard]] std::size_t preferred_count() const;
    // Whether headers and blocks are to be fetched from this peer during the initial download: from preferred peers,
    // and from others only while there are no preferred ones or nothing is on its way.
    [[nodiscard]] bool sync_from(const Peer& peer, bool idle) const;

    [[nodiscard]] auto begin() { return peers_.begin(); }
    [[nodiscard]] auto end() { return peers_.end(); }
    [[nodiscard]] auto begin() const { return peers_.begin(); }
    [[nodiscard]] auto end() const { return peers_.end(); }

private:
    std::map<PeerId, Peer> peers_;
};

}  // namespace keel::p2p
