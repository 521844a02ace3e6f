// The peer engine: every decision about peers, without a socket, a clock or a thread. Events in, actions out.
//
// It shakes hands, syncs headers (pre-syncing chains of unproven work), downloads blocks from several peers in a moving
// window, serves headers and blocks, announces new tips and keeps connections alive. It inserts headers into the tree;
// blocks go to validation as actions, and come back as verdicts. Each concern is a class of its own with its own
// per-peer state; this one only dispatches.
//
// Owner: the p2p thread. Deterministic in (seed, events, times), as far as the block marks in the tree are, which the
// validation thread writes.
//
// Bounds: limits.hpp. One event yields a bounded number of actions: a page of headers, the requests that fit in the
// windows of all peers, one announcement per peer.
#pragma once

#include <memory>

#include "base/logger.hpp"
#include "base/rng.hpp"
#include "base/thread_roles.hpp"
#include "engine/mempool/view.hpp"
#include "engine/p2p/actions.hpp"
#include "engine/p2p/low_work_presync.hpp"
#include "engine/p2p/stats.hpp"
#include "rules/primitives/params.hpp"

namespace keel::p2p {

struct Config {
    // Offered to peers. network_limited without network: a pruned node, which serves only recent blocks.
    wire::Services services =
        wire::Services{}.with(wire::Service::network).with(wire::Service::network_limited).with(wire::Service::witness);
    std::string user_agent = "/Keel:0.1.0/";   // BIP14, at most wire::kMaxUserAgentBytes
    std::optional<U256> minimum_chain_work{};  // -minimumchainwork; otherwise the network's
    seconds max_tip_age{24 * 3600};            // -maxtipage
    std::size_t max_inbound = kInboundPeersDefault;
    std::size_t validation_bytes = kValidationBytesDefault;
    bool v2_transport = false;                      // -v2transport: offered, and tried first when we connect
    seconds handshake_timeout = kHandshakeTimeout;  // -peertimeout
    PresyncSettings presync{};
};

// References must outlive the engine; `tip` is the end of the active chain at start.
struct Environment {
    const primitives::Params& params;
    headers::Tree& tree;
    const Node& tip;
    const mempool::View& pool;
    Logger& logger;
    Rng::Seed seed;
};

class Engine {
public:
    Engine(const Environment& environment, const Config& config);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // Appends to `actions`. Events about unknown or closed peers are ignored.
    void handle(Event event, Now now, Actions& actions) KEEL_REQUIRES(p2p_role);
    // When the next Tick is due; nothing while only events can change anything. O(peers).
    [[nodiscard]] std::optional<SteadyTime> next_wakeup() const KEEL_REQUIRES(p2p_role);

    [[nodiscard]] std::vector<PeerStats> peer_stats(Now now) const KEEL_REQUIRES(p2p_role);
    [[nodiscard]] SyncStats sync_stats() const KEEL_REQUIRES(p2p_role);
    [[nodiscard]] std::vector<AddedNode> added_nodes() const KEEL_REQUIRES(p2p_role);
    [[nodiscard]] bool is_initial_download() const KEEL_REQUIRES(p2p_role);
    [[nodiscard]] bool is_network_active() const KEEL_REQUIRES(p2p_role);

    // Asserts what must hold between events. O(everything): for tests and fuzzing.
    void check_invariants() const KEEL_REQUIRES(p2p_role);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace keel::p2p
