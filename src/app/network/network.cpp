#include "app/network/network.hpp"

#include <thread>

#include "base/assert.hpp"
#include "crypto/hash.hpp"
#include "crypto/sha256.hpp"
#include "rules/address/address.hpp"

namespace keel::network {
namespace {

using namespace std::chrono_literals;

constexpr auto kReadyTimeout = 120s;
constexpr auto kLinkTimeout = 30s;
constexpr auto kStopTimeout = 20s;
constexpr auto kPause = 20ms;

// Rewards go to a key that anybody can derive: the coins of a private network are there to be spent in experiments.
std::string payout_address() {
    const auto key = crypto::SecretKey::from_bytes(crypto::sha256(as_bytes("keel network up")).bytes);
    KEEL_ASSERT(key);
    return address::encode_address(address::WitnessPubkeyHash{crypto::hash160(key->public_key())},
                                   primitives::regtest_params().prefixes);
}

Result<std::vector<std::string>, std::string> node_program(const Options& options) {
    if (!options.program.empty()) {
        return std::vector<std::string>{options.program};
    }
    KEEL_TRY(std::string program, own_program());
    return std::vector<std::string>{std::move(program), "node"};
}

std::chrono::milliseconds since(Network::Clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Network::Clock::now() - start);
}

std::string failure_of(const Node& node) {
    std::string text = "Node " + std::to_string(node.report().number) + " ended (" + node.report().ending + ").";
    const std::string output = node.last_output();
    return output.empty() ? text : text + " It said:\n" + output;
}

}  // namespace

Network::Network(const Options& options, const Workspace& workspace, Rng rng)
    : options_(options), folder_(workspace.folder().string()), address_(payout_address()), rng_(rng) {
    links_ = make_links(options.topology, options.nodes, rng_);
}

Result<Network, std::string> Network::start(const Options& options, const Workspace& workspace, Rng rng) {
    Network network(options, workspace, rng);
    KEEL_TRY(const auto program, node_program(options));
    KEEL_TRY(const auto ports, free_ports(2 * static_cast<std::size_t>(options.nodes), network.rng_));
    for (int number = 0; number < options.nodes; ++number) {
        const std::size_t first = 2 * static_cast<std::size_t>(number);
        KEEL_TRY(Node node,
                 Node::start({number, program, workspace.node_folder(number), ports[first], ports[first + 1]}));
        network.nodes_.push_back(std::move(node));
    }
    network.refresh_reports();
    return network;
}

Result<void, std::string> Network::get_ready(const Interrupt& interrupt) {
    std::size_t ready = 0;
    while (ready < nodes_.size()) {
        Node& node = nodes_[ready];
        node.poll();
        if (node.is_running()) {
            ++ready;
            continue;
        }
        if (node.report().state == NodeState::ended) {
            return std::unexpected(failure_of(node));
        }
        if (since(started_) > kReadyTimeout) {
            return std::unexpected("Node " + std::to_string(node.report().number) + " does not answer.");
        }
        if (interrupt(kPause)) {
            return std::unexpected(std::string{});
        }
    }
    KEEL_CHECK(link());
    const auto linking = Clock::now();
    while (!links_stand()) {
        if (since(linking) > kLinkTimeout) {
            return std::unexpected("The nodes did not connect to each other in time.");
        }
        if (interrupt(kPause)) {
            return std::unexpected(std::string{});
        }
        poll();
    }
    ready_after_ = since(started_);
    return {};
}

Result<void, std::string> Network::link() {
    for (const Link& link : links_) {
        Node& from = nodes_[static_cast<std::size_t>(link.from)];
        const Node& to = nodes_[static_cast<std::size_t>(link.to)];
        if (auto done = from.dial(to.report().p2p_port); !done) {
            return std::unexpected("Node " + std::to_string(link.from) + " does not dial: " + done.error() + ".");
        }
    }
    return {};
}

bool Network::links_stand() const {
    std::vector<std::int64_t> expected(nodes_.size());
    for (const Link& link : links_) {
        ++expected[static_cast<std::size_t>(link.from)];
        ++expected[static_cast<std::size_t>(link.to)];
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (nodes_[i].is_running() && nodes_[i].report().peers < expected[i]) {
            return false;
        }
    }
    return true;
}

void Network::poll() {
    for (Node& node : nodes_) {
        node.poll();
    }
    refresh_reports();
}

void Network::mine() {
    std::vector<Node*> running;
    for (Node& node : nodes_) {
        if (node.is_running()) {
            running.push_back(&node);
        }
    }
    if (running.empty()) {
        return;
    }
    // A node that fails here shows up as silent or ended at the next poll.
    [[maybe_unused]] const auto mined = running[static_cast<std::size_t>(rng_.below(running.size()))]->mine(address_);
}

void Network::stop() {
    for (Node& node : nodes_) {
        node.process().ask_to_stop();
    }
    const auto asked = Clock::now();
    const auto runs = [](Node& node) { return !node.process().ending(); };
    while (std::ranges::any_of(nodes_, runs) && since(asked) < kStopTimeout) {
        std::this_thread::sleep_for(kPause);
    }
    for (Node& node : nodes_) {
        node.process().kill();
    }
}

bool Network::has_running_node() const {
    return std::ranges::any_of(nodes_, [](const Node& node) { return node.report().state != NodeState::ended; });
}

NetworkReport Network::report() const {
    return {options_,     std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_),
            ready_after_, folder_,
            address_,     reports_};
}

void Network::refresh_reports() {
    reports_.clear();
    for (const Node& node : nodes_) {
        reports_.push_back(node.report());
    }
}

}  // namespace keel::network
