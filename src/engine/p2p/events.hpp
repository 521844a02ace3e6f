// What the peer engine is told. Plain values that cross threads by being moved through a mailbox.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "engine/headers/tree.hpp"
#include "engine/mempool/results.hpp"
#include "engine/wire/messages.hpp"
#include "engine/wire/peer_id.hpp"
#include "engine/wire/transport.hpp"
#include "rules/consensus/rule.hpp"

namespace keel::p2p {

using headers::Node;
using primitives::BlockHash;
using wire::PeerId;

enum class ConnectionKind : std::uint8_t {
    inbound,
    outbound_full,  // chosen by us; relays everything
    block_relay,    // chosen by us; blocks only, so that its link is hard to infer
    manual,         // asked for by the user: never punished
    feeler,         // only to see whether somebody answers
};
// "inbound", "outbound-full-relay", "block-relay-only", "manual", "feeler", as getpeerinfo names them.
std::string_view to_string(ConnectionKind kind);

// Ties a connection, or its failure, to the Dial that asked for it. Never reused.
using DialToken = Strong<struct DialTokenTag, std::uint64_t>;
// Ties an Answer to a command; means nothing to the engine.
using Ticket = std::uint64_t;

// ---- from the network ----

struct PeerConnected {
    PeerId peer;
    ConnectionKind kind = ConnectionKind::inbound;
    wire::Endpoint remote{};
    wire::Endpoint local{};
    std::optional<DialToken> dial{};  // set unless inbound
    wire::TransportKind transport = wire::TransportKind::v1;
};
// The transport that was "detecting" when the peer connected is known.
struct TransportSettled {
    PeerId peer;
    wire::TransportKind transport = wire::TransportKind::v2;
    std::optional<RawHash> session_id{};
};
struct PeerClosed {
    PeerId peer;
    // Our offer of the v2 transport was answered by closing: the peer may speak v1 only.
    bool retry_v1 = false;
};
struct MessageReceived {
    PeerId peer;
    wire::Message message;
};
// A payload that wire::decode() refused.
struct MessageRefused {
    PeerId peer;
    wire::WireError error;
};
// The answer to ServeBlock: the block went into the peer's send queue and that queue is short again, or it could not be
// read. Exactly one for each ServeBlock whose peer is still connected.
struct BlockServed {
    PeerId peer;
    bool sent = true;
};
struct DialFailed {
    DialToken token;
    std::string reason;
};

// ---- from validation ----

// Validation no longer holds the bytes of a submitted block. Exactly one for each SubmitBlock.
struct BlockTaken {
    BlockHash hash;
};
enum class BlockOutcome : std::uint8_t { connected, stored, duplicate, ignored, rejected };
// A block came to rest, whoever submitted it.
struct BlockVerdict {
    BlockHash hash;
    std::optional<PeerId> source{};  // the peer it came from
    BlockOutcome outcome = BlockOutcome::stored;
    std::optional<consensus::Reject> reject{};  // set when rejected
};
// The active chain now ends at `tip`; `fork` is the last block it shares with the chain before.
struct TipChanged {
    const Node* previous = nullptr;
    const Node* fork = nullptr;
    const Node* tip = nullptr;
};
// A transaction that a peer sent was judged. No reject: it is in the pool.
struct TxVerdict {
    primitives::TxPtr tx;
    std::optional<PeerId> source{};
    std::optional<consensus::Reject> reject{};
};
// The same of a package. What came in is in the pool.
struct PackageVerdict {
    std::vector<primitives::TxPtr> txs;
    std::optional<PeerId> source{};
};
// The pool has changed, whoever caused it.
struct PoolChanged {
    std::vector<mempool::PoolEvent> events;
};
// While block files are read back, peers' headers and blocks are ignored and nothing is asked for.
struct SetImporting {
    bool importing = false;
};

// ---- time ----

// The time that next_wakeup() named has come. Early and repeated ticks do no harm.
struct Tick {};

// ---- from the user; each is answered by an Answer with the same ticket ----

struct AddNode {
    enum class Mode : std::uint8_t {
        add,      // keep connected until removed
        one_try,  // dial once
        remove,   // forget; an existing connection stays
    };
    std::string target;  // host or address, with or without a port: net resolves it
    Mode mode = Mode::add;
    Ticket ticket = 0;
    std::optional<bool> use_v2{};  // try the v2 transport first; nothing: as configured
};
struct Disconnect {
    PeerId peer;
    Ticket ticket = 0;
};
struct SetNetworkActive {
    bool active = true;
    Ticket ticket = 0;
};
// Pings every peer now.
struct PingAll {
    Ticket ticket = 0;
};

using Event = std::variant<PeerConnected, TransportSettled, PeerClosed, MessageReceived, MessageRefused, BlockServed,
                           DialFailed, BlockTaken, BlockVerdict, TxVerdict, PackageVerdict, PoolChanged, TipChanged,
                           SetImporting, Tick, AddNode, Disconnect, SetNetworkActive, PingAll>;

}  // namespace keel::p2p
