// Keeps connections alive and measures their round trip (BIP31).
//
// Each peer is pinged when its handshake is done and then every kPingInterval after the last answer; without an answer
// for kPingTimeout it is closed. One ping at a time is outstanding; its nonce is random, so that an answer cannot be
// sent ahead. Peers older than BIP31 are not pinged. O(peers) per tick.
#pragma once

#include "base/rng.hpp"
#include "engine/p2p/stats.hpp"
#include "engine/p2p/timers.hpp"
#include "engine/p2p/turn.hpp"

namespace keel::p2p {

class PingKeeper {
public:
    explicit PingKeeper(Rng rng) : rng_(std::move(rng)) {}

    void ready(Peer& peer, Turn& turn);
    void on_ping(Peer& peer, const wire::Ping& ping, Turn& turn);
    void on_pong(Peer& peer, const wire::Pong& pong, Turn& turn);
    // The user wants every peer pinged now.
    void ping_all(PeerTable& peers, Turn& turn);
    void tick(PeerTable& peers, Turn& turn);
    [[nodiscard]] Deadline next_due() const;
    void forget(PeerId peer) { states_.erase(peer); }

    void fill(PeerStats& stats, Now now) const;
    [[nodiscard]] std::size_t size() const { return states_.size(); }

private:
    struct State {
        std::uint64_t nonce = 0;  // of the outstanding ping; 0: none
        SteadyTime sent;
        std::optional<microseconds> last;
        std::optional<microseconds> best;

        [[nodiscard]] SteadyTime due() const;
    };
    void send_ping(Peer& peer, State& state, Turn& turn);

    Rng rng_;
    std::map<PeerId, State> states_;
};

}  // namespace keel::p2p
