// Several engines and some scripted peers in one memory: actions of one become events of another, after random delays.
//
// Validation is played by FakeValidation: it stores blocks in any order, connects the best complete chain, and refuses
// the blocks it was told are invalid. Everything follows from the seed.
#pragma once

#include <functional>
#include <set>

#include "base/assert.hpp"
#include "engine/headers/accept_header.hpp"
#include "engine/p2p/agenda_test.hpp"
#include "engine/p2p/engine.hpp"
#include "testing/chain_builder.hpp"

namespace keel::p2p {

class World {
public:
    using HostId = std::size_t;
    // A scripted peer: called with each message that reaches it.
    using Script = std::function<void(PeerId, const wire::Message&)>;

    explicit World(std::uint64_t seed) : rng_(seed) {}

    // ---- building ----

    HostId add_node(const Config& config = {}) {
        hosts_.push_back(std::make_unique<Host>());
        Host& host = *hosts_.back();
        host.tree = std::make_unique<headers::Tree>(params().genesis->header());
        host.tip = &host.tree->genesis();
        host.tree->set_data(*host.tip, {}, 1);
        host.tree->set_connected(*host.tip);
        Rng::Seed seed;
        rng_.fill(seed);
        host.engine =
            std::make_unique<Engine>(Environment{params(), *host.tree, *host.tip, pool_, logger_, seed}, config);
        return hosts_.size() - 1;
    }
    HostId add_script(Script script) {
        hosts_.push_back(std::make_unique<Host>());
        hosts_.back()->script = std::move(script);
        return hosts_.size() - 1;
    }
    // `from` connects to `to`.
    void link(HostId from, HostId to, ConnectionKind kind = ConnectionKind::outbound_full) {
        const PeerId here = hosts_[from]->next_peer;
        const PeerId there = hosts_[to]->next_peer;
        ++hosts_[from]->next_peer;
        ++hosts_[to]->next_peer;
        hosts_[from]->links[here] = {to, there, steady()};
        hosts_[to]->links[there] = {from, here, steady()};
        const auto remote = [](HostId id) {
            return wire::Endpoint{
                wire::NetAddress::ipv4(9, 0, static_cast<std::uint8_t>(id >> 8U), static_cast<std::uint8_t>(id)), 8333};
        };
        post(from, PeerConnected{.peer = here, .kind = kind, .remote = remote(to)}, steady());
        post(to, PeerConnected{.peer = there, .kind = ConnectionKind::inbound, .remote = remote(from)}, steady());
    }
    void cut(HostId a, HostId b) {
        for (auto& [peer, link] : std::map(hosts_[a]->links)) {
            if (link.host == b) close(a, peer);
        }
    }

    // ---- running ----

    void run(microseconds span) { agenda_.run(span); }
    // Runs until the condition holds; false when the time is up.
    bool run_until(microseconds span, const std::function<bool()>& done) {
        for (const SteadyTime end = steady() + span; steady() < end && !done();)
            run(milliseconds(100));
        return done();
    }
    [[nodiscard]] Now now() const {
        return {steady(), unix_start_ + std::chrono::duration_cast<seconds>(steady() - SteadyTime{})};
    }

    // ---- chains ----

    static const primitives::Params& params() { return primitives::regtest_params(); }
    // Mines on the node's tip.
    void mine(HostId id, int count = 1) {
        for (int i = 0; i < count; ++i) {
            const Node& tip = *hosts_[id]->tip;
            testing::BlockSpec spec{.tag = ++tag_};
            const auto earliest = static_cast<std::uint32_t>(tip.median_time_past() + 1);
            spec.time = std::max(earliest, static_cast<std::uint32_t>(to_seconds(now().unix)));
            take(id, testing::make_block(params(), tip.header(), tip.height() + 1, spec), std::nullopt);
        }
    }
    // The node has these blocks from the start.
    void give(HostId id, std::span<const primitives::BlockPtr> blocks) {
        for (const auto& block : blocks)
            take(id, block, std::nullopt);
    }
    const Node& tip(HostId id) { return *hosts_[id]->tip; }
    headers::Tree& tree(HostId id) { return *hosts_[id]->tree; }
    void set_invalid(const BlockHash& hash) { invalid_.insert(hash); }
    bool converged(std::span<const HostId> ids) {
        return std::ranges::all_of(ids, [&](HostId id) { return tip(id).hash() == tip(ids[0]).hash(); });
    }

