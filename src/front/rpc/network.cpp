// Calls about peers and connections.
#include <algorithm>
#include <array>
#include <chrono>

#include "base/hex.hpp"
#include "front/rpc/common.hpp"
#include "front/rpc/method_groups.hpp"

namespace keel::rpc {
namespace {

using p2p::PeerStats;

Outcome<api::PeersState> read_peers(const Context& context) {
    api::Pending<api::PeersState> pending;
    context.peers.peers(pending.reply());
    return wait_for(pending);
}

std::string hex64(std::uint64_t number) {
    std::array<std::byte, 8> bytes;
    store_be(bytes.data(), number);
    return to_hex(bytes);
}

void write_services(JsonWriter& out, wire::Services services, std::string_view bits, std::string_view names) {
    out.field(bits, hex64(services.bits));
    out.key(names);
    out.begin_array();
    for (const std::string& name : wire::service_names(services)) {
        out.value(name);
    }
    out.end_array();
}

double in_seconds(microseconds time) { return static_cast<double>(time.count()) / 1e6; }

void write_times(JsonWriter& out, const PeerStats& stats) {
    out.field("timeoffset", stats.time_offset);
    if (stats.ping_time) {
        out.field("pingtime", in_seconds(*stats.ping_time));
    }
    if (stats.ping_min) {
        out.field("minping", in_seconds(*stats.ping_min));
    }
    if (stats.ping_wait) {
        out.field("pingwait", in_seconds(*stats.ping_wait));
    }
}

void write_sync(JsonWriter& out, const PeerStats& stats) {
    out.field("presynced_headers", stats.presynced_headers);
    out.field("synced_headers", stats.synced_headers);
    out.field("synced_blocks", stats.synced_blocks);
    out.key("inflight");
    out.begin_array();
    for (const std::int32_t height : stats.in_flight) {
        out.value(height);
    }
    out.end_array();
}

void write_by_type(JsonWriter& out, std::string_view name, const std::map<std::string, std::uint64_t>& bytes) {
    out.key(name);
    out.begin_object();
    for (const auto& [type, count] : bytes) {
        out.field(type, count);
    }
    out.end_object();
}

void write_peer(JsonWriter& out, const api::Peer& peer) {
    const PeerStats& stats = peer.stats;
    out.begin_object();
    out.field("id", stats.peer);
    out.field("addr", wire::to_string(stats.remote));
    out.field("addrbind", wire::to_string(stats.local));
    if (stats.local_as_seen) {
        out.field("addrlocal", wire::to_string(*stats.local_as_seen));
    }
    out.field("network", stats.remote.address.is_routable() ? wire::net_name(stats.remote.address.net())
                                                            : std::string_view("not_publicly_routable"));
    write_services(out, stats.services, "services", "servicesnames");
    out.field("relaytxes", stats.relays_txs);
    out.field("lastsend", to_seconds(stats.last_send));
    out.field("lastrecv", to_seconds(stats.last_receive));
    out.field("last_transaction", 0);
    out.field("last_block", to_seconds(stats.last_block));
    out.field("bytessent", peer.traffic.bytes_sent);
    out.field("bytesrecv", peer.traffic.bytes_received);
    out.field("conntime", to_seconds(stats.connected_at));
    write_times(out, stats);
    out.field("version", stats.version);
    out.field("subver", stats.user_agent);
    out.field("inbound", stats.kind == p2p::ConnectionKind::inbound);
    out.field("bip152_hb_to", false);
    out.field("bip152_hb_from", false);
    write_sync(out, stats);
    out.field("addr_relay_enabled", false);
    out.field("addr_processed", 0);
    out.field("addr_rate_limited", 0);
    out.key("permissions");
    out.begin_array();
    out.end_array();
    out.field("minfeefilter", primitives::Amount(stats.fee_filter));
    write_by_type(out, "bytessent_per_msg", peer.traffic.sent_by_type);
    write_by_type(out, "bytesrecv_per_msg", peer.traffic.received_by_type);
    out.field("connection_type", p2p::to_string(stats.kind));
    out.field("transport_protocol_type", wire::to_string(stats.transport));
    out.field("session_id", stats.session_id ? to_hex(stats.session_id->span()) : std::string());
    out.end_object();
}

Outcome<void> getpeerinfo(const Context& context, const Args&, JsonWriter& out) {
    KEEL_TRY(const auto state, read_peers(context));
    out.begin_array();
    for (const api::Peer& peer : state.peers) {
        write_peer(out, peer);
    }
    out.end_array();
    return {};
}

Outcome<void> getconnectioncount(const Context& context, const Args&, JsonWriter& out) {
    KEEL_TRY(const auto state, read_peers(context));
    out.value(state.peers.size());
    return {};
}

// Median of the clock offsets of the peers we chose, in seconds.
std::int64_t median_offset(const api::PeersState& state) {
    std::vector<std::int64_t> offsets;
    for (const api::Peer& peer : state.peers) {
        if (peer.stats.kind != p2p::ConnectionKind::inbound && peer.stats.handshake_done) {
            offsets.push_back(peer.stats.time_offset);
        }
    }
    std::ranges::sort(offsets);
    return offsets.empty() ? 0 : offsets[offsets.size() / 2];
}

void write_networks(JsonWriter& out) {
    out.key("networks");
    out.begin_array();
    for (const wire::Net net : {wire::Net::ipv4, wire::Net::ipv6, wire::Net::torv3, wire::Net::i2p, wire::Net::cjdns}) {
        const bool reachable = net == wire::Net::ipv4 || net == wire::Net::ipv6;
        out.begin_object();
        out.field("name", wire::net_name(net));
        out.field("limited", !reachable);
        out.field("reachable", reachable);
        out.field("proxy", "");
        out.field("proxy_randomize_credentials", false);
        out.end_object();
    }
    out.end_array();
}

Outcome<void> getnetworkinfo(const Context& context, const Args&, JsonWriter& out) {
    KEEL_TRY(const auto state, read_peers(context));
    const api::NetworkFacts& facts = context.peers.network();
    const auto inbound = std::ranges::count(state.peers, p2p::ConnectionKind::inbound,
                                            [](const api::Peer& peer) { return peer.stats.kind; });
    out.begin_object();
    out.field("version", facts.version);
    out.field("subversion", facts.user_agent);
    out.field("protocolversion", facts.protocol_version);
    write_services(out, facts.services, "localservices", "localservicesnames");
    out.field("localrelay", facts.relays_txs);
    out.field("timeoffset", median_offset(state));
    out.field("networkactive", state.network_active);
    out.field("connections", state.peers.size());
    out.field("connections_in", inbound);
    out.field("connections_out", static_cast<std::ptrdiff_t>(state.peers.size()) - inbound);
    write_networks(out);
    out.field("relayfee", facts.relay_fee);
    out.field("incrementalfee", facts.incremental_fee);
    out.key("localaddresses");
    out.begin_array();
    for (const api::ListenAddress& local : facts.listening) {
        out.begin_object();
        out.field("address", local.address);
        out.field("port", local.port);
        out.field("score", 1);
        out.end_object();
    }
    out.end_array();
    write_warnings(out, context.chain);
    out.end_object();
    return {};
}

Outcome<void> getnettotals(const Context& context, const Args&, JsonWriter& out) {
    KEEL_TRY(const auto state, read_peers(context));
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    out.begin_object();
    out.field("totalbytesrecv", state.total_received);
    out.field("totalbytessent", state.total_sent);
    out.field("timemillis", std::chrono::duration_cast<milliseconds>(now).count());
    out.key("uploadtarget");
    out.begin_object();
    out.field("timeframe", 86'400);
    out.field("target", 0);
    out.field("target_reached", false);
    out.field("serve_historical_blocks", true);
    out.field("bytes_left_in_cycle", 0);
    out.field("time_left_in_cycle", 0);
    out.end_object();
    out.end_object();
    return {};
}

Outcome<void> answer_of(api::Pending<p2p::ControlFailure>& pending, ErrorCode code, JsonWriter& out) {
    KEEL_TRY(const auto failure, wait_for(pending));
    if (failure == p2p::ControlFailure::empty_target) {
        return fail(ErrorCode::invalid_parameter, "Error: Node address cannot be empty");
    }
    if (failure != p2p::ControlFailure::none) {
        return fail(code, std::string(p2p::to_string(failure)));
    }
    out.value(nullptr);
    return {};
}

Outcome<void> addnode(const Context& context, const Args& args, JsonWriter& out) {
    const std::string_view target = args.text(0);
    const std::string_view command = args.text(1);
    if (command != "add" && command != "remove" && command != "onetry") {
        return fail(ErrorCode::misc, help_text(*find_method("addnode")));
    }
    if (target.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos) {
        return fail(ErrorCode::invalid_parameter, "Error: Node address cannot be empty");
    }
    if (args.boolean(2, false) && !context.peers.network().services.has(wire::Service::p2p_v2)) {
        return fail(ErrorCode::invalid_parameter, "Error: v2transport requested but not enabled (see -v2transport)");
    }
    const auto mode = command == "add"      ? api::AddNodeMode::add
                      : command == "remove" ? api::AddNodeMode::remove
                                            : api::AddNodeMode::one_try;
    api::Pending<p2p::ControlFailure> pending;
    const auto use_v2 = args.has(2) ? std::optional(args.boolean(2, false)) : std::nullopt;
    context.commands.add_node(std::string(target), mode, use_v2, pending.reply());
    KEEL_TRY(const auto failure, wait_for(pending));
    switch (failure) {
        case p2p::ControlFailure::none: out.value(nullptr); return {};
        case p2p::ControlFailure::already_added:
            return fail(ErrorCode::node_already_added, "Error: Node already added");
        case p2p::ControlFailure::not_added:
            return fail(ErrorCode::node_not_added,
                        "Error: Node could not be removed. It has not been added previously.");
        default: return fail(ErrorCode::misc, std::string(p2p::to_string(failure)));
    }
}

// The peer meant by an address with port, or by a number.
Outcome<p2p::PeerId> peer_named(const Context& context, const Args& args) {
    const bool by_address = args.has(0) && !args.has(1);
    if (!by_address && !(args.has(1) && (!args.has(0) || args.text(0).empty()))) {
        return fail(ErrorCode::invalid_params, "Only one of address and nodeid should be provided.");
    }
    std::optional<std::int64_t> id;
    if (!by_address) {
        KEEL_TRY(id, args.integer<std::int64_t>(1));
    }
    KEEL_TRY(const auto state, read_peers(context));
    for (const api::Peer& peer : state.peers) {
        if (by_address ? wire::to_string(peer.stats.remote) == args.text(0)
                       : static_cast<std::int64_t>(peer.stats.peer.value()) == *id) {
            return peer.stats.peer;
        }
    }
    return fail(ErrorCode::node_not_connected, "Node not found in connected nodes");
}

Outcome<void> disconnectnode(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(const auto peer, peer_named(context, args));
    api::Pending<p2p::ControlFailure> pending;
    context.commands.disconnect(peer, pending.reply());
    KEEL_TRY(const auto failure, wait_for(pending));
    if (failure != p2p::ControlFailure::none) {
        return fail(ErrorCode::node_not_connected, "Node not found in connected nodes");
    }
    out.value(nullptr);
    return {};
}

void write_added_node(JsonWriter& out, const p2p::AddedNode& node, const api::PeersState& state) {
    const auto peer =
        std::ranges::find_if(state.peers, [&](const api::Peer& each) { return node.peer == each.stats.peer; });
    out.begin_object();
    out.field("addednode", node.target);
    out.field("connected", peer != state.peers.end());
    out.key("addresses");
    out.begin_array();
    if (peer != state.peers.end()) {
        out.begin_object();
        out.field("address", wire::to_string(peer->stats.remote));
        out.field("connected", peer->stats.kind == p2p::ConnectionKind::inbound ? "inbound" : "outbound");
        out.end_object();
    }
    out.end_array();
    out.end_object();
}

Outcome<void> getaddednodeinfo(const Context& context, const Args& args, JsonWriter& out) {
    KEEL_TRY(auto state, read_peers(context));
    if (args.has(0)) {
        std::erase_if(state.added_nodes, [&](const p2p::AddedNode& node) { return node.target != args.text(0); });
        if (state.added_nodes.empty()) {
            return fail(ErrorCode::node_not_added, "Error: Node has not been added.");
        }
    }
    out.begin_array();
    for (const p2p::AddedNode& node : state.added_nodes) {
        write_added_node(out, node, state);
    }
    out.end_array();
    return {};
}

Outcome<void> setnetworkactive(const Context& context, const Args& args, JsonWriter& out) {
    const bool active = args.boolean(0, true);
    api::Pending<p2p::ControlFailure> pending;
    context.commands.set_network_active(active, pending.reply());
    KEEL_TRY(const auto failure, wait_for(pending));
    if (failure != p2p::ControlFailure::none) {
        return fail(ErrorCode::misc, std::string(p2p::to_string(failure)));
    }
    KEEL_TRY(const auto state, read_peers(context));
    out.value(state.network_active);
    return {};
}

Outcome<void> ping(const Context& context, const Args&, JsonWriter& out) {
    api::Pending<p2p::ControlFailure> pending;
    context.commands.ping_all(pending.reply());
    return answer_of(pending, ErrorCode::misc, out);
}

constexpr Param kAddNodeParams[] = {
    {"node", ArgType::text, Need::required, "", "Host or address, with or without a port"},
    {"command", ArgType::text, Need::required, "", "'add' to keep connected, 'remove' to forget, 'onetry' to try once"},
    {"v2transport", ArgType::boolean, Need::optional, "as configured", "Try the BIP324 transport first"},
};
constexpr Param kDisconnectParams[] = {
    {"address", ArgType::text, Need::optional, "by nodeid", "The peer's address and port"},
    {"nodeid", ArgType::number, Need::optional, "by address", "The peer's id, as getpeerinfo shows it"},
};
constexpr Param kAddedNodeParams[] = {
    {"node", ArgType::text, Need::optional, "all nodes", "Only this one"},
};
constexpr Param kActiveParams[] = {
    {"state", ArgType::boolean, Need::required, "", "true to connect to peers, false to leave them all"},
};

constexpr Method kMethods[] = {
    {"network", "getpeerinfo", "Returns data about each connected peer.", {}, "[{*: any} 'one peer']", getpeerinfo},
    {"network", "getconnectioncount", "Returns the number of connections.", {}, "num 'the number'", getconnectioncount},
    {"network",
     "getnetworkinfo",
     "Returns the state of this node's peer networking.",
     {},
     "{version: num, subversion: str, protocolversion: num, localservices: hex, localservicesnames: [str], "
     "localrelay: bool, timeoffset: num, networkactive: bool, connections: num, connections_in: num, "
     "connections_out: num, networks: [{name: str, limited: bool, reachable: bool, proxy: str, "
     "proxy_randomize_credentials: bool}], relayfee: amount, incrementalfee: amount, localaddresses: [{address: "
     "str, port: num, score: num}], warnings: [str]}",
     getnetworkinfo},
    {"network",
     "getnettotals",
     "Returns bytes sent and received.",
     {},
     "{totalbytesrecv: num, totalbytessent: num, timemillis: num, uploadtarget: {timeframe: num, target: num, "
     "target_reached: bool, serve_historical_blocks: bool, bytes_left_in_cycle: num, time_left_in_cycle: num}}",
     getnettotals},
    {"network", "addnode", "Adds or removes a node to stay connected to, or tries a connection once.", kAddNodeParams,
     "null", addnode},
    {"network", "disconnectnode", "Closes the connection to a peer.", kDisconnectParams, "null", disconnectnode},
    {"network", "getaddednodeinfo", "Returns the nodes added by addnode.", kAddedNodeParams,
     "[{addednode: str, connected: bool, addresses: [{address: str, connected: str 'inbound or outbound'}]}]",
     getaddednodeinfo},
    {"network", "setnetworkactive", "Switches all peer networking on or off.", kActiveParams,
     "bool 'whether it is on now'", setnetworkactive},
    {"network", "ping", "Sends a ping to every peer; getpeerinfo shows the times.", {}, "null", ping},
};

}  // namespace

std::span<const Method> network_methods() { return kMethods; }

}  // namespace keel::rpc
