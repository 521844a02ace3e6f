// A running private network: all its nodes, the links between them, and the miner.
#pragma once

#include <functional>

#include "app/network/node.hpp"
#include "app/network/workspace.hpp"

namespace keel::network {

class Network {
public:
    using Clock = std::chrono::steady_clock;
    // Says whether to give up waiting; called every few milliseconds.
    using Interrupt = std::function<bool(std::chrono::milliseconds pause)>;

    // Starts every node; they are not ready yet. The error is a sentence; whatever had started is gone then.
    static Result<Network, std::string> start(const Options& options, const Workspace& workspace, Rng rng);

    // Until every node answers and every link stands. An empty error: interrupted.
    [[nodiscard]] Result<void, std::string> get_ready(const Interrupt& interrupt);
    void poll();
    // One block by a random running node.
    void mine();
    // All nodes at once: asks, waits, then kills.
    void stop();

    [[nodiscard]] bool has_running_node() const;
    [[nodiscard]] NetworkReport report() const;

private:
    Network(const Options& options, const Workspace& workspace, Rng rng);
    Result<void, std::string> link();
    bool links_stand() const;
    void refresh_reports();

    Options options_;
    std::string folder_;
    std::string address_;
    Rng rng_;
    std::vector<Node> nodes_;
    std::vector<NodeReport> reports_;
    std::vector<Link> links_;
    Clock::time_point started_ = Clock::now();
    std::chrono::milliseconds ready_after_{0};
};

}  // namespace keel::network
