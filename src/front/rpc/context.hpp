// What a handler may reach. References live as long as the node does.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "front/api/chain_reader.hpp"
#include "front/api/log_control.hpp"
#include "front/api/mining.hpp"
#include "front/api/node_commands.hpp"
#include "front/api/peers_reader.hpp"
#include "front/api/pool.hpp"
#include "front/rpc/scan_slot.hpp"

namespace keel::rpc {

// The call in progress and the service around it: answered by the dispatcher.
class ServiceState {
public:
    struct ActiveCall {
        std::string method;
        microseconds running{};
    };

    virtual ~ServiceState() = default;
    [[nodiscard]] virtual seconds uptime() const = 0;
    [[nodiscard]] virtual std::vector<ActiveCall> active_calls() const = 0;
};

class TemplateDesk;

struct Context {
    const api::ChainReader& chain;
    api::NodeCommands& commands;
    const api::PeersReader& peers;
    api::Pool& pool;
    api::Mining& mining;
    api::LogControl& logs;
    const ServiceState& service;
    TemplateDesk& desk;
    ScanSlot& coin_scan;
    ScanSlot& block_scan;
};

}  // namespace keel::rpc
