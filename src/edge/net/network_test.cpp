#include "edge/net/network.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include <boost/asio.hpp>
#include <gtest/gtest.h>

#include "rules/primitives/block.hpp"

namespace keel::net {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using namespace std::chrono_literals;
using wire::NetAddress;

constexpr wire::Magic kMagic{std::byte{0xFA}, std::byte{0xBF}, std::byte{0xB5}, std::byte{0xDA}};
const wire::Endpoint kLoopback{NetAddress::ipv4(127, 0, 0, 1), 0};
constexpr auto kPatience = 20s;

Options options() {
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
Pair connect(Node& dialer, Node& listener, const wire::Endpoint& at, std::uint64_t token = 1) {
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

Bytes framed(const wire::Message& message) {
    wire::V1Transport transport(kMagic);
    transport.send(wire::encode(message));
    Bytes out;
    for (const auto& piece : transport.take_output()) {
        append(out, piece.bytes);
    }
    return out;
}

Bytes framed_raw(std::string_view command, std::size_t size) {
    wire::V1Transport transport(kMagic);
    transport.send(wire::encode_raw(command, Bytes(size)));
    Bytes out;
    for (const auto& piece : transport.take_output()) {
        append(out, piece.bytes);
    }
    return out;
}

// A block of about this many bytes.
primitives::BlockPtr block_of(std::size_t bytes) {
    primitives::MutableTx coinbase;
    coinbase.inputs.resize(1);
    coinbase.inputs[0].prevout.index = primitives::OutPoint::kNullIndex;
    coinbase.outputs.resize(1);
    coinbase.outputs[0].script.resize(bytes);
    return primitives::Block::assemble({}, std::vector{coinbase});
}

TEST(Network, messages_cross_and_come_back_in_order) {
    Node server;
    Node client;
    server.echo();
    const Pair pair = connect(client, server, server.listen());
    for (std::uint64_t i = 0; i < 2000; ++i) {
        client.network.send(pair.at_dialer, wire::Ping{i});
    }
    for (std::uint64_t i = 0; i < 2000; ++i) {
        ASSERT_EQ(take_message<wire::Ping>(client).nonce, i);
    }
}

TEST(Network, large_blocks_arrive_as_they_were) {
    Node server;
    Node client;
    server.echo();
    const Pair pair = connect(client, server, server.listen());
    const auto block = block_of(1'500'000);
    for (int i = 0; i < 3; ++i) {
        client.network.send(pair.at_dialer, wire::BlockMessage{block});
    }
    for (int i = 0; i < 3; ++i) {
        const auto got = take_message<wire::BlockMessage>(client);
        ASSERT_TRUE(got.block);
        EXPECT_TRUE(equal(got.block->raw(), block->raw()));
    }
}

TEST(Network, works_over_ipv6) {
    Node server;
    Node client;
    std::array<std::byte, 16> one{};
    one[15] = std::byte{1};
    const auto bound = server.network.listen({NetAddress(wire::Net::ipv6, one), 0});
    if (!bound) GTEST_SKIP() << "no IPv6 loopback here: " << bound.error();
    const Pair pair = connect(client, server, *bound);
    client.network.send(pair.at_dialer, wire::Ping{5});
    EXPECT_EQ(take_message<wire::Ping>(server).nonce, 5U);
}

TEST(Network, listens_at_several_addresses_and_says_what_fails) {
    Node server;
    Node client;
    const auto first = server.listen();
    const auto second = server.listen();
    EXPECT_NE(first.port, second.port);
    connect(client, server, first, 1);
    connect(client, server, second, 2);
    const auto taken = server.network.listen(first);
    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error(), "Cannot listen on " + wire::to_string(first) + ": Address already in use.");
    const auto onion = server.network.listen({NetAddress(wire::Net::torv3, Bytes(32)), 1});
    EXPECT_FALSE(onion.has_value());
}

TEST(Network, a_dial_fails_with_its_token) {
    Node client;
    wire::Endpoint nobody;
    {
        Node server;
        nobody = server.listen();
    }
    client.network.dial(7, wire::to_string(nobody));
    const auto refused = client.take<DialFailed>();
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->token, 7U);
    EXPECT_EQ(refused->reason, "Connection refused");
    for (const std::string target : {"no.such.host.invalid", "localhost:notaport", "", "1.2.3.4:99999",
                                     "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"}) {
        client.network.dial(8, target);
        const auto failed = client.take<DialFailed>();
        ASSERT_TRUE(failed) << target;
        EXPECT_EQ(failed->token, 8U);
        EXPECT_FALSE(failed->reason.empty());
    }
    EXPECT_EQ(client.network.connections(), 0U);
}

TEST(Network, a_name_with_a_port_is_resolved) {
    Node server;
    Node client;
    const auto at = server.listen();
    client.network.dial(1, "localhost:" + std::to_string(at.port));
    EXPECT_TRUE(client.take<Connected>());
}

TEST(Network, a_dial_that_nobody_answers_times_out) {
    Options impatient = options();
    impatient.dial_timeout = 50ms;
    Node client(impatient);
    // A listener whose queue is full answers no more connections.
    asio::io_context io;
    Tcp::acceptor full(io);
    full.open(Tcp::v4());
    full.bind({asio::ip::address_v4::loopback(), 0});
    full.listen(0);
    std::vector<std::unique_ptr<Tcp::socket>> fillers;
    for (int i = 0; i < 4; ++i) {
        fillers.push_back(std::make_unique<Tcp::socket>(io, Tcp::v4()));
        fillers.back()->async_connect(full.local_endpoint(), [](boost::system::error_code) {});  // starts at once
    }
    client.network.dial(3, "127.0.0.1:" + std::to_string(full.local_endpoint().port()));
    const auto failed = client.take<DialFailed>();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->reason, "timed out");
}

