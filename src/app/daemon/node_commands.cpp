#include "app/daemon/node_commands.hpp"

#include <algorithm>

#include "edge/runtime/signals.hpp"
#include "engine/headers/accept_header.hpp"

namespace keel::daemon {
namespace {

using headers::Node;

std::function<void(validation::Answer)> as_done(api::Reply<api::Done> reply) {
    return [reply = std::move(reply)](validation::Answer answer) { reply(api::Done{std::move(answer.failure)}); };
}

api::BlockVerdict as_verdict(validation::BlockVerdict verdict) {
    api::BlockVerdict out{api::BlockOutcome::stored, std::move(verdict.reject)};
    switch (verdict.outcome) {
        case validation::Outcome::connected: out.outcome = api::BlockOutcome::connected; break;
        case validation::Outcome::duplicate: out.outcome = api::BlockOutcome::duplicate; break;
        case validation::Outcome::rejected: out.outcome = api::BlockOutcome::rejected; break;
        case validation::Outcome::stored:
        case validation::Outcome::ignored: break;
    }
    return out;
}

p2p::AddNode::Mode as_mode(api::AddNodeMode mode) {
    switch (mode) {
        case api::AddNodeMode::add: return p2p::AddNode::Mode::add;
        case api::AddNodeMode::remove: return p2p::AddNode::Mode::remove;
        case api::AddNodeMode::one_try: break;
    }
    return p2p::AddNode::Mode::one_try;
}

}  // namespace

template <class Command>
void NodeCommands::ask(Command command, std::function<void(validation::Answer)> receive) {
    command.ticket = parts_.switchboard.answers().file(std::move(receive));
    parts_.validation.post(std::move(command));
}

template <class Event>
void NodeCommands::tell(Event event, api::Reply<p2p::ControlFailure> reply) {
    event.ticket =
        parts_.switchboard.controls().file([reply = std::move(reply)](p2p::ControlFailure failure) { reply(failure); });
    parts_.p2p.post(p2p::Event(std::move(event)));
}

void NodeCommands::submit_block(primitives::BlockPtr block, api::Reply<api::BlockVerdict> reply) {
    auto checked = consensus::check_block(block, parts_.params);
    if (!checked) {
        reply({api::BlockOutcome::rejected, std::move(checked.error())});
        return;
    }
    auto header = headers::accept_header(parts_.node.tree(), block->header(), parts_.params, parts_.clock.now().unix);
    if (!header) {
        reply({api::BlockOutcome::rejected, std::move(header.error())});
        return;
    }
    const std::uint64_t ticket = parts_.switchboard.verdicts().file(
        [reply = std::move(reply)](validation::BlockVerdict verdict) { reply(as_verdict(std::move(verdict))); });
    parts_.validation.post(
        validation::SubmitBlock{.block = std::move(*checked),
                                .node = header->node,
                                .source = {validation::Source::Kind::api, static_cast<std::int64_t>(ticket)},
                                .requested = true,
                                .place = {}});
    // A block that might become the tip is answered when it has: or, should another one win, when all is quiet.
    ask(validation::Settle{}, [&verdicts = parts_.switchboard.verdicts(), ticket, node = header->node](const auto&) {
        verdicts.answer(ticket, {node->hash(), node, {}, validation::Outcome::stored, std::nullopt});
    });
}

void NodeCommands::submit_header(const primitives::Header& header, api::Reply<std::optional<consensus::Reject>> reply) {
    auto accepted = headers::accept_header(parts_.node.tree(), header, parts_.params, parts_.clock.now().unix);
    reply(accepted ? std::nullopt : std::optional(std::move(accepted.error())));
}

void NodeCommands::invalidate_block(const Node& node, api::Reply<api::Done> reply) {
    ask(validation::InvalidateBlock{&node, 0}, as_done(std::move(reply)));
}

void NodeCommands::reconsider_block(const Node& node, api::Reply<api::Done> reply) {
    ask(validation::ReconsiderBlock{&node, 0}, as_done(std::move(reply)));
}

void NodeCommands::precious_block(const Node& node, api::Reply<api::Done> reply) {
    ask(validation::PreciousBlock{&node, 0}, as_done(std::move(reply)));
}

void NodeCommands::prune_to(primitives::Height height, api::Reply<api::Done> reply) {
    ask(validation::PruneTo{height, 0}, as_done(std::move(reply)));
}

void NodeCommands::find_coins(std::vector<primitives::OutPoint> outpoints, api::Reply<api::FoundCoins> reply) {
    ask(validation::FindCoins{std::move(outpoints), 0}, [reply = std::move(reply)](validation::Answer answer) {
        if (answer.failure.empty()) {
            reply(api::FoundCoins{std::move(answer.coins), answer.tip});
        }  // else the asker wakes up with nothing
    });
}

void NodeCommands::snapshot_coins(api::Reply<Result<api::CoinSet, std::string>> reply) {
    ask(validation::SnapshotCoins{}, [reply = std::move(reply)](validation::Answer answer) {
        if (!answer.snapshot) {
            reply(Failure(std::move(answer.failure)));
            return;
        }
        validation::CoinsSnapshot& snapshot = *answer.snapshot;
        reply(api::CoinSet{std::move(snapshot.coins), snapshot.tip, snapshot.disk_size});
    });
}

void NodeCommands::settle(api::Reply<api::Done> reply) { ask(validation::Settle{}, as_done(std::move(reply))); }

void NodeCommands::add_node(std::string target, api::AddNodeMode mode, std::optional<bool> use_v2,
                            api::Reply<p2p::ControlFailure> reply) {
    tell(p2p::AddNode{std::move(target), as_mode(mode), 0, use_v2}, std::move(reply));
}

void NodeCommands::disconnect(p2p::PeerId peer, api::Reply<p2p::ControlFailure> reply) {
    tell(p2p::Disconnect{peer, 0}, std::move(reply));
}

void NodeCommands::set_network_active(bool active, api::Reply<p2p::ControlFailure> reply) {
    tell(p2p::SetNetworkActive{active, 0}, std::move(reply));
}

void NodeCommands::ping_all(api::Reply<p2p::ControlFailure> reply) { tell(p2p::PingAll{}, std::move(reply)); }

void NodeCommands::set_mock_time(std::int64_t seconds_since_1970) {
    parts_.clock.set_mock_time(seconds_since_1970 == 0 ? std::nullopt : std::optional(unix_time(seconds_since_1970)));
    parts_.p2p.wake();
    parts_.validation.wake();
}

void NodeCommands::request_stop() {
    parts_.switchboard.tips().stop();
    runtime::request_stop();
}

void PeersReader::peers(api::Reply<api::PeersState> reply) const {
    p2p_.ask([this, reply = std::move(reply)](const p2p::Engine& engine, Now now) {
        const RoleHolder role(p2p_role);
        std::map<p2p::PeerId, net::PeerTraffic> traffic;
        for (net::PeerTraffic& of_peer : network_.peer_traffic()) {
            traffic.emplace(of_peer.peer, std::move(of_peer));
        }
        api::PeersState out;
        for (p2p::PeerStats& stats : engine.peer_stats(now)) {
            api::Peer peer{std::move(stats), {}};
            if (const auto found = traffic.find(peer.stats.peer); found != traffic.end()) {
                peer.traffic = {found->second.bytes.sent, found->second.bytes.received,
                                std::move(found->second.sent_per_message),
                                std::move(found->second.received_per_message)};
            }
            out.peers.push_back(std::move(peer));
        }
        std::ranges::sort(out.peers, {}, [](const api::Peer& peer) { return peer.stats.peer; });
        out.sync = engine.sync_stats();
        out.added_nodes = engine.added_nodes();
        out.network_active = engine.is_network_active();
        const net::TrafficTotals total = network_.total_traffic();
        out.total_sent = total.sent;
        out.total_received = total.received;
        reply(std::move(out));
    });
}

}  // namespace keel::daemon
