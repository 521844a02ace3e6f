// One listening socket. Lives on its reactor's thread once started. Private to this room.
#pragma once

#include "edge/net/reactor.hpp"

namespace keel::net {

class Listener : public std::enable_shared_from_this<Listener> {
public:
    // Called with each accepted socket.
    using Accepted = std::function<void(Tcp::socket socket, Slot slot)>;

    Listener(Reactor& reactor, Accepted accepted)
        : reactor_(reactor), acceptor_(reactor.io()), pause_(reactor.io()), accepted_(std::move(accepted)) {}

    // Before start(), on any thread: binds. The address bound, or one sentence.
    Result<wire::Endpoint, std::string> open(const wire::Endpoint& at);
    void start() { accept(); }
    void close();

private:
    void accept();

    Reactor& reactor_;
    Tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    Accepted accepted_;
};

}  // namespace keel::net
