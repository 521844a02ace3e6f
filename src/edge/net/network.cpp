#include "edge/net/network.hpp"

#include <set>

#include "edge/net/connection.hpp"
#include "edge/net/dialer.hpp"
#include "edge/net/listener.hpp"
#include "edge/runtime/actor_thread.hpp"

namespace keel::net {

class Network::Impl {
public:
    Impl(const Options& options, Handler handler, Logger& logger);
    ~Impl() { stop(); }

    Result<wire::Endpoint, std::string> listen(const wire::Endpoint& at);
    void dial(const Dialed& dialed, std::string target);
    void to_peer(PeerId peer, Reactor::PeerTask task) { reactor_of(peer).post(peer, std::move(task)); }
    void serve_block(PeerId peer, BlockLoader loader) { reader_.post({peer, std::move(loader)}); }
    [[nodiscard]] const Shared& shared() const { return shared_; }
    void stop();

private:
    struct Reading {
        PeerId peer;
        BlockLoader loader;
    };

    Reactor& reactor_of(PeerId peer) { return *reactors_[static_cast<std::size_t>(peer.value()) % reactors_.size()]; }
    Reactor& first() { return *reactors_.front(); }
    void read_block(const Reading& reading);
    void hand_over(Tcp::socket socket, std::optional<Dialed> dial, Slot slot);
    void start_dial(const Dialed& dialed, const std::string& target);

    Shared shared_;
    std::vector<std::shared_ptr<Reactor>> reactors_;
    std::vector<std::shared_ptr<Listener>> listeners_;  // of the first reactor's thread, like the dialers
    std::set<std::shared_ptr<Dialer>> dialers_;
    runtime::ActorThread<Reading> reader_;
};

Network::Impl::Impl(const Options& options, Handler handler, Logger& logger)
    : shared_{options, std::move(handler), logger, {}, {}, {}, {}},
      reader_("net.read", {[this](const Reading& reading) { read_block(reading); },
                           [] { return std::optional<runtime::Deadline>(); }}) {
    for (std::size_t i = 0; i < std::max<std::size_t>(options.threads, 1); ++i) {
        reactors_.push_back(std::make_shared<Reactor>(shared_));
    }
    for (std::size_t i = 0; i < reactors_.size(); ++i) {
        reactors_[i]->start("net." + std::to_string(i));
    }
}

Result<wire::Endpoint, std::string> Network::Impl::listen(const wire::Endpoint& at) {
    auto listener = std::make_shared<Listener>(first(), [this](Tcp::socket socket, Slot slot) {
        hand_over(std::move(socket), std::nullopt, std::move(slot));
    });
    KEEL_TRY(auto bound, listener->open(at));
    first().post([this, listener] {
        if (shared_.stopping) return;
        listeners_.push_back(listener);
        listener->start();
    });
    return bound;
}

// Gives a socket to the reactor of its new peer.
void Network::Impl::hand_over(Tcp::socket socket, std::optional<Dialed> dial, Slot slot) {
    const PeerId peer(shared_.next_peer++);
    Reactor& reactor = reactor_of(peer);
    if (&reactor == &first()) {
        reactor.adopt(peer, std::move(socket), dial, std::move(slot));
        return;
    }
    ErrorCode error;
    const auto protocol = socket.local_endpoint(error).protocol();
    auto moved = std::make_shared<std::pair<Tcp::socket, Slot>>(Tcp::socket(reactor.io()), std::move(slot));
    moved->first.assign(protocol, socket.release(error), error);
    reactor.post([&reactor, peer, dial, moved] {
        reactor.adopt(peer, std::move(moved->first), dial, std::move(moved->second));
    });
}

void Network::Impl::dial(const Dialed& dialed, std::string target) {
    first().post([this, dialed, target = std::move(target)] { start_dial(dialed, target); });
}

void Network::Impl::start_dial(const Dialed& dialed, const std::string& target) {
    if (shared_.stopping) return;
    auto slot = Slot::take(shared_);
    if (!slot) {
        shared_.emit(DialFailed{dialed.token, "too many connections"});
        return;
    }
    auto held = std::make_shared<Slot>(*std::move(slot));
    auto self = std::make_shared<std::weak_ptr<Dialer>>();
    auto dialer =
        std::make_shared<Dialer>(first(), [this, dialed, held, self](Result<Tcp::socket, std::string> result) {
            dialers_.erase(self->lock());
            if (result) {
                hand_over(*std::move(result), dialed, std::move(*held));
            } else {
                {
                    const Slot given_back = std::move(*held);
                }
                shared_.emit(DialFailed{dialed.token, result.error()});
            }
        });
    *self = dialer;
    dialers_.insert(dialer);
    dialer->start(target, shared_.options);
}

void Network::Impl::read_block(const Reading& reading) {
    if (shared_.stopping) return;
    auto block = std::make_shared<std::optional<Bytes>>(reading.loader());
    to_peer(reading.peer, [block](Connection& connection) { connection.block_loaded(std::move(*block)); });
}

void Network::Impl::stop() {
    if (shared_.stopping.exchange(true)) return;
    reader_.stop();
    first().post([this] {
        for (const auto& listener : listeners_) {
            listener->close();
        }
        for (const auto& dialer : dialers_) {
            dialer->cancel();
        }
        dialers_.clear();
    });
    for (const auto& reactor : reactors_) {
        reactor->stop();
    }
    listeners_.clear();
}

Network::Network(const Options& options, Handler handler, Logger& logger)
    : impl_(std::make_unique<Impl>(options, std::move(handler), logger)) {}
Network::~Network() = default;

Result<wire::Endpoint, std::string> Network::listen(const wire::Endpoint& at) { return impl_->listen(at); }
void Network::dial(std::uint64_t token, std::string target, wire::TransportKind transport) {
    impl_->dial({token, transport}, std::move(target));
}

void Network::send(PeerId peer, wire::Message message) {
    auto shared = std::make_shared<const wire::Message>(std::move(message));
    impl_->to_peer(peer, [shared](Connection& connection) { connection.send(wire::encode(*shared)); });
}

void Network::send(PeerId peer, wire::Encoded message) {
    impl_->to_peer(peer, [message = std::move(message)](Connection& connection) { connection.send(message); });
}

void Network::serve_block(PeerId peer, BlockLoader loader) { impl_->serve_block(peer, std::move(loader)); }

void Network::close(PeerId peer) {
    impl_->to_peer(peer, [](Connection& connection) { connection.close_after_sending("closed by us"); });
}

std::vector<PeerTraffic> Network::peer_traffic() const { return impl_->shared().traffic.peers(); }
TrafficTotals Network::total_traffic() const { return impl_->shared().traffic.totals(); }
std::size_t Network::connections() const { return impl_->shared().sockets; }
void Network::stop() { impl_->stop(); }

}  // namespace keel::net
