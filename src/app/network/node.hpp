// One node of a private network: its process, its RPC, and what it last said about itself.
#pragma once

#include "app/network/process.hpp"
#include "app/network/report.hpp"
#include "app/network/rpc_client.hpp"

namespace keel::network {

struct NodeSpec {
    int number = 0;
    std::vector<std::string> program;  // the node program and its first words
    std::filesystem::path folder;      // made if it is not there
    std::uint16_t p2p_port = 0;
    std::uint16_t rpc_port = 0;
};

// The command line of the node: regtest, loopback only, no peers but those it is told.
std::vector<std::string> command_line(const NodeSpec& spec);

class Node {
public:
    static Result<Node, std::string> start(const NodeSpec& spec);

    // Asks for everything that the report shows. A node that does not answer becomes silent, one whose process is gone
    // ended.
    void poll();
    // Asks it to dial this port of the loopback address, and to keep the connection.
    [[nodiscard]] RpcResult<void> dial(std::uint16_t port);
    [[nodiscard]] RpcResult<void> mine(const std::string& address);

    [[nodiscard]] const NodeReport& report() const { return report_; }
    [[nodiscard]] bool is_running() const { return report_.state == NodeState::running; }
    // The end of what the node printed, for an error message.
    [[nodiscard]] std::string last_output() const;
    Process& process() { return process_; }

private:
    Node(const NodeSpec& spec, Process process);
    bool ask();

    Process process_;
    NodeReport report_;
    std::filesystem::path output_;
};

}  // namespace keel::network