    // ---- scripted peers ----

    void send(HostId from, PeerId peer, wire::Message message) { deliver(from, peer, std::move(message)); }
    // Plays the handshake of a scripted peer; true when the message was part of it.
    bool handshake(HostId id, PeerId peer, const wire::Message& message, std::uint64_t services = 9) {
        if (std::holds_alternative<wire::Version>(message)) {
            wire::Version version;
            version.services.bits = services;
            send(id, peer, version);
            send(id, peer, wire::Verack{});
            return true;
        }
        if (const auto* ping = std::get_if<wire::Ping>(&message)) {
            send(id, peer, wire::Pong{ping->nonce});
            return true;
        }
        return false;
    }

    // ---- what happened ----

    Engine& engine(HostId id) { return *hosts_[id]->engine; }
    // Why `id` closed its connection to `other`; nothing while it is open or when the other side did.
    std::optional<CloseReason> closed(HostId id, HostId other) {
        const auto found = hosts_[id]->closes.find(other);
        return found == hosts_[id]->closes.end() ? std::nullopt : std::optional(found->second);
    }
    [[nodiscard]] std::size_t blocks_from(HostId id, HostId source) { return hosts_[id]->blocks_from[source]; }
    // A number that two runs have in common only if they did the same.
    [[nodiscard]] std::uint64_t trace() const { return trace_; }

private:
    struct Link {
        HostId host = 0;
        PeerId peer;
        SteadyTime last;  // messages stay in order
    };
    struct Host {
        std::unique_ptr<headers::Tree> tree;
        std::unique_ptr<Engine> engine;
        Script script;
        std::map<PeerId, Link> links;
        PeerId next_peer{1};
        std::optional<SteadyTime> tick;
        // Fake validation.
        const Node* tip = nullptr;
        std::map<BlockHash, primitives::BlockPtr> blocks;
        std::map<BlockHash, PeerId> sources;
        SteadyTime last_verdict;
        // For the tests.
        std::map<HostId, CloseReason> closes;
        std::map<HostId, std::size_t> blocks_from;
    };
    [[nodiscard]] SteadyTime steady() const { return agenda_.now(); }
    microseconds delay(std::int64_t most) {
        return microseconds(static_cast<std::int64_t>(rng_.between(100, static_cast<std::uint64_t>(most))));
    }
    void post(HostId id, Event event, SteadyTime time) {
        agenda_.at(time, [this, id, event = std::move(event)] { handle(id, event); });
    }
    void handle(HostId id, Event event) {
        Host& host = *hosts_[id];
        if (!host.engine) {
            if (auto* received = std::get_if<MessageReceived>(&event)) host.script(received->peer, received->message);
            return;
        }
        const RoleHolder role(p2p_role);
        Actions actions;
        host.engine->handle(std::move(event), now(), actions);
        host.engine->check_invariants();
        for (Action& action : actions) {
            trace_ = (trace_ ^ (id * 64 + action.index())) * 0x100000001b3U +
                     static_cast<std::uint64_t>(steady().time_since_epoch().count());
            std::visit([&](auto& a) { act(id, a); }, action);
        }
        schedule_tick(id);
    }
    void schedule_tick(HostId id) {
        Host& host = *hosts_[id];
        const RoleHolder role(p2p_role);
        const auto due = host.engine->next_wakeup();
        if (!due || (host.tick && *host.tick <= *due && *host.tick > steady())) return;
        host.tick = std::max(*due, steady());
        agenda_.at(*host.tick, [this, id, time = *host.tick] {
            if (hosts_[id]->tick != time) return;
            hosts_[id]->tick.reset();
            handle(id, Tick{});
        });
    }

    // ---- actions ----

