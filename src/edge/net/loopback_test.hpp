// Networks on loopback, and plain sockets that misbehave, for the tests of this room.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include <boost/asio.hpp>
#include <gtest/gtest.h>

#include "edge/net/network.hpp"
#include "engine/wire/v1_transport.hpp"
#include "rules/primitives/block.hpp"

namespace keel::net {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using namespace std::chrono_literals;
using wire::NetAddress;

inline constexpr wire::Magic kMagic{std::byte{0xFA}, std::byte{0xBF}, std::byte{0xB5}, std::byte{0xDA}};
inline const wire::Endpoint kLoopback{NetAddress::ipv4(127, 0, 0, 1), 0};
inline constexpr auto kPatience = 20s;

inline Options options() {
    Options out;
    out.magic = kMagic;
    out.threads = 2;
    out.default_port = 1;
    return out;
}

// A network whose events are kept until a test asks for them.
class Node {
public:
    explicit Node(const Options& with = options())
        : network(with, [this](Event event) { on(std::move(event)); }, logger_) {}
    ~Node() { network.stop(); }

    // The next event of this type, in order of arrival; the others stay.
    template <class E>
    std::optional<E> take(std::chrono::milliseconds patience = kPatience) {
        std::unique_lock lock(mutex_);
        const auto until = std::chrono::steady_clock::now() + patience;
        while (true) {
            const auto found =
                std::ranges::find_if(events_, [](const Event& e) { return std::holds_alternative<E>(e); });
            if (found != events_.end()) {
                E out = std::get<E>(std::move(*found));
                events_.erase(found);
                return out;
            }
            if (arrived_.wait_until(lock, until) == std::cv_status::timeout) return std::nullopt;
        }
    }
    template <class E>
    std::size_t count() {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(
            std::ranges::count_if(events_, [](const Event& e) { return std::holds_alternative<E>(e); }));
    }
    // Received messages are answered with themselves and forgotten.
    void echo() { echo_ = true; }

    wire::Endpoint listen(const wire::Endpoint& at = kLoopback) {
        const auto bound = network.listen(at);
        EXPECT_TRUE(bound.has_value()) << (bound ? "" : bound.error());
        return bound.value_or(wire::Endpoint{});
    }

private:
    void on(Event event) {
        if (auto* received = std::get_if<Received>(&event); received != nullptr && echo_) {
            network.send(received->peer, std::move(received->message));
            return;
        }
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
        arrived_.notify_all();
    }

    NullLogger logger_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Event> events_;
    std::atomic<bool> echo_{false};

public:
    Network network;  // last: its threads use the rest
};

// A connected pair: who dialed, and the ids both sides know each other by.
struct Pair {
    PeerId at_dialer;
    PeerId at_listener;
};
inline Pair connect(Node& dialer, Node& listener, const wire::Endpoint& at, std::uint64_t token = 1) {
    dialer.network.dial(token, wire::to_string(at));
    const auto out = dialer.take<Connected>();
    const auto in = listener.take<Connected>();
    EXPECT_TRUE(out && in);
    if (!out || !in) return {};
    EXPECT_EQ(out->dial, token);
    EXPECT_EQ(out->remote, at);
    EXPECT_FALSE(in->dial);
    EXPECT_EQ(in->remote, out->local);
    EXPECT_EQ(in->local, at);
    return {out->peer, in->peer};
}

template <class M>
M take_message(Node& node) {
    auto received = node.take<Received>();
    if (!received || !std::holds_alternative<M>(received->message)) {
        ADD_FAILURE() << "no such message";
        return M{};
    }
    return std::get<M>(std::move(received->message));
}

// A plain socket on which a test does what no Network would.
struct RawPeer {
    asio::io_context io;
    Tcp::socket socket{io};

    explicit RawPeer(const wire::Endpoint& at, int receive_buffer = 0) {
        socket.open(Tcp::v4());
        if (receive_buffer > 0) socket.set_option(asio::socket_base::receive_buffer_size(receive_buffer));
        socket.connect(Tcp::endpoint(asio::ip::address_v4::loopback(), at.port));
    }
    void write(ByteSpan bytes) { asio::write(socket, asio::buffer(bytes.data(), bytes.size())); }
    // Bytes until the other side closes.
    std::size_t drain() {
        Bytes buffer(1 << 16);
        std::size_t total = 0;
        boost::system::error_code error;
        while (!error) {
            total += socket.read_some(asio::buffer(buffer.data(), buffer.size()), error);
        }
        return total;
    }
};

inline Bytes framed(const wire::Message& message) {
    wire::V1Transport transport(kMagic);
    transport.send(wire::encode(message));
    Bytes out;
    for (const auto& piece : transport.take_output()) {
        append(out, piece.bytes);
    }
    return out;
}

inline Bytes framed_raw(std::string_view command, std::size_t size) {
    wire::V1Transport transport(kMagic);
    transport.send(wire::encode_raw(command, Bytes(size)));
    Bytes out;
    for (const auto& piece : transport.take_output()) {
        append(out, piece.bytes);
    }
    return out;
}

// A block of about this many bytes.
inline primitives::BlockPtr block_of(std::size_t bytes) {
    primitives::MutableTx coinbase;
    coinbase.inputs.resize(1);
    coinbase.inputs[0].prevout.index = primitives::OutPoint::kNullIndex;
    coinbase.outputs.resize(1);
    coinbase.outputs[0].script.resize(bytes);
    return primitives::Block::assemble({}, std::vector{coinbase});
}

}  // namespace keel::net
