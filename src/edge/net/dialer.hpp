// One attempt to reach a target: resolve, connect to each address in turn, within a time limit. Ends with a connected
// socket, ready for a transport; a proxy would come between the two. Private to this room.
#pragma once

#include "edge/net/reactor.hpp"

namespace keel::net {

class Dialer : public std::enable_shared_from_this<Dialer> {
public:
    // Called once, on the reactor's thread, unless cancelled: a socket, or why there is none.
    using Done = std::function<void(Result<Tcp::socket, std::string>)>;

    Dialer(Reactor& reactor, Done done)
        : resolver_(reactor.io()), socket_(reactor.io()), timer_(reactor.io()), done_(std::move(done)) {}

    // On the reactor's thread.
    void start(const std::string& target, const Options& options);
    void cancel();

private:
    void resolve(const std::string& target, std::uint16_t default_port);
    void connect(const std::vector<Tcp::endpoint>& candidates);
    void finish(Result<void, std::string> outcome);

    Tcp::resolver resolver_;
    Tcp::socket socket_;
    asio::steady_timer timer_;
    Done done_;
};

}  // namespace keel::net
