// One engine on a bench: events go in by hand, actions are looked at one by one.
#pragma once

#include <set>

#include "base/assert.hpp"
#include "engine/headers/accept_header.hpp"
#include "engine/p2p/engine.hpp"
#include "testing/chain_builder.hpp"

namespace keel::p2p {

inline constexpr std::uint64_t kFullNode = 1U | 8U;  // NETWORK | WITNESS

class Lab {
public:
    explicit Lab(const Config& config = {}, const primitives::Params& params = primitives::regtest_params())
        : chain(params),
          tree(params.genesis->header()),
          tip(&tree.genesis()),
          engine(Environment{params, tree, tree.genesis(), pool, logger, Rng::Seed{}}, config) {
        now.unix = time_of(tree.genesis()) + std::chrono::hours(1);
        now.steady = SteadyTime(microseconds(1'000'000));
        tree.set_data(*tip, {}, 1);
        tree.set_connected(*tip);
    }

    // ---- events ----

    Actions handle(Event event) {
        const RoleHolder role(p2p_role);
        if (const auto* connected = std::get_if<PeerConnected>(&event)) open_.insert(connected->peer);
        if (const auto* closed = std::get_if<PeerClosed>(&event)) open_.erase(closed->peer);
        Actions actions;
        engine.handle(std::move(event), now, actions);
        engine.check_invariants();
        for (const Action& action : actions)
            check_addressee(action);
        return actions;
    }
    [[nodiscard]] const std::set<PeerId>& open() const { return open_; }
    Actions receive(PeerId peer, wire::Message message) { return handle(MessageReceived{peer, std::move(message)}); }

    // Connects without a word.
    PeerId attach(ConnectionKind kind, Actions* actions = nullptr) {
        const PeerId peer(next_peer_++);
        PeerConnected event{.peer = peer, .kind = kind, .remote = {address(peer), 8333}};
        Actions seen = handle(std::move(event));
        if (actions != nullptr) *actions = std::move(seen);
        return peer;
    }
    // Connects and shakes hands.
    PeerId connect(ConnectionKind kind, Actions* actions = nullptr, std::uint64_t services = kFullNode) {
        const PeerId peer = attach(kind);
        receive(peer, version(services));
        Actions seen = receive(peer, wire::Verack{});
        answer_pings(seen);
        if (actions != nullptr) *actions = std::move(seen);
        return peer;
    }
    // Lets time pass; every wakeup in between is a tick. Both clocks move.
    Actions advance(microseconds span) {
        const SteadyTime end = now.steady + span;
        const UnixTime start_unix = now.unix;
        const SteadyTime start = now.steady;
        Actions all;
        for (auto due = wakeup(); due && *due <= end; due = wakeup()) {
            now.steady = std::max(now.steady, *due);
            now.unix = start_unix + std::chrono::duration_cast<seconds>(now.steady - start);
            Actions seen = handle(Tick{});
            answer_pings(seen);
            std::ranges::move(seen, std::back_inserter(all));
            const auto next = wakeup();
            KEEL_ASSERT(!next || *next > now.steady);  // a tick moves the next wakeup on
        }
        now.steady = end;
        now.unix = start_unix + std::chrono::duration_cast<seconds>(span);
        return all;
    }
    std::optional<SteadyTime> wakeup() {
        const RoleHolder role(p2p_role);
        return engine.next_wakeup();
    }
    PeerStats stats(PeerId peer) {
        const RoleHolder role(p2p_role);
        const std::vector<PeerStats> all = engine.peer_stats(now);
        const auto found = std::ranges::find(all, peer, &PeerStats::peer);
        KEEL_ASSERT(found != all.end());
        return *found;
    }
    SyncStats sync() {
        const RoleHolder role(p2p_role);
        return engine.sync_stats();
    }
    bool is_connected(PeerId peer) {
        const RoleHolder role(p2p_role);
        return std::ranges::any_of(engine.peer_stats(now), [&](const PeerStats& s) { return s.peer == peer; });
    }

    // ---- the chain ----

