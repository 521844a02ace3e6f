// What the peer engine wants done. Plain values; the order of the list is the order in which they are to be done.
#pragma once

#include <vector>

#include "engine/p2p/events.hpp"
#include "rules/consensus/block_rules.hpp"

namespace keel::p2p {

struct Send {
    PeerId peer;
    wire::Message message;
};
// Read this block and send it as a `block` message; then report BlockServed.
struct ServeBlock {
    enum class Form : std::uint8_t { with_witness, stripped };
    PeerId peer;
    const Node* node = nullptr;
    Form form = Form::with_witness;
};

enum class CloseReason : std::uint8_t {
    handshake_timeout,
    obsolete_version,
    self_connection,
    missing_services,  // an outbound peer that cannot serve us
    feeler_done,
    no_slots,
    discouraged,
    misbehaved,
    unsupported_request,  // asked for a service that we do not offer
    protocol_violation,   // out of turn, but not worth remembering
    ping_timeout,
    headers_timeout,
    block_stalling,
    block_timeout,
    little_work,   // its whole chain has less than the minimum
    old_chain,     // never showed the work of our tip
    serve_failed,  // a block it waits for cannot be read
    requested,     // by the user
    network_inactive,
};
std::string_view to_string(CloseReason reason);

// Close the connection after what is already queued for it. The engine has forgotten the peer: nothing more is sent to
// it, and late events about it are ignored.
struct Close {
    PeerId peer;
    CloseReason reason = CloseReason::requested;
};
// Connect; report PeerConnected or DialFailed with the same token.
struct Dial {
    DialToken token;
    ConnectionKind kind = ConnectionKind::manual;
    std::string target;
    wire::TransportKind transport = wire::TransportKind::v1;
};
// Hand the block to validation. `requested`: we asked for it, so store it even if it cannot become the tip now.
struct SubmitBlock {
    consensus::CheckedBlock block;
    const Node* node = nullptr;
    PeerId source;
    bool requested = true;
};

// Hand these to the pool; each is answered by a verdict.
struct SubmitTx {
    primitives::TxPtr tx;
    PeerId source;
};
struct SubmitPackage {
    std::vector<primitives::TxPtr> txs;  // a parent, then its child
    PeerId source;
};
// A peer has asked for this one: it is on its way into the network.
struct TxAskedFor {
    primitives::Txid txid;
};

enum class ControlFailure : std::uint8_t { none, already_added, not_added, too_many_nodes, empty_target, no_such_peer };
// Text for the user; empty for none.
std::string_view to_string(ControlFailure failure);
struct Answer {
    Ticket ticket = 0;
    ControlFailure failure = ControlFailure::none;
};

using Action = std::variant<Send, ServeBlock, Close, Dial, SubmitBlock, SubmitTx, SubmitPackage, TxAskedFor, Answer>;
using Actions = std::vector<Action>;

}  // namespace keel::p2p
