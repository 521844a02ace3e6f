// One net thread: its event loop, the connections that belong to it, and the queue of things other threads want of it.
// Private to this room.
#pragma once

#include <thread>
#include <unordered_map>

#include <boost/asio.hpp>

#include "edge/net/network.hpp"
#include "edge/runtime/mailbox.hpp"

namespace keel::net {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

class Connection;
class Reactor;

// What all net threads share.
struct Shared {
    Options options;
    Handler handler;
    Logger& logger;
    TrafficBook traffic;
    std::atomic<std::size_t> sockets{0};  // open or being opened
    std::atomic<std::int64_t> next_peer{0};
    std::atomic<bool> stopping{false};

    void emit(Event event) const {
        if (!stopping) handler(std::move(event));
    }
};

// A connection that we opened: the token of its dial, and what to speak.
struct Dialed {
    std::uint64_t token = 0;
    wire::TransportKind transport = wire::TransportKind::v1;
};

// One of Options::max_connections, held as long as a socket is.
class Slot {
public:
    static std::optional<Slot> take(Shared& shared);
    Slot(Slot&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
    Slot& operator=(Slot&& other) noexcept {
        std::swap(shared_, other.shared_);
        return *this;
    }
    ~Slot() {
        if (shared_ != nullptr) --shared_->sockets;
    }

private:
    explicit Slot(Shared& shared) : shared_(&shared) {}
    Shared* shared_;
};

// The receive budget of one connection; reaches its reactor when a stopped reader may go on.
class Receipt::Account {
public:
    Account(std::weak_ptr<Reactor> reactor, PeerId peer, std::size_t budget)
        : reactor_(std::move(reactor)), peer_(peer), credits_(static_cast<std::int64_t>(budget)) {}

    [[nodiscard]] bool open() const { return credits_.left() > 0; }
    bool take(std::size_t bytes) { return credits_.try_take(static_cast<std::int64_t>(bytes)); }
    void give(std::size_t bytes);

private:
    std::weak_ptr<Reactor> reactor_;
    PeerId peer_;
    runtime::Credits credits_;
};

class Reactor : public std::enable_shared_from_this<Reactor> {
public:
    using Task = std::function<void()>;
    using PeerTask = std::function<void(Connection&)>;

    explicit Reactor(Shared& shared) : shared_(shared) {}

    void start(const std::string& name);
    // From another thread: closes everything and waits for the thread.
    void stop();

    // Any thread: runs on this reactor's thread, in order of posting; several are taken at once.
    void post(Task task);
    void post(PeerId peer, PeerTask task);

    // On this thread.
    void adopt(PeerId peer, Tcp::socket socket, std::optional<Dialed> dial, Slot slot);
    void remove(PeerId peer, const std::string& reason, bool retry_v1);
    // The connection has output; it is written after everything posted so far was run.
    void wants_flush(PeerId peer) { dirty_.push_back(peer); }

    [[nodiscard]] asio::io_context& io() { return io_; }
    [[nodiscard]] Shared& shared() { return shared_; }

private:
    void run_posted();
    std::shared_ptr<Connection> find(PeerId peer);

    Shared& shared_;
    asio::io_context io_{1};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> keep_running_;
    std::unordered_map<PeerId, std::shared_ptr<Connection>> connections_;
    std::vector<PeerId> dirty_;

    std::mutex mutex_;
    std::vector<Task> posted_;
    bool scheduled_ = false;
    bool stopped_ = false;
    std::thread thread_;
};

wire::Endpoint from_asio(const Tcp::endpoint& endpoint);
// Nothing for networks without sockets of their own.
std::optional<Tcp::endpoint> to_asio(const wire::Endpoint& endpoint);

}  // namespace keel::net
