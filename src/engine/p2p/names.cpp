// The texts of the enumerations in events.hpp and actions.hpp.
#include "engine/p2p/actions.hpp"

namespace keel::p2p {

std::string_view to_string(ConnectionKind kind) {
    switch (kind) {
        case ConnectionKind::inbound: return "inbound";
        case ConnectionKind::outbound_full: return "outbound-full-relay";
        case ConnectionKind::block_relay: return "block-relay-only";
        case ConnectionKind::manual: return "manual";
        case ConnectionKind::feeler: return "feeler";
    }
    return "";
}

std::string_view to_string(CloseReason reason) {
    switch (reason) {
        case CloseReason::handshake_timeout: return "handshake timeout";
        case CloseReason::obsolete_version: return "obsolete protocol version";
        case CloseReason::self_connection: return "connection to ourselves";
        case CloseReason::missing_services: return "does not offer the services we need";
        case CloseReason::feeler_done: return "feeler done";
        case CloseReason::no_slots: return "no free slot for inbound peers";
        case CloseReason::discouraged: return "address misbehaved before";
        case CloseReason::misbehaved: return "misbehaved";
        case CloseReason::unsupported_request: return "asked for a service we do not offer";
        case CloseReason::protocol_violation: return "message out of turn";
        case CloseReason::ping_timeout: return "ping timeout";
        case CloseReason::headers_timeout: return "headers timeout";
        case CloseReason::block_stalling: return "stalling block download";
        case CloseReason::block_timeout: return "block timeout";
        case CloseReason::little_work: return "chain with too little work";
        case CloseReason::old_chain: return "old chain";
        case CloseReason::serve_failed: return "a block it asked for cannot be read";
        case CloseReason::requested: return "requested";
        case CloseReason::network_inactive: return "network switched off";
    }
    return "";
}

std::string_view to_string(ControlFailure failure) {
    switch (failure) {
        case ControlFailure::none: return "";
        case ControlFailure::already_added: return "Node already added";
        case ControlFailure::not_added: return "Node could not be removed. It has not been added previously.";
        case ControlFailure::too_many_nodes: return "Too many nodes added";
        case ControlFailure::empty_target: return "Node address cannot be empty";
        case ControlFailure::no_such_peer: return "Node not found in connected nodes";
    }
    return "";
}

}  // namespace keel::p2p
