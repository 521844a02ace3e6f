// Nodes that the user wants to be connected to: dialed, kept, and dialed again.
//
// A node of the list is dialed at once and whenever its connection ends. Failures in a row double the delay, from
// kRedialDelayMin to kRedialDelayMax; a connection that lasted kConnectionGood resets it. A one-try node is dialed once
// and then forgotten. A node that turns the v2 transport down is dialed once more, with v1, at once. Bounds:
// kManualNodesMax entries; a connection that is dialed or open has a target kept here.
#pragma once

#include "engine/p2p/stats.hpp"
#include "engine/p2p/timers.hpp"
#include "engine/p2p/turn.hpp"

namespace keel::p2p {

class Dialing {
public:
    // `transport`: what is tried first, unless the user says otherwise.
    explicit Dialing(wire::TransportKind transport) : transport_(transport) {}

    ControlFailure control(const AddNode& command, Turn& turn);
    void connected(const Peer& peer);
    void failed(DialToken token, Turn& turn);
    // Before closed(): the same target again, with the v1 transport.
    void retry_v1(const Peer& peer, Turn& turn);
    void closed(const Peer& peer, Turn& turn);
    // Off: nothing is dialed. On again: everything that is not connected, at once.
    void set_active(bool active, Turn& turn);
    [[nodiscard]] bool is_active() const { return active_; }

    void tick(Turn& turn);
    [[nodiscard]] Deadline next_due() const;
    [[nodiscard]] std::vector<AddedNode> list() const;

private:
    struct Entry {
        std::string target;
        std::optional<DialToken> dialing;  // waiting for net's answer
        std::optional<PeerId> peer;
        SteadyTime due;  // to dial, or to give up waiting; without meaning while connected
        seconds delay{0};
        wire::TransportKind transport = wire::TransportKind::v1;
    };

    DialToken dial(const std::string& target, wire::TransportKind transport, Turn& turn);
    void dial(Entry& entry, Turn& turn);
    void back_off(Entry& entry, SteadyTime now);

    wire::TransportKind transport_;
    bool active_ = true;
    DialToken next_token_{1};
    std::vector<Entry> entries_;
    // Of dials under way and of the connections that came of them: what was dialed.
    std::map<DialToken, std::string> targets_;
};

}  // namespace keel::p2p
