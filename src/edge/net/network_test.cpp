#include <thread>

#include <gtest/gtest.h>

#include "edge/net/loopback_test.hpp"

namespace keel::net {
namespace {

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
    EXPECT_EQ(closed->reason, "Header error: Wrong MessageStart 47455420 received");
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

TEST(Network, a_half_open_peer_is_closed_when_it_has_said_everything) {
    Node server;
    RawPeer peer(server.listen());
    peer.write(framed(wire::Ping{4}));
    peer.socket.shutdown(Tcp::socket::shutdown_send);
    EXPECT_EQ(take_message<wire::Ping>(server).nonce, 4U);
    EXPECT_EQ(server.take<Closed>()->reason, "closed by the peer");
    EXPECT_EQ(peer.drain(), 0U);
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
