#include "edge/net/listener.hpp"

namespace keel::net {
namespace {

// After an error such as "too many open files", which does not go away at once.
constexpr std::chrono::milliseconds kPauseAfterError{100};

}  // namespace

Result<wire::Endpoint, std::string> Listener::open(const wire::Endpoint& at) {
    const auto failed = [&at](std::string_view why) {
        return Failure<std::string>(concat("Cannot listen on ", wire::to_string(at), ": ", why, "."));
    };
    const auto endpoint = to_asio(at);
    if (!endpoint) return failed("not an IPv4 or IPv6 address");
    ErrorCode error;
    acceptor_.open(endpoint->protocol(), error);
    if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint->address().is_v6()) acceptor_.set_option(asio::ip::v6_only(true), error);
    if (!error) acceptor_.bind(*endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return failed(error.message());
    return from_asio(acceptor_.local_endpoint(error));
}

void Listener::accept() {
    acceptor_.async_accept([self = shared_from_this()](ErrorCode error, Tcp::socket socket) {
        if (!self->acceptor_.is_open()) return;
        Shared& shared = self->reactor_.shared();
        if (error && error != asio::error::connection_aborted) {
            log(shared.logger, LogCategory::net, LogLevel::warning, "cannot accept a connection: ", error.message());
            self->pause_.expires_after(kPauseAfterError);
            self->pause_.async_wait([self](ErrorCode cancelled) {
                if (!cancelled) self->accept();
            });
            return;
        }
        // Without a slot the socket closes here: the peer sees it, and the listen queue stays short.
        auto slot = error ? std::nullopt : Slot::take(shared);
        if (slot) self->accepted_(std::move(socket), *std::move(slot));
        self->accept();
    });
}

void Listener::close() {
    ErrorCode ignored;
    acceptor_.close(ignored);
    pause_.cancel();
}

}  // namespace keel::net
