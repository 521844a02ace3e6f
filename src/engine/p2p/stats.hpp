// What can be seen of the peer engine from outside: one record per peer (getpeerinfo) and the state of the sync.
#pragma once

#include "engine/p2p/events.hpp"

namespace keel::p2p {

// Everything getpeerinfo shows that is known here; bytes and socket times are net's.
struct PeerStats {
    PeerId peer;
    ConnectionKind kind = ConnectionKind::inbound;
    wire::Endpoint remote;
    wire::Endpoint local;
    std::optional<wire::Endpoint> local_as_seen;  // our address as the peer reported it
    wire::TransportKind transport = wire::TransportKind::v1;
    std::optional<RawHash> session_id;  // of the v2 transport
    bool handshake_done = false;
    std::int32_t version = 0;  // 0 until the peer sent its own
    std::string user_agent;    // printable characters only
    wire::Services services;
    bool relays_txs = false;  // the peer wants transactions
    std::int32_t start_height = -1;
    std::int64_t time_offset = 0;  // seconds, peer's clock minus ours
    UnixTime connected_at{};
    UnixTime last_send{};
    UnixTime last_receive{};
    UnixTime last_block{};  // a block of this peer that was new and valid so far
    std::optional<microseconds> ping_time;
    std::optional<microseconds> ping_min;
    std::optional<microseconds> ping_wait;  // of the outstanding ping
    std::int32_t presynced_headers = -1;    // height reached in a low-work pre-sync; -1: none runs
    std::int32_t synced_headers = -1;       // height of the best header the peer is known to have
    std::int32_t synced_blocks = -1;        // height of the last block we have in common
    std::vector<std::int32_t> in_flight;    // heights asked from this peer
    std::int64_t fee_filter = 0;            // satoshi per 1,000 bytes
    bool wants_headers = false;             // sendheaders
    bool wants_addrv2 = false;
    bool wtxid_relay = false;
};

struct SyncStats {
    bool initial_download = true;
    const Node* best_header = nullptr;
    std::int32_t presync_height = -1;  // the highest of all peers
    std::size_t blocks_in_flight = 0;
    std::size_t blocks_in_validation = 0;
    std::size_t validation_bytes = 0;
    bool waiting_for_validation = false;  // blocks are not asked for because validation holds too many bytes
    std::size_t peers = 0;
    std::size_t inbound = 0;
    std::size_t presync_peers = 0;
    std::size_t presync_memory = 0;  // bytes
};

struct AddedNode {
    std::string target;
    std::optional<PeerId> peer;  // when connected
};

}  // namespace keel::p2p
