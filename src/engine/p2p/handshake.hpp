// The version handshake: who speaks first, what is agreed on, and whom not to talk to.
//
// The side that connected sends `version`; the other answers with its own. On the peer's version come the feature
// messages that must stand between version and verack (wtxidrelay, BIP339; sendaddrv2, BIP155) and `verack`; on the
// peer's verack the connection is ready. Anything else before that is ignored, as is a second version. Feature messages
// after verack are a violation (BIP155, BIP339, BIP434).
//
// We ask for no transactions (relay = false, BIP37), since none are relayed yet; so bip330 and fee filters do not
// apply to us.
//
// Bounds: one small entry per peer in its handshake; kHandshakeTimeout.
#pragma once

#include "base/rng.hpp"
#include "engine/p2p/chain_state.hpp"
#include "engine/p2p/timers.hpp"
#include "engine/p2p/turn.hpp"

namespace keel::p2p {

class Handshake {
public:
    struct Settings {
        wire::Services services;
        std::string user_agent;
        seconds timeout;
    };
    Handshake(Settings settings, const ChainState& chain, Rng rng);

    void connected(Peer& peer, Turn& turn);

    enum class Outcome : std::uint8_t {
        consumed,   // belonged to the handshake, or came before its end
        completed,  // the peer is ready now
        pass,       // the peer is ready: this is for somebody else
    };
    Outcome on_message(Peer& peer, const wire::Message& message, Turn& turn);

    void tick(PeerTable& peers, Turn& turn);
    [[nodiscard]] Deadline next_due() const;
    void forget(PeerId peer) { pending_.erase(peer); }
    [[nodiscard]] std::size_t size() const { return pending_.size(); }

private:
    struct Pending {
        SteadyTime deadline;
        std::uint64_t nonce = 0;  // of the version we sent to a peer that we connected to
    };

    void send_version(Peer& peer, std::uint64_t nonce, Turn& turn);
    void on_version(Peer& peer, const wire::Version& version, Turn& turn);
    // Why not to go on with a peer that says this of itself.
    [[nodiscard]] std::optional<CloseReason> objection(const Peer& peer, const wire::Version& version) const;
    void on_feature(Peer& peer, const wire::Message& message, Turn& turn);

    Settings settings_;
    const ChainState& chain_;
    Rng rng_;
    std::map<PeerId, Pending> pending_;
};

// Only letters, digits and harmless punctuation stay: what a peer says must not break logs or JSON.
std::string sanitize(std::string_view text);

}  // namespace keel::p2p
