// What RPC asks of the node, as commands to the engines' threads; their answers come back by ticket.
#pragma once

#include "app/daemon/p2p_thread.hpp"
#include "app/daemon/validation_thread.hpp"
#include "engine/node/node.hpp"
#include "front/api/node_commands.hpp"
#include "front/api/peers_reader.hpp"

namespace keel::daemon {

// Any thread.
class NodeCommands final : public api::NodeCommands {
public:
    struct Parts {
        const primitives::Params& params;
        node::Node& node;
        runtime::Clock& clock;
        Switchboard& switchboard;
        ValidationThread& validation;
        P2pThread& p2p;
    };
    explicit NodeCommands(const Parts& parts) : parts_(parts) {}

    void submit_block(primitives::BlockPtr block, api::Reply<api::BlockVerdict> reply) override;
    void submit_header(const primitives::Header& header, api::Reply<std::optional<consensus::Reject>> reply) override;
    void invalidate_block(const headers::Node& node, api::Reply<api::Done> reply) override;
    void reconsider_block(const headers::Node& node, api::Reply<api::Done> reply) override;
    void precious_block(const headers::Node& node, api::Reply<api::Done> reply) override;
    void prune_to(primitives::Height height, api::Reply<api::Done> reply) override;
    void find_coins(std::vector<primitives::OutPoint> outpoints, api::Reply<api::FoundCoins> reply) override;
    void snapshot_coins(api::Reply<Result<api::CoinSet, std::string>> reply) override;
    void settle(api::Reply<api::Done> reply) override;

    void add_node(std::string target, api::AddNodeMode mode, std::optional<bool> use_v2,
                  api::Reply<p2p::ControlFailure> reply) override;
    void disconnect(p2p::PeerId peer, api::Reply<p2p::ControlFailure> reply) override;
    void set_network_active(bool active, api::Reply<p2p::ControlFailure> reply) override;
    void ping_all(api::Reply<p2p::ControlFailure> reply) override;

    void set_mock_time(std::int64_t seconds_since_1970) override;
    void request_stop() override;

private:
    // Posts a validation command whose ticket `set` fills in; its answer goes to `receive`.
    template <class Command>
    void ask(Command command, std::function<void(validation::Answer)> receive);
    template <class Event>
    void tell(Event event, api::Reply<p2p::ControlFailure> reply);

    Parts parts_;
};

// The peers for RPC.
class PeersReader final : public api::PeersReader {
public:
    PeersReader(P2pThread& p2p, const net::Network& network, api::NetworkFacts facts)
        : p2p_(p2p), network_(network), facts_(std::move(facts)) {}

    void peers(api::Reply<api::PeersState> reply) const override;
    [[nodiscard]] const api::NetworkFacts& network() const override { return facts_; }

private:
    P2pThread& p2p_;
    const net::Network& network_;
    api::NetworkFacts facts_;
};

}  // namespace keel::daemon