    void act(HostId id, Send& a) { deliver(id, a.peer, std::move(a.message)); }
    void act(HostId id, Close& a) {
        const auto link = hosts_[id]->links.find(a.peer);
        KEEL_ASSERT(link != hosts_[id]->links.end());
        hosts_[id]->closes.try_emplace(link->second.host, a.reason);
        close(id, a.peer);
    }
    void act(HostId id, ServeBlock& a) {
        deliver(id, a.peer, wire::BlockMessage{hosts_[id]->blocks.at(a.node->hash())});
        post(id, BlockServed{a.peer, true}, steady() + delay(2000));
    }
    void act(HostId id, SubmitBlock& a) {
        const auto link = hosts_[id]->links.find(a.source);
        if (link != hosts_[id]->links.end()) ++hosts_[id]->blocks_from[link->second.host];  // else it has just gone
        agenda_.at(steady() + delay(5000),
                   [this, id, block = a.block.ptr(), source = a.source] { take(id, block, source); });
    }
    // This world dials by itself and has no transactions.
    template <class Ignored>
    void act(HostId, Ignored&) {}

    void deliver(HostId id, PeerId peer, wire::Message message) {
        const auto found = hosts_[id]->links.find(peer);
        if (found == hosts_[id]->links.end()) return;  // a script that speaks too late
        Link& link = found->second;
        link.last = std::max(link.last, steady() + delay(50'000));
        post(link.host, MessageReceived{link.peer, std::move(message)}, link.last);
    }
    void close(HostId id, PeerId peer) {
        const auto found = hosts_[id]->links.find(peer);
        if (found == hosts_[id]->links.end()) return;
        const Link link = found->second;
        hosts_[id]->links.erase(found);
        hosts_[link.host]->links.erase(link.peer);
        post(link.host, PeerClosed{link.peer}, steady() + delay(10'000));
        post(id, PeerClosed{peer}, steady());
    }

    // ---- fake validation ----

    void take(HostId id, const primitives::BlockPtr& block, std::optional<PeerId> source) {
        Host& host = *hosts_[id];
        const auto accepted = headers::accept_header(*host.tree, block->header(), params(), now().unix);
        KEEL_ASSERT(accepted.has_value());
        const Node& node = *accepted->node;
        if (!node.is(headers::Mark::has_data)) {
            host.blocks[block->hash()] = block;
            host.tree->set_data(node, {}, static_cast<std::uint32_t>(block->tx_count()));
            if (source) host.sources[block->hash()] = *source;
        }
        if (source) tell(id, BlockTaken{block->hash()});
        while (connect_best(id)) {
        }
    }
    // False when the tip is the best there is.
    bool connect_best(HostId id) {
        Host& host = *hosts_[id];
        const Node* best = host.tip;
        for (const Node* node : host.tree->all()) {
            const bool complete = node->chain_tx_count() != 0 && !node->is_failed();
            if (complete && node->chain_work() > best->chain_work()) best = node;
        }
        if (best == host.tip) return false;
        const Node& fork = *headers::fork_point(*best, *host.tip);
        for (std::int32_t h = fork.height().value() + 1; h <= best->height().value(); ++h) {
            const Node& node = *best->ancestor(primitives::Height(h));
            const auto source = host.sources.find(node.hash());
            BlockVerdict verdict{.hash = node.hash(), .outcome = BlockOutcome::connected};
            if (source != host.sources.end()) verdict.source = source->second;
            if (invalid_.contains(node.hash())) {
                host.tree->set_failed(node);
                verdict.outcome = BlockOutcome::rejected;
                verdict.reject = consensus::Reject(kBad);
                tell(id, verdict);
                return true;
            }
            host.tree->set_connected(node);
            tell(id, verdict);
        }
        const Node* previous = std::exchange(host.tip, best);
        tell(id, TipChanged{previous, &fork, best});
        return true;
    }
    void tell(HostId id, Event event) {
        Host& host = *hosts_[id];
        host.last_verdict = std::max(host.last_verdict, steady() + delay(3000));
        post(id, std::move(event), host.last_verdict);
    }

    static constexpr consensus::RuleInfo kBad{
        .id = "test-bad", .sentence = "", .source = "", .token = "bad", .debug = ""};

    Rng rng_;
    NullLogger logger_;
    mempool::View pool_{mempool::Options{}};
    std::vector<std::unique_ptr<Host>> hosts_;
    Agenda agenda_;
    UnixTime unix_start_ = unix_time(1'700'000'000);
    std::set<BlockHash> invalid_;
    std::uint64_t tag_ = 0;
    std::uint64_t trace_ = 0xcbf29ce484222325U;
};

}  // namespace keel::p2p