    static wire::Message version(std::uint64_t services = kFullNode) {
        wire::Version version;
        version.services.bits = services;
        version.nonce = 77;
        version.user_agent = "/test:1/";
        return version;
    }
    static wire::NetAddress address(PeerId peer) {
        const auto n = static_cast<std::uint64_t>(peer.value());
        return wire::NetAddress::ipv4(9, static_cast<std::uint8_t>(n >> 16U), static_cast<std::uint8_t>(n >> 8U),
                                      static_cast<std::uint8_t>(n));
    }
    const primitives::BlockPtr& block(std::int32_t height) const { return chain.block(primitives::Height(height)); }
    // Headers first to last of the builder's chain.
    wire::Headers headers(std::int32_t first, std::int32_t last) const {
        wire::Headers out;
        for (std::int32_t h = first; h <= last; ++h)
            out.headers.push_back(block(h)->header());
        return out;
    }
    const Node& node(std::int32_t height) const { return *tree.find(block(height)->hash()); }
    // Our clock shortly after the block at this height was made.
    void set_clock_after(std::int32_t height) { now.unix = unix_time(block(height)->header().time) + seconds(30); }
    // What validation does with a block of ours.
    const Node& store(const primitives::BlockPtr& block) {
        const auto accepted = headers::accept_header(tree, block->header(), chain.params(), now.unix);
        KEEL_ASSERT(accepted.has_value());
        tree.set_data(*accepted->node, {}, static_cast<std::uint32_t>(block->tx_count()));
        return *accepted->node;
    }
    Actions set_tip(const Node& node) {
        const Node* previous = std::exchange(tip, &node);
        for (const Node* n = &node; n != nullptr && !n->is(headers::Mark::connected); n = n->previous()) {
            tree.set_connected(*n);
        }
        return handle(TipChanged{previous, headers::fork_point(*previous, node), &node});
    }
    // We have the builder's chain up to this height.
    Actions own_chain(std::int32_t height) {
        for (std::int32_t h = 1; h <= height; ++h)
            store(block(h));
        return set_tip(node(height));
    }

    testing::ChainBuilder chain;
    headers::Tree tree;
    const Node* tip;
    NullLogger logger;
    mempool::View pool{mempool::Options{}};
    Engine engine;
    Now now;
    bool pongs = true;  // pings of the engine are answered, so that time can pass

private:
    // Nothing is sent to, served to, or closed of a peer that is not connected.
    void check_addressee(const Action& action) {
        if (const auto* send = std::get_if<Send>(&action)) KEEL_ASSERT(open_.contains(send->peer));
        if (const auto* serve = std::get_if<ServeBlock>(&action)) KEEL_ASSERT(open_.contains(serve->peer));
        if (const auto* close = std::get_if<Close>(&action)) KEEL_ASSERT(open_.erase(close->peer) == 1);
    }
    void answer_pings(const Actions& actions) {
        for (const Action& action : actions) {
            const auto* send = std::get_if<Send>(&action);
            if (!pongs || send == nullptr) continue;
            if (const auto* ping = std::get_if<wire::Ping>(&send->message))
                receive(send->peer, wire::Pong{ping->nonce});
        }
    }
    static UnixTime time_of(const Node& node) { return unix_time(node.header().time); }

    std::int64_t next_peer_ = 1;
    std::set<PeerId> open_;
};

// ---- looking at actions ----

// The messages of one kind sent to a peer.
template <class M>
std::vector<M> sent(const Actions& actions, PeerId peer) {
    std::vector<M> out;
    for (const Action& action : actions) {
        const auto* send = std::get_if<Send>(&action);
        if (send == nullptr || send->peer != peer) continue;
        if (const auto* message = std::get_if<M>(&send->message)) out.push_back(*message);
    }
    return out;
}
template <class A>
std::vector<A> all_of(const Actions& actions) {
    std::vector<A> out;
    for (const Action& action : actions) {
        if (const auto* found = std::get_if<A>(&action)) out.push_back(*found);
    }
    return out;
}
inline std::optional<CloseReason> close_of(const Actions& actions, PeerId peer) {
    for (const Close& close : all_of<Close>(actions)) {
        if (close.peer == peer) return close.reason;
    }
    return std::nullopt;
}
// Hashes of blocks asked from a peer.
inline std::vector<BlockHash> asked(const Actions& actions, PeerId peer) {
    std::vector<BlockHash> out;
    for (const wire::GetData& message : sent<wire::GetData>(actions, peer)) {
        for (const wire::InvEntry& entry : message.entries)
            out.push_back(hash_cast<BlockHash>(entry.hash));
    }
    return out;
}
inline wire::Inv block_inv(const BlockHash& hash) { return {{{wire::InvType::block, hash_cast<RawHash>(hash)}}}; }

}  // namespace keel::p2p
