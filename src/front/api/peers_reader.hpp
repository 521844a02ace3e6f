// What can be read of the peers. The peer engine lives on its own thread, so answers come through a Reply.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/p2p/stats.hpp"
#include "front/api/reply.hpp"

namespace keel::api {

// Counted by the network layer, headers of messages included.
struct Traffic {
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    // By message type; bytes of unknown types under "*other*". Only types that occurred.
    std::map<std::string, std::uint64_t> sent_by_type;
    std::map<std::string, std::uint64_t> received_by_type;
};

struct Peer {
    p2p::PeerStats stats;
    Traffic traffic;
};

struct PeersState {
    std::vector<Peer> peers;  // ascending by id
    p2p::SyncStats sync;
    std::vector<p2p::AddedNode> added_nodes;
    bool network_active = true;
    std::uint64_t total_sent = 0;  // by all connections since the start, closed ones included
    std::uint64_t total_received = 0;
};

struct ListenAddress {
    std::string address;
    std::uint16_t port = 0;
};

// Fixed while the node runs.
struct NetworkFacts {
    std::int32_t version = 0;  // of this software: 10,000 * major + 100 * minor + patch
    std::int32_t protocol_version = 0;
    std::string user_agent;
    wire::Services services;
    bool relays_txs = true;
    primitives::Amount relay_fee;  // per 1,000 virtual bytes
    primitives::Amount incremental_fee;
    std::vector<ListenAddress> listening;
};

class PeersReader {
public:
    virtual ~PeersReader() = default;

    virtual void peers(Reply<PeersState> reply) const = 0;
    [[nodiscard]] virtual const NetworkFacts& network() const = 0;
};

}  // namespace keel::api
