#include "edge/net/dialer.hpp"

namespace keel::net {
namespace {

struct HostAndPort {
    std::string host;
    std::string port;
};

// "host" or "host:port"; a bracketed or bare IPv6 address was recognized before.
HostAndPort split(const std::string& target, std::uint16_t default_port) {
    const std::size_t colon = target.rfind(':');
    if (colon == std::string::npos) return {target, std::to_string(default_port)};
    return {target.substr(0, colon), target.substr(colon + 1)};
}

}  // namespace

void Dialer::start(const std::string& target, const Options& options) {
    timer_.expires_after(options.dial_timeout);
    timer_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
        if (!cancelled) self->finish(Failure<std::string>("timed out"));
    });
    const auto endpoint = wire::parse_endpoint(target, options.default_port);
    if (!endpoint) {
        resolve(target, options.default_port);
        return;
    }
    if (const auto direct = to_asio(*endpoint)) {
        connect({*direct});
    } else {
        finish(Failure<std::string>(concat("no way to reach the network of ", target)));
    }
}

void Dialer::resolve(const std::string& target, std::uint16_t default_port) {
    const auto [host, port] = split(target, default_port);
    resolver_.async_resolve(host, port, Tcp::resolver::numeric_service,
                            [self = shared_from_this()](ErrorCode error, const Tcp::resolver::results_type& results) {
                                if (error) {
                                    self->finish(Failure<std::string>(error.message()));
                                    return;
                                }
                                self->connect({results.begin(), results.end()});
                            });
}

void Dialer::connect(const std::vector<Tcp::endpoint>& candidates) {
    asio::async_connect(socket_, candidates, [self = shared_from_this()](ErrorCode error, const Tcp::endpoint&) {
        if (error) {
            self->finish(Failure<std::string>(error.message()));
        } else {
            self->finish({});
        }
    });
}

void Dialer::finish(Result<void, std::string> outcome) {
    const Done done = std::exchange(done_, nullptr);
    if (!done) return;
    timer_.cancel();
    if (!outcome) {
        cancel();
        done(Failure<std::string>(outcome.error()));
        return;
    }
    done(std::move(socket_));
}

void Dialer::cancel() {
    done_ = nullptr;
    timer_.cancel();
    resolver_.cancel();
    ErrorCode ignored;
    socket_.close(ignored);
}

}  // namespace keel::net
