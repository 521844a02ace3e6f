// The node's sockets: listeners, outgoing connections, and one wire transport per connection, on threads of their own.
//
// Any thread may call everything here; nothing blocks, except start, listen and stop. Events reach the handler on net
// threads, those of one peer in order and from one thread: Connected first, Closed last, exactly one of each.
//
// Backpressure: every Received carries a Receipt. While a peer's receipts hold more than Options::receive_budget, or
// more than Options::send_mark waits to be sent to it, its socket is not read, so that TCP slows it down.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/logger.hpp"
#include "edge/net/traffic.hpp"
#include "engine/wire/transport.hpp"

namespace keel::net {

using wire::PeerId;

struct Options {
    wire::Magic magic{};
    std::uint16_t default_port = 0;  // of dial targets that name none
    std::size_t threads = 1;
    std::size_t max_connections = 1024;      // sockets in all, dials under way included
    std::size_t receive_budget = 5'000'000;  // bytes of memory, per peer
    std::size_t send_mark = 1'000'000;       // bytes, per peer
    std::size_t send_limit = 64'000'000;     // bytes, per peer
    std::chrono::milliseconds dial_timeout{5000};
    std::chrono::milliseconds close_timeout{2000};  // for what is still queued when a connection is closed
    bool v2_transport = false;                      // inbound: find out what the other side speaks
    int socket_buffer = 0;                          // bytes, each way; 0: as the system adapts them
};

// Bytes of a peer's receive budget, given back when destroyed. Any thread; may outlive the Network.
class Receipt {
public:
    class Account;

    Receipt() = default;
    Receipt(std::shared_ptr<Account> account, std::size_t bytes) : account_(std::move(account)), bytes_(bytes) {}
    Receipt(Receipt&& other) noexcept : account_(std::move(other.account_)), bytes_(other.bytes_) {}
    Receipt& operator=(Receipt&& other) noexcept;
    ~Receipt() { give_back(); }

    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    void give_back();

    std::shared_ptr<Account> account_;
    std::size_t bytes_ = 0;
};

struct Connected {
    PeerId peer;
    wire::Endpoint remote;
    wire::Endpoint local;
    std::optional<std::uint64_t> dial;  // the token of dial(); nothing: inbound
    wire::TransportKind transport = wire::TransportKind::v1;
};
// The transport that was "detecting" at first is known.
struct TransportSettled {
    PeerId peer;
    wire::TransportKind transport = wire::TransportKind::v1;
    std::optional<RawHash> session_id;
};
struct Received {
    PeerId peer;
    wire::Message message;
    Receipt receipt;
};
// A complete message whose payload is not what its command promises; the connection goes on.
struct Refused {
    PeerId peer;
    wire::WireError error;
};
// Answers serve_block(): the block is queued and the queue is short again; or it could not be read.
struct BlockServed {
    PeerId peer;
    bool sent = true;
};
struct Closed {
    PeerId peer;
    std::string reason;  // for logs
    // We offered version 2 of the transport and were closed without a word: the other side may speak version 1.
    bool retry_v1 = false;
};
struct DialFailed {
    std::uint64_t token = 0;
    std::string reason;
};
using Event = std::variant<Connected, TransportSettled, Received, Refused, BlockServed, Closed, DialFailed>;

// Called on net threads; must return soon: it posts into a mailbox.
using Handler = std::function<void(Event)>;
// Reads a block's serialization; nothing when that fails. Called on the reading thread.
using BlockLoader = std::function<std::optional<Bytes>()>;

class Network {
public:
    Network(const Options& options, Handler handler, Logger& logger);
    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    // Accepts connections at this address (IPv4 or IPv6); port 0: any free one. The address bound, or one sentence.
    // Several listeners may run; IPv6 ones accept no IPv4.
    Result<wire::Endpoint, std::string> listen(const wire::Endpoint& at);
    // Connects to "host", "host:port", "1.2.3.4", "[::1]:8333", ...: Connected or DialFailed with this token follows.
    // v1 or v2 is spoken from the first byte on.
    void dial(std::uint64_t token, std::string target, wire::TransportKind transport = wire::TransportKind::v1);

    // Unknown and closed peers are ignored by all of these.
    void send(PeerId peer, wire::Message message);
    void send(PeerId peer, wire::Encoded message);
    // Sends a `block` message with the bytes that the loader reads. BlockServed follows unless the peer closes.
    void serve_block(PeerId peer, BlockLoader loader);
    // Nothing more is read; what is queued is still sent, within Options::close_timeout.
    void close(PeerId peer);

    [[nodiscard]] std::vector<PeerTraffic> peer_traffic() const;
    [[nodiscard]] TrafficTotals total_traffic() const;
    [[nodiscard]] std::size_t connections() const;

    // Closes everything and ends the threads; no event comes after it. The destructor does the same.
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace keel::net
