// The encrypted transport on real sockets.
#include <gtest/gtest.h>

#include "edge/net/loopback_test.hpp"

namespace keel::net {
namespace {

using wire::TransportKind;

Options v2_options() {
    Options out = options();
    out.v2_transport = true;
    return out;
}

TEST(EncryptedNetwork, both_sides_learn_the_session_and_messages_cross) {
    Node server(v2_options());
    Node client(v2_options());
    server.echo();
    client.network.dial(1, wire::to_string(server.listen()), TransportKind::v2);
    const auto out = client.take<Connected>();
    ASSERT_TRUE(out);
    EXPECT_EQ(out->transport, TransportKind::detecting);
    // Sent before anything is known of the other side: held back, not lost.
    client.network.send(out->peer, wire::Ping{1});
    const auto here = client.take<TransportSettled>();
    const auto there = server.take<TransportSettled>();
    ASSERT_TRUE(here && there);
    EXPECT_EQ(here->transport, TransportKind::v2);
    ASSERT_TRUE(here->session_id);
    EXPECT_EQ(here->session_id, there->session_id);
    const auto block = block_of(1'500'000);
    client.network.send(out->peer, wire::BlockMessage{block});
    for (std::uint64_t i = 2; i < 600; ++i) {
        client.network.send(out->peer, wire::Ping{i});
    }
    EXPECT_EQ(take_message<wire::Ping>(client).nonce, 1U);
    EXPECT_TRUE(equal(take_message<wire::BlockMessage>(client).block->raw(), block->raw()));
    for (std::uint64_t i = 2; i < 600; ++i) {
        ASSERT_EQ(take_message<wire::Ping>(client).nonce, i);
    }
}

TEST(EncryptedNetwork, a_plain_peer_is_recognized) {
    Node server(v2_options());
    Node client;
    const Pair pair = connect(client, server, server.listen());
    client.network.send(pair.at_dialer, wire::Version{});
    const auto settled = server.take<TransportSettled>();
    ASSERT_TRUE(settled);
    EXPECT_EQ(settled->transport, TransportKind::v1);
    EXPECT_FALSE(settled->session_id);
    take_message<wire::Version>(server);
}

TEST(EncryptedNetwork, a_peer_that_turns_the_offer_down_is_worth_another_try) {
    Node server;  // plain only: closes when it sees our key
    Node client(v2_options());
    client.network.dial(1, wire::to_string(server.listen()), TransportKind::v2);
    ASSERT_TRUE(client.take<Connected>());
    const auto closed = client.take<Closed>();
    ASSERT_TRUE(closed);
    EXPECT_TRUE(closed->retry_v1);
    // Not so when we close it ourselves, or when something came back.
    asio::io_context io;
    Tcp::acceptor acceptor(io, Tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    client.network.dial(2, "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()), TransportKind::v2);
    const auto connected = client.take<Connected>();
    ASSERT_TRUE(connected);
    client.network.close(connected->peer);
    EXPECT_FALSE(client.take<Closed>()->retry_v1);
    Tcp::socket first = acceptor.accept();
    client.network.dial(3, "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()), TransportKind::v2);
    Tcp::socket second = acceptor.accept();
    asio::write(second, asio::buffer("x", 1));
    second.shutdown(Tcp::socket::shutdown_send);
    EXPECT_FALSE(client.take<Closed>()->retry_v1);
}

TEST(EncryptedNetwork, noise_is_closed_when_no_terminator_comes) {
    Node server(v2_options());
    RawPeer raw(server.listen());
    raw.write(Bytes(64 + 4095 + 16, std::byte{0x55}));
    EXPECT_GE(raw.drain(), 64U);
    ASSERT_TRUE(server.take<Closed>());
    EXPECT_EQ(server.count<TransportSettled>(), 0U);
}

}  // namespace
}  // namespace keel::net