TEST(Network, close_sends_what_is_queued_first) {
    Node server;
    Node client;
    const Pair pair = connect(client, server, server.listen());
    const auto block = block_of(3'000'000);
    client.network.send(pair.at_dialer, wire::BlockMessage{block});
    client.network.send(pair.at_dialer, wire::Ping{9});
    client.network.close(pair.at_dialer);
    client.network.send(pair.at_dialer, wire::Ping{10});
    EXPECT_TRUE(take_message<wire::BlockMessage>(server).block);
    EXPECT_EQ(take_message<wire::Ping>(server).nonce, 9U);
    EXPECT_EQ(server.take<Closed>()->reason, "closed by the peer");
    EXPECT_EQ(client.take<Closed>()->reason, "closed by us");
    EXPECT_EQ(server.count<Received>(), 0U);
}

TEST(Network, close_does_not_wait_for_a_peer_that_does_not_read) {
    Options hasty = options();
    hasty.close_timeout = 50ms;
    Node server(hasty);
    const auto at = server.listen();
    RawPeer silent(at, 4096);
    const PeerId peer = server.take<Connected>()->peer;
    for (int i = 0; i < 20; ++i) {
        server.network.send(peer, wire::BlockMessage{block_of(1'000'000)});
    }
    server.network.close(peer);
    EXPECT_TRUE(server.take<Closed>());
}

TEST(Network, another_networks_magic_ends_the_connection) {
    Node server;
    RawPeer peer(server.listen());
    peer.write(as_bytes("GET / HTTP/1.1\r\nHost: example\r\n\r\n"));
    const auto closed = server.take<Closed>();
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->reason, "wrong network magic");
    EXPECT_EQ(server.count<Received>(), 0U);
}

TEST(Network, a_malformed_message_is_reported_and_the_connection_lives) {
    Node server;
    RawPeer peer(server.listen());
    peer.write(framed_raw("getdata", 0));
    Bytes damaged = framed(wire::Ping{1});
    damaged.back() ^= std::byte{1};
    peer.write(damaged);
    peer.write(framed_raw("nonsense", 3));
    peer.write(framed(wire::Ping{2}));
    const auto refused = server.take<Refused>();
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->error.command, "getdata");
    EXPECT_EQ(take_message<wire::Unknown>(server).command, "nonsense");
    EXPECT_EQ(take_message<wire::Ping>(server).nonce, 2U);
    EXPECT_EQ(server.count<Closed>(), 0U);
}

