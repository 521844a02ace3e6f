#include "engine/p2p/handshake.hpp"

#include "engine/p2p/limits.hpp"

namespace keel::p2p {

namespace {

// BIP159: while we are synced, a peer with recent blocks is as good as one with all.
bool has_wanted_services(wire::Services services, bool initial_download) {
    if (!services.has(wire::Service::witness)) return false;
    if (services.has(wire::Service::network)) return true;
    return !initial_download && services.has(wire::Service::network_limited);
}

bool is_feature(const wire::Message& message) {
    return std::holds_alternative<wire::WtxidRelay>(message) || std::holds_alternative<wire::SendAddrV2>(message) ||
           std::holds_alternative<wire::Feature>(message);
}

bool has_v1_form(const wire::NetAddress& address) {
    return address.net() == wire::Net::ipv4 || address.net() == wire::Net::ipv6;
}

}  // namespace

Handshake::Handshake(Settings settings, const ChainState& chain, Rng rng)
    : settings_(std::move(settings)), chain_(chain), rng_(std::move(rng)) {}

void Handshake::connected(Peer& peer, Turn& turn) {
    Pending& pending = pending_[peer.id];
    pending.deadline = turn.steady() + settings_.timeout;
    if (peer.inbound()) return;
    pending.nonce = rng_.next();
    send_version(peer, pending.nonce, turn);
}

Handshake::Outcome Handshake::on_message(Peer& peer, const wire::Message& message, Turn& turn) {
    if (const auto* version = std::get_if<wire::Version>(&message)) {
        if (peer.version == 0) on_version(peer, *version, turn);
        return Outcome::consumed;
    }
    if (peer.version == 0) return Outcome::consumed;
    if (std::holds_alternative<wire::Verack>(message)) {
        if (peer.ready) return Outcome::consumed;
        peer.ready = true;
        pending_.erase(peer.id);
        return Outcome::completed;
    }
    if (is_feature(message)) {
        on_feature(peer, message, turn);
        return Outcome::consumed;
    }
    return peer.ready ? Outcome::pass : Outcome::consumed;
}

void Handshake::tick(PeerTable& peers, Turn& turn) {
    for (const auto& [id, pending] : pending_) {
        Peer* peer = peers.find(id);
        if (peer != nullptr && turn.steady() >= pending.deadline) turn.close(*peer, CloseReason::handshake_timeout);
    }
}

Deadline Handshake::next_due() const {
    Deadline due;
    for (const auto& [id, pending] : pending_)
        due = earlier(due, pending.deadline);
    return due;
}

void Handshake::send_version(Peer& peer, std::uint64_t nonce, Turn& turn) {
    wire::Version version;
    version.services = settings_.services;
    version.time = to_seconds(turn.now().unix);
    if (peer.remote.address.is_routable() && has_v1_form(peer.remote.address)) version.receiver = peer.remote;
    version.sender_services = settings_.services;
    version.nonce = nonce;
    version.user_agent = settings_.user_agent;
    version.start_height = chain_.tip().height().value();
    version.relay = peer.kind != ConnectionKind::block_relay && peer.kind != ConnectionKind::feeler;
    turn.send(peer, std::move(version));
}

void Handshake::on_version(Peer& peer, const wire::Version& version, Turn& turn) {
    if (const auto reason = objection(peer, version)) {
        turn.close(peer, *reason);
        return;
    }
    if (peer.inbound()) send_version(peer, rng_.next(), turn);

    peer.version = version.version;
    peer.common_version = std::min(version.version, wire::kProtocolVersion);
    peer.services = version.services;
    peer.user_agent = sanitize(version.user_agent);
    peer.relays_txs = version.relay && peer.kind != ConnectionKind::block_relay;
    peer.start_height = version.start_height;
    const std::int64_t theirs = std::max<std::int64_t>(version.time, 0);
    peer.time_offset = theirs - to_seconds(turn.now().unix);
    if (version.receiver.address.is_valid()) peer.local_as_seen = version.receiver;

    if (peer.common_version >= wire::kWtxidRelayVersion) {
        turn.send(peer, wire::WtxidRelay{});
        turn.send(peer, wire::SendAddrV2{});
    }
    turn.send(peer, wire::Verack{});
    if (peer.kind == ConnectionKind::feeler) turn.close(peer, CloseReason::feeler_done);
}

std::optional<CloseReason> Handshake::objection(const Peer& peer, const wire::Version& version) const {
    if (peer.chosen_by_us() && !has_wanted_services(version.services, chain_.is_initial_download())) {
        return CloseReason::missing_services;
    }
    if (version.version < wire::kMinPeerVersion) return CloseReason::obsolete_version;
    const bool is_self = peer.inbound() && std::ranges::any_of(pending_, [&](const auto& entry) {
                             return entry.second.nonce != 0 && entry.second.nonce == version.nonce;
                         });
    if (is_self) return CloseReason::self_connection;
    return std::nullopt;
}

void Handshake::on_feature(Peer& peer, const wire::Message& message, Turn& turn) {
    const bool is_bip434 = std::holds_alternative<wire::Feature>(message);
    if (peer.ready || (is_bip434 && peer.common_version < wire::kFeatureVersion)) {
        turn.close(peer, CloseReason::protocol_violation, wire::command_of(message));
    } else if (std::holds_alternative<wire::SendAddrV2>(message)) {
        peer.wants_addrv2 = true;
    } else if (!is_bip434 && peer.common_version >= wire::kWtxidRelayVersion) {
        peer.wtxid_relay = true;
    }
}

std::string sanitize(std::string_view text) {
    static constexpr std::string_view kHarmless = " .,;-_/:?@()";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (plain || kHarmless.find(c) != std::string_view::npos) out += c;
    }
    return out;
}

}  // namespace keel::p2p
