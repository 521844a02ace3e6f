// One socket and its wire transport. Lives on its reactor's thread; asynchronous operations keep it alive.
// Private to this room.
#pragma once

#include <deque>

#include "edge/net/reactor.hpp"

namespace keel::net {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    struct Parts {
        PeerId peer;
        Tcp::socket socket;
        std::optional<Dialed> dial;
        Slot slot;
    };
    Connection(Reactor& reactor, Parts parts);

    // Reports the connection and begins to read. False when the socket is gone already: nothing was reported.
    bool start();
    void send(const wire::Encoded& message);
    void block_loaded(std::optional<Bytes> block);
    // Writes what waits, unless a write is under way.
    void flush();
    // Reads on after a pause.
    void resume();
    void close_after_sending(const std::string& reason);
    // Ends it now; no event.
    void shut_down();

private:
    // Waits for something to read: a silent peer has no buffer.
    void read();
    void on_readable(ErrorCode error);
    // One read; false when there is nothing left to read, or the connection ended.
    bool read_some();
    // Takes complete messages out of the transport as far as budgets allow. False when the connection ended.
    bool deliver();
    void deliver(wire::TransportEvent event);
    void deliver(wire::RawMessage raw);
    // Reports the transport once it is known, and sends what waited for it.
    void settle();
    void hand_to_transport(const wire::Encoded& message);
    void on_written(ErrorCode error, std::size_t bytes);
    void drop_written(std::size_t bytes);
    void answer_served();
    void end(const std::string& reason, bool by_peer = false);
    [[nodiscard]] bool may_read() const;

    Reactor& reactor_;
    PeerId peer_;
    Tcp::socket socket_;
    std::optional<Dialed> dial_;
    std::optional<Slot> slot_;
    std::unique_ptr<wire::Transport> transport_;
    std::shared_ptr<Receipt::Account> account_;
    std::shared_ptr<TrafficCounters> traffic_;

    bool settled_ = false;  // the transport is known
    bool reading_ = false;
    bool writing_ = false;
    bool closing_ = false;  // after the queue is empty
    bool ended_ = false;
    std::string close_reason_;
    asio::steady_timer close_timer_;

    std::vector<wire::Encoded> held_;  // until the transport can send
    std::deque<wire::Payload> queue_;
    std::size_t first_offset_ = 0;  // bytes of the first that are written
    std::size_t queued_bytes_ = 0;
    std::vector<asio::const_buffer> gathered_;
    std::size_t served_ = 0;  // blocks queued whose BlockServed is due when the queue is short
};

}  // namespace keel::net