TEST(Network, a_peer_whose_messages_pile_up_is_not_read_and_goes_on_when_they_are_handled) {
    Options small = options();
    small.receive_budget = 200'000;
    small.socket_buffer = 65'536;
    Node server(small);
    Node client;
    const Pair pair = connect(client, server, server.listen());
    constexpr std::size_t kBlocks = 200;
    const auto block = block_of(100'000);
    for (std::size_t i = 0; i < kBlocks; ++i) {
        client.network.send(pair.at_dialer, wire::BlockMessage{block});
    }
    ASSERT_TRUE(server.take<Received>(kPatience));  // its receipt is given back here
    std::this_thread::sleep_for(300ms);
    const std::size_t waiting = server.count<Received>();
    EXPECT_LE(waiting, 4U);
    EXPECT_LT(server.network.total_traffic().received, 2'000'000U);
    for (std::size_t i = 1; i < kBlocks; ++i) {
        ASSERT_TRUE(server.take<Received>()) << i;
    }
}

TEST(Network, a_peer_that_asks_but_does_not_read_is_not_read_either) {
    Options small = options();
    small.send_mark = 100'000;
    small.send_limit = 50'000'000;
    small.socket_buffer = 65'536;
    Node server(small);
    server.echo();
    RawPeer peer(server.listen(), 8192);
    peer.socket.non_blocking(true);
    const Bytes question = framed(wire::Filter{0, {}, Bytes(50'000)});
    boost::system::error_code error;
    std::size_t sent = 0;
    const auto until = std::chrono::steady_clock::now() + 500ms;
    while (std::chrono::steady_clock::now() < until) {
        const std::size_t n = peer.socket.write_some(asio::buffer(question.data(), question.size()), error);
        sent += n;
        if (error) std::this_thread::sleep_for(5ms);
    }
    // Only the socket buffers and the mark limit what it can get rid of.
    EXPECT_LT(sent, 10'000'000U);
}

TEST(Network, a_peer_that_never_reads_is_closed_at_the_send_limit) {
    Options small = options();
    small.send_limit = 5'000'000;
    small.socket_buffer = 65'536;
    Node server(small);
    RawPeer silent(server.listen(), 4096);
    const PeerId peer = server.take<Connected>()->peer;
    const auto block = block_of(1'000'000);
    for (int i = 0; i < 8; ++i) {
        server.network.send(peer, wire::BlockMessage{block});
    }
    EXPECT_EQ(server.take<Closed>()->reason, "does not read what it is sent");
}

TEST(Network, blocks_are_served_from_their_loader_at_the_pace_of_the_reader) {
    Options small = options();
    small.send_mark = 300'000;
    small.socket_buffer = 65'536;
    Node server(small);
    const auto at = server.listen();
    RawPeer peer(at, 8192);
    const PeerId id = server.take<Connected>()->peer;
    const auto block = block_of(1'000'000);
    std::atomic<int> loaded{0};
    const auto serve = [&] {
        server.network.serve_block(id, [&]() -> std::optional<Bytes> {
            ++loaded;
            return to_bytes(block->raw());
        });
    };
    serve();
    EXPECT_FALSE(server.take<BlockServed>(200ms));  // the queue is above its mark: nobody reads
    std::thread reader([&peer] { peer.drain(); });
    const auto served = server.take<BlockServed>();
    ASSERT_TRUE(served);
    EXPECT_TRUE(served->sent);
    for (int i = 0; i < 5; ++i) {
        serve();
        EXPECT_TRUE(server.take<BlockServed>()->sent);
    }
    EXPECT_EQ(loaded, 6);
    server.network.serve_block(id, [] { return std::optional<Bytes>(); });
    EXPECT_FALSE(server.take<BlockServed>()->sent);
    server.network.close(id);
    reader.join();
}

TEST(Network, a_half_open_peer_is_closed_when_it_has_said_everything) {
    Node server;
    RawPeer peer(server.listen());
    peer.write(framed(wire::Ping{4}));
    peer.socket.shutdown(Tcp::socket::shutdown_send);
    EXPECT_EQ(take_message<wire::Ping>(server).nonce, 4U);
    EXPECT_EQ(server.take<Closed>()->reason, "closed by the peer");
    EXPECT_EQ(peer.drain(), 0U);
}

TEST(Network, connections_above_the_limit_are_closed_at_once) {
    Options small = options();
    small.max_connections = 3;
    Node server(small);
    const auto at = server.listen();
    std::vector<std::unique_ptr<RawPeer>> peers;
    for (int i = 0; i < 3; ++i) {
        peers.push_back(std::make_unique<RawPeer>(at));
        ASSERT_TRUE(server.take<Connected>());
    }
    RawPeer one_too_many(at);
    EXPECT_EQ(one_too_many.drain(), 0U);
    EXPECT_EQ(server.network.connections(), 3U);
    server.network.dial(1, wire::to_string(at));
    EXPECT_EQ(server.take<DialFailed>()->reason, "too many connections");
    peers.pop_back();
    ASSERT_TRUE(server.take<Closed>());
    RawPeer next(at);
    EXPECT_TRUE(server.take<Connected>());
}

TEST(Network, a_thousand_connections_carry_messages_and_close) {
    Options large = options();
    large.max_connections = 2100;
    Node server(large);
    Node client(large);
    server.echo();
    const auto at = server.listen();
    constexpr std::size_t kPeers = 1000;
    std::vector<PeerId> peers;
    for (std::size_t i = 0; i < kPeers; ++i) {
        client.network.dial(i, wire::to_string(at));
    }
    for (std::size_t i = 0; i < kPeers; ++i) {
        const auto connected = client.take<Connected>();
        ASSERT_TRUE(connected) << i;
        peers.push_back(connected->peer);
    }
    for (const PeerId peer : peers) {
        client.network.send(peer, wire::Ping{static_cast<std::uint64_t>(peer.value())});
    }
    for (std::size_t i = 0; i < kPeers; ++i) {
        const auto received = client.take<Received>();
        ASSERT_TRUE(received) << i;
        EXPECT_EQ(std::get<wire::Ping>(received->message).nonce, static_cast<std::uint64_t>(received->peer.value()));
    }
    for (const PeerId peer : peers) {
        client.network.close(peer);
    }
    for (std::size_t i = 0; i < kPeers; ++i) {
        ASSERT_TRUE(client.take<Closed>()) << i;
        ASSERT_TRUE(server.take<Closed>()) << i;
    }
    EXPECT_EQ(client.network.connections(), 0U);
}

TEST(Network, traffic_is_counted_per_peer_and_message) {
    Node server;
    Node client;
    const Pair pair = connect(client, server, server.listen());
    client.network.send(pair.at_dialer, wire::Ping{1});
    client.network.send(pair.at_dialer, wire::Verack{});
    take_message<wire::Ping>(server);
    take_message<wire::Verack>(server);
    const auto at_server = server.network.peer_traffic();
    ASSERT_EQ(at_server.size(), 1U);
    EXPECT_EQ(at_server[0].peer, pair.at_listener);
    EXPECT_EQ(at_server[0].bytes.received, 56U);
    EXPECT_EQ(at_server[0].received_per_message, (std::map<std::string, std::uint64_t>{{"ping", 32}, {"verack", 24}}));
    EXPECT_EQ(client.network.peer_traffic()[0].sent_per_message.at("ping"), 32U);
    client.network.close(pair.at_dialer);
    ASSERT_TRUE(server.take<Closed>());
    EXPECT_TRUE(server.network.peer_traffic().empty());
    EXPECT_EQ(server.network.total_traffic().received, 56U);
}

TEST(Network, connections_closing_from_both_sides_at_any_moment_report_once_each) {
    Node server;
    Node client;
    const auto at = server.listen();
    constexpr std::size_t kRounds = 200;
    for (std::size_t i = 0; i < kRounds; ++i) {
        client.network.dial(i, wire::to_string(at));
    }
    std::vector<PeerId> at_client;
    std::vector<PeerId> at_server;
    for (std::size_t i = 0; i < kRounds; ++i) {
        at_client.push_back(client.take<Connected>()->peer);
        at_server.push_back(server.take<Connected>()->peer);
    }
    const auto hammer = [](Node& node, const std::vector<PeerId>& peers) {
        for (const PeerId peer : peers) {
            node.network.send(peer, wire::Ping{1});
            node.network.send(peer, wire::BlockMessage{block_of(30'000)});
            node.network.close(peer);
            node.network.close(peer);
            node.network.send(peer, wire::Ping{2});
        }
    };
    std::thread other([&] { hammer(server, at_server); });
    hammer(client, at_client);
    other.join();
    for (std::size_t i = 0; i < kRounds; ++i) {
        ASSERT_TRUE(client.take<Closed>()) << i;
        ASSERT_TRUE(server.take<Closed>()) << i;
    }
    EXPECT_EQ(client.count<Closed>() + server.count<Closed>(), 0U);
    EXPECT_EQ(client.network.connections() + server.network.connections(), 0U);
}

TEST(Network, stops_in_the_middle_of_everything) {
    for (int round = 0; round < 20; ++round) {
        auto server = std::make_unique<Node>();
        auto client = std::make_unique<Node>();
        server->echo();
        const auto at = server->listen();
        for (std::uint64_t i = 0; i < 20; ++i) {
            client->network.dial(i, wire::to_string(at));
        }
        const auto connected = client->take<Connected>();
        ASSERT_TRUE(connected);
        for (int i = 0; i < 50; ++i) {
            client->network.send(connected->peer, wire::BlockMessage{block_of(50'000)});
            client->network.serve_block(connected->peer, [] { return std::optional<Bytes>(Bytes(1000)); });
        }
        if (round % 2 == 0) server.reset();
        client->network.stop();
        client->network.send(connected->peer, wire::Ping{});
        client->network.dial(1, "127.0.0.1:1");
    }
}

TEST(Network, a_receipt_may_outlive_the_network) {
    std::optional<Received> kept;
    {
        Node server;
        Node client;
        const Pair pair = connect(client, server, server.listen());
        client.network.send(pair.at_dialer, wire::Ping{1});
        kept = server.take<Received>();
        ASSERT_TRUE(kept);
        EXPECT_GT(kept->receipt.bytes(), 0U);
    }
    kept.reset();
}

}  // namespace
}  // namespace keel::net
