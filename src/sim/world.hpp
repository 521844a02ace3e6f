// A world: nodes, adversaries, links and time, all decided by one seed.
//
// Two worlds with the same seed and script are the same to the last byte, in any process and under any compiler:
// trace().hash() says so. A property that does not hold is recorded by fail() and ends the script early.
#pragma once

#include "sim/adversary.hpp"
#include "sim/miner.hpp"
#include "sim/sim_node.hpp"

namespace keel::sim {

class World {
public:
    // Without faults every link is fast, every thread prompt, nothing unusual happens.
    World(std::uint64_t seed, bool faults, Logger& logger);

    SimNode& add_node(const SimNode::Settings& settings = {});
    // `from` keeps connected to `to`.
    void connect(std::size_t from, std::size_t to);
    // A connected graph with about `extra` links a node beyond those that connect it.
    void connect_randomly(std::size_t extra);
    template <class A, class... Arguments>
    A& add_adversary(Arguments&&... arguments) {
        auto adversary = std::make_unique<A>(surroundings(), Adversary::Birth{next_address(), rng_.fork()},
                                             std::forward<Arguments>(arguments)...);
        A& out = *adversary;
        adversaries_.push_back(std::move(adversary));
        return out;
    }
    void start_all();

    // The node's miner finds a block on the node's tip.
    void mine(std::size_t index);
    // `count` blocks in a row on one node, waiting for each to be connected.
    void mine_chain(std::size_t index, int count);

    void run_for(microseconds time);
    // Whether it came true within the limit, looked at now and then.
    bool run_until(const std::function<bool()>& condition, microseconds limit);

    // Faults end: sleeping sites stay asleep, partitions heal, every node is up.
    void heal();
    // Every node that is up has the same tip.
    [[nodiscard]] bool agree() const;
    // heal(), then one more block, on which all nodes must agree within the limit, coins included.
    void expect_agreement(microseconds limit);

    void fail(const std::string& what);
    [[nodiscard]] bool failed() const { return failure_.has_value(); }
    [[nodiscard]] const std::optional<std::string>& failure() const { return failure_; }

    [[nodiscard]] std::size_t size() const { return nodes_.size(); }
    SimNode& node(std::size_t index) { return *nodes_[index]; }
    Miner& miner() { return miner_; }
    Links& links() { return links_; }
    Rng& rng() { return rng_; }
    Probes& probes() { return probes_; }
    Buggify& buggify() { return buggify_; }
    Scheduler& scheduler() { return scheduler_; }
    [[nodiscard]] const Trace& trace() const { return trace_; }

private:
    Surroundings surroundings();
    wire::Endpoint next_address();
    void compare_coins(microseconds limit);
    [[nodiscard]] std::string describe_tips() const;

    Rng rng_;
    Logger& logger_;
    Scheduler scheduler_;
    Trace trace_;
    Buggify buggify_;
    Probes probes_;
    Links links_;
    Miner miner_;
    std::vector<std::unique_ptr<SimNode>> nodes_;
    std::vector<std::unique_ptr<Adversary>> adversaries_;
    std::uint32_t addresses_ = 0;
    std::optional<std::string> failure_;
};

}  // namespace keel::sim
