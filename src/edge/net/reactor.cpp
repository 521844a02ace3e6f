#include "edge/net/reactor.hpp"

#include "edge/net/connection.hpp"
#include "edge/runtime/thread_name.hpp"

namespace keel::net {

std::optional<Slot> Slot::take(Shared& shared) {
    if (shared.sockets.fetch_add(1) < shared.options.max_connections) return Slot(shared);
    --shared.sockets;
    return std::nullopt;
}

Receipt& Receipt::operator=(Receipt&& other) noexcept {
    if (this != &other) {
        give_back();
        account_ = std::move(other.account_);
        bytes_ = other.bytes_;
    }
    return *this;
}

void Receipt::give_back() {
    if (const auto account = std::exchange(account_, nullptr)) account->give(bytes_);
}

void Receipt::Account::give(std::size_t bytes) {
    if (!credits_.give(static_cast<std::int64_t>(bytes))) return;
    if (const auto reactor = reactor_.lock()) {
        reactor->post(peer_, [](Connection& connection) { connection.resume(); });
    }
}

void Reactor::start(const std::string& name) {
    keep_running_.emplace(io_.get_executor());
    thread_ = std::thread([this, name] {
        runtime::set_thread_name(name);
        io_.run();
    });
}

void Reactor::stop() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
        for (auto& [peer, connection] : connections_) {
            connection->shut_down();
        }
        connections_.clear();
        keep_running_.reset();
    });
    thread_.join();
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        posted_.clear();
    }
    io_.restart();
    io_.poll();  // what was scheduled too late holds this object
}

void Reactor::post(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (stopped_) return;
        posted_.push_back(std::move(task));
        if (std::exchange(scheduled_, true)) return;
    }
    asio::post(io_, [self = shared_from_this()] { self->run_posted(); });
}

void Reactor::post(PeerId peer, PeerTask task) {
    post([this, peer, task = std::move(task)] {
        if (const auto connection = find(peer)) task(*connection);
    });
}

void Reactor::run_posted() {
    std::vector<Task> tasks;
    {
        const std::lock_guard lock(mutex_);
        tasks.swap(posted_);
        scheduled_ = false;
    }
    for (const Task& task : tasks) {
        task();
    }
    for (const PeerId peer : std::exchange(dirty_, {})) {
        if (const auto connection = find(peer)) connection->flush();
    }
}

// Owned by the caller as well: the connection may end, and leave the map, while it is being used.
std::shared_ptr<Connection> Reactor::find(PeerId peer) {
    const auto found = connections_.find(peer);
    return found == connections_.end() ? nullptr : found->second;
}

void Reactor::adopt(PeerId peer, Tcp::socket socket, std::optional<Dialed> dial, Slot slot) {
    if (shared_.stopping) return;
    auto connection =
        std::make_shared<Connection>(*this, Connection::Parts{peer, std::move(socket), dial, std::move(slot)});
    connections_.emplace(peer, connection);
    if (!connection->start()) {
        connections_.erase(peer);
        if (dial) shared_.emit(DialFailed{dial->token, "the connection was lost at once"});
    }
}

void Reactor::remove(PeerId peer, const std::string& reason, bool retry_v1) {
    connections_.erase(peer);
    shared_.traffic.close(peer);
    log(shared_.logger, LogCategory::net, LogLevel::debug, "connection ", peer, " closed: ", reason);
    shared_.emit(Closed{peer, reason, retry_v1});
}

wire::Endpoint from_asio(const Tcp::endpoint& endpoint) {
    const auto address = endpoint.address();
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        return {wire::NetAddress(wire::Net::ipv4, std::as_bytes(std::span(bytes))), endpoint.port()};
    }
    const auto bytes = address.to_v6().to_bytes();
    wire::Reader in(std::as_bytes(std::span(bytes)));
    return {wire::read_address_v1(in).value_or(wire::NetAddress()), endpoint.port()};
}

std::optional<Tcp::endpoint> to_asio(const wire::Endpoint& endpoint) {
    const ByteSpan bytes = endpoint.address.bytes();
    if (endpoint.address.net() == wire::Net::ipv4) {
        return Tcp::endpoint(asio::ip::address_v4(load_be<std::uint32_t>(bytes.data())), endpoint.port);
    }
    if (endpoint.address.net() != wire::Net::ipv6 && endpoint.address.net() != wire::Net::cjdns) return std::nullopt;
    asio::ip::address_v6::bytes_type raw;
    std::memcpy(raw.data(), bytes.data(), raw.size());
    return Tcp::endpoint(asio::ip::address_v6(raw), endpoint.port);
}

}  // namespace keel::net
