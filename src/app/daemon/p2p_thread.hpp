// The thread that owns the peer engine, and the translation between it and the network.
#pragma once

#include <unordered_map>

#include "app/daemon/switchboard.hpp"
#include "edge/net/network.hpp"
#include "edge/runtime/actor_thread.hpp"
#include "edge/runtime/clock.hpp"
#include "engine/p2p/engine.hpp"
#include "engine/store/block_files.hpp"

namespace keel::daemon {

class P2pThread {
public:
    // Runs on this thread; the engine may be read.
    using Query = std::function<void(const p2p::Engine&, Now)>;

    // Starts. References outlive it.
    P2pThread(p2p::Engine& engine, const runtime::Clock& clock, Switchboard& switchboard);
    P2pThread(const P2pThread&) = delete;
    P2pThread& operator=(const P2pThread&) = delete;

    // Any thread.
    void post(net::Event event) { actor_.post(std::move(event)); }
    void post(p2p::Event event) { actor_.post(std::move(event)); }
    // Dropped without a run once stopped.
    void ask(Query query) { actor_.post(std::move(query)); }
    void wake() { actor_.wake(); }
    void stop() { actor_.stop(); }

    // On this thread: remembers of what kind the connection will be that this dial makes.
    void expect(p2p::DialToken token, p2p::ConnectionKind kind) { dials_.emplace(token.value(), kind); }

private:
    using Item = std::variant<net::Event, p2p::Event, Query>;

    void handle(Item item);
    void tell(p2p::Event event) KEEL_REQUIRES(p2p_role);
    // What the network reports, in the engine's words.
    p2p::Event translate(net::Event& event);
    std::optional<runtime::Deadline> rest();

    p2p::Engine& engine_;
    const runtime::Clock& clock_;
    Switchboard& switchboard_;
    std::unordered_map<std::uint64_t, p2p::ConnectionKind> dials_;
    p2p::Actions actions_;
    node::Outbox outbox_;
    runtime::ActorThread<Item> actor_;  // last: it starts at once
};

// Carries out what the peer engine wants of the network. Called on the p2p thread.
class NetCarrier {
public:
    NetCarrier(net::Network& network, store::BlockReader reader)
        : network_(network), reader_(std::make_shared<store::BlockReader>(std::move(reader))) {}
    void set_p2p(P2pThread& thread) { p2p_ = &thread; }
    void carry(node::NetAction action);

private:
    void serve(const p2p::ServeBlock& request);

    net::Network& network_;
    std::shared_ptr<store::BlockReader> reader_;  // used by the network's reading thread alone
    P2pThread* p2p_ = nullptr;
};

}  // namespace keel::daemon
