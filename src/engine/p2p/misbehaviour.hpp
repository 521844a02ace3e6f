// Which failures are a peer's fault, and which addresses have misbehaved.
//
// A peer that breaks a rule is closed at once and its address discouraged: inbound connections from there are refused
// when slots are scarce, and we do not choose to dial it. Discouragement is cheap for an innocent who shares the
// address, and it ends when the process does. Local addresses are never discouraged: they may all be proxies of ours.
#pragma once

#include <deque>
#include <set>

#include "engine/p2p/peer_table.hpp"

namespace keel::p2p {

// Whether sending this is to be punished. `reject` is what consensus said about the header or block.
bool is_punishable(const Peer& peer, const consensus::Reject& reject);

// Bounds: kDiscouragedMax addresses; the oldest is forgotten first. O(log n).
class Discouraged {
public:
    void add(const wire::NetAddress& address);
    [[nodiscard]] bool contains(const wire::NetAddress& address) const { return addresses_.contains(address); }
    [[nodiscard]] std::size_t size() const { return addresses_.size(); }

private:
    std::set<wire::NetAddress> addresses_;
    std::deque<wire::NetAddress> order_;
};

}  // namespace keel::p2p
