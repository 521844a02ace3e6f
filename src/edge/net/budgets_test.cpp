#include <thread>

#include <gtest/gtest.h>

#include "edge/net/loopback_test.hpp"

namespace keel::net {
namespace {

TEST(Budgets, a_peer_whose_messages_pile_up_is_not_read_and_goes_on_when_they_are_handled) {
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

TEST(Budgets, a_peer_that_asks_but_does_not_read_is_not_read_either) {
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

TEST(Budgets, a_peer_that_never_reads_is_closed_at_the_send_limit) {
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

TEST(Budgets, blocks_are_served_from_their_loader_at_the_pace_of_the_reader) {
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

TEST(Budgets, connections_above_the_limit_are_closed_at_once) {
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

}  // namespace
}  // namespace keel::net
