// One event being handled: the time it happened at, and where what follows from it goes.
//
// Concerns write through a Turn only. Once a peer is being closed, nothing more is sent to it; the engine makes every
// concern forget it at the end of the turn, so that no concern is re-entered.
#pragma once

#include "base/logger.hpp"
#include "engine/p2p/actions.hpp"
#include "engine/p2p/peer_table.hpp"

namespace keel::p2p {

class Turn {
public:
    Turn(Now now, Actions& actions, Logger& logger) : now_(now), actions_(actions), logger_(logger) {}

    [[nodiscard]] Now now() const { return now_; }
    [[nodiscard]] SteadyTime steady() const { return now_.steady; }
    [[nodiscard]] Logger& logger() { return logger_; }

    void send(Peer& peer, wire::Message message);
    void push(Action action) { actions_.push_back(std::move(action)); }
    // The first reason stays.
    void close(Peer& peer, CloseReason reason, std::string_view detail = {});
    // Closes the peer and discourages its address. A manual peer stays, but nothing more is asked from it.
    void misbehaved(Peer& peer, std::string_view what);

    struct Closed {
        PeerId peer;
        CloseReason reason;
    };
    // Peers closed since the last call.
    std::vector<Closed> take_closed() { return std::exchange(closed_, {}); }

private:
    Now now_;
    Actions& actions_;
    Logger& logger_;
    std::vector<Closed> closed_;
};

}  // namespace keel::p2p
