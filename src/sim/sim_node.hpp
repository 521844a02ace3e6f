// One whole node in a world: the production node::Node on a memory disk, with its two engines as separate consumers.
//
// Each engine has an inbox and takes its turns after random delays, so an interleaving of the daemon's threads is a
// seed. Workers and the flush thread are further lanes. Bytes pass through the production transport and codec. The disk
// outlives crash(), which takes the engines and everything unsynced.
#pragma once

#include "engine/node/node.hpp"
#include "engine/store/memory_files.hpp"
#include "engine/store/memory_kv.hpp"
#include "engine/wire/v1_transport.hpp"
#include "sim/sim_workers.hpp"
#include "sim/surroundings.hpp"

namespace keel::sim {

class SimNode final : public Host {
public:
    struct Identity {
        std::string name;
        wire::Endpoint address;
        std::vector<wire::Endpoint> neighbours;  // that it keeps connected to
    };
    struct Settings {
        std::optional<U256> minimum_chain_work;
    };

    SimNode(const Surroundings& world, Identity identity, Settings settings, Rng rng);
    ~SimNode() override;
    SimNode(const SimNode&) = delete;
    SimNode& operator=(const SimNode&) = delete;

    // Opens what is on its disk and joins the network.
    void start();
    // Power loss now.
    void crash();
    [[nodiscard]] bool is_up() const { return node_ != nullptr; }

    // Hands in a block of its own, as a miner's RPC call does.
    void submit(const primitives::BlockPtr& block);
    // From now on also keeps connected to this host.
    void add_neighbour(const wire::Endpoint& address);

    [[nodiscard]] const Identity& identity() const { return identity_; }
    [[nodiscard]] const headers::Node& tip() const { return node_->view().tip(); }
    [[nodiscard]] const headers::Tree& tree() const { return node_->tree(); }
    [[nodiscard]] const p2p::Engine& p2p() const { return node_->p2p(); }
    [[nodiscard]] Now now() const;
    // Asks for all coins at the tip; the hash over them arrives later, once nothing else is to do.
    void request_coins();
    [[nodiscard]] const std::optional<RawHash>& coins() const { return coins_; }

    void on_open(PeerId peer, const wire::Endpoint& remote, std::optional<std::uint64_t> dial) override;
    void on_bytes(PeerId peer, ByteSpan bytes) override;
    void on_close(PeerId peer) override;
    void on_dial_failed(std::uint64_t token, std::string_view reason) override;

private:
    // Something that takes turns: an engine's thread, or a pool of workers.
    enum class Lane : std::uint8_t { p2p, validation, workers, flush };
    static constexpr std::size_t kLanes = 4;

    void arm(Lane lane, SteadyTime when);
    void arm_soon(Lane lane);
    microseconds pause(Lane lane);
    void run(Lane lane);
    void run_p2p();
    void run_validation();
    void tell(p2p::Event event);
    void tell(validation::Command command);

    void dispatch(node::Outbox& out);
    void dispatch(node::NetAction& action);
    void on_action(p2p::Send& send);
    void on_action(p2p::ServeBlock& serve);
    void on_action(p2p::Close& close);
    void on_action(p2p::Dial& dial);
    void serve(const p2p::ServeBlock& serve);
    void transmit(PeerId peer, const wire::Encoded& message);
    void on_tip(const validation::TipChanged& change);
    void on_answer(validation::Answer& answer);
    void note(std::string_view what, ByteSpan data = {});

    Surroundings world_;
    Identity identity_;
    Settings settings_;
    Rng rng_;
    seconds clock_skew_;

    store::MemoryFiles files_;
    store::MemoryKv index_;
    store::MemoryKv coin_store_;
    std::uint64_t block_file_max_;

    SimWorkers verify_;
    SimWorkers flush_;
    validation::Stages stages_;
    std::unique_ptr<node::Node> node_;
    std::optional<store::BlockReader> reader_;
    std::deque<p2p::Event> p2p_inbox_;
    std::deque<validation::Command> validation_inbox_;
    std::map<PeerId, std::unique_ptr<wire::V1Transport>> transports_;
    std::map<std::uint64_t, p2p::ConnectionKind> dials_;
    std::array<std::optional<SteadyTime>, kLanes> armed_;
    std::uint64_t life_ = 0;  // tasks of an earlier life do nothing
    consensus::ChainWork best_work_;
    std::optional<RawHash> coins_;
};

// The block's serialization without witnesses.
Bytes stripped(const primitives::Block& block);

}  // namespace keel::sim
