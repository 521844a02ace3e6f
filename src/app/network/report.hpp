// What the user sees of a private network: a table for people, one JSON object a line for scripts. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "app/network/options.hpp"

namespace keel::network {

enum class NodeState : std::uint8_t { starting, running, silent, ended };
std::string_view to_string(NodeState state);

// A node's last answers and how to reach it.
struct NodeReport {
    int number = 0;
    NodeState state = NodeState::starting;
    std::string ending;  // how the process ended, when it did
    std::int64_t height = 0;
    std::int64_t headers = 0;
    std::string tip;  // block hash; empty: not known yet
    std::int64_t peers = 0;
    std::int64_t mempool = 0;
    std::uint16_t p2p_port = 0;
    std::uint16_t rpc_port = 0;
    int process = 0;
    std::string folder;
    std::string cookie_file;
    std::string user;
    std::string password;
};

struct NetworkReport {
    Options options;
    std::chrono::seconds uptime{0};
    std::chrono::milliseconds ready_after{0};
    std::string folder;
    std::string payout_address;
    std::span<const NodeReport> nodes;
};

// "all 4 nodes agree on block 17 3f2a..90ab", or how many tips there are.
std::string agreement(std::span<const NodeReport> nodes);
// Several lines, each ended by a newline.
std::string table(const NetworkReport& report);
// How to reach and stop the network; shown once, below the first table.
std::string instructions(const NetworkReport& report);

enum class Event : std::uint8_t { ready, status, stopped };
// One line, ended by a newline. The ready event tells how to reach each node.
std::string json_line(Event event, const NetworkReport& report);

}  // namespace keel::network
