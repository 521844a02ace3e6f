#include "app/network/report.hpp"

#include <map>

#include <boost/json.hpp>

namespace keel::network {
namespace {

std::string padded(std::string text, std::size_t width, bool right = true) {
    if (text.size() >= width) {
        return text;
    }
    const std::string blanks(width - text.size(), ' ');
    return right ? blanks + text : text + blanks;
}

std::string short_hash(const std::string& hash) {
    return hash.size() < 12 ? hash : hash.substr(0, 6) + ".." + hash.substr(hash.size() - 4);
}

std::string clock_text(std::chrono::seconds time) {
    const auto two = [](std::int64_t n) { return std::string(n < 10 ? "0" : "") + std::to_string(n); };
    return two(time.count() / 3600) + ':' + two(time.count() / 60 % 60) + ':' + two(time.count() % 60);
}

std::string seconds_text(std::chrono::milliseconds time) {
    std::string text = std::to_string(time.count() / 1000);
    if (time.count() % 1000 != 0) {
        std::string decimals = std::to_string(1000 + time.count() % 1000).substr(1);
        decimals.erase(decimals.find_last_not_of('0') + 1);
        text += '.' + decimals;
    }
    return text;
}

bool is_alive(const NodeReport& node) { return node.state == NodeState::running || node.state == NodeState::silent; }

boost::json::object json_of(const NodeReport& node, bool with_access) {
    boost::json::object out{{"node", node.number},    {"state", to_string(node.state)},
                            {"height", node.height},  {"headers", node.headers},
                            {"tip", node.tip},        {"peers", node.peers},
                            {"mempool", node.mempool}};
    if (!node.ending.empty()) {
        out["ending"] = node.ending;
    }
    if (with_access) {
        out["pid"] = node.process;
        out["p2p"] = "127.0.0.1:" + std::to_string(node.p2p_port);
        out["rpc"] = "http://127.0.0.1:" + std::to_string(node.rpc_port);
        out["datadir"] = node.folder;
        out["cookie"] = node.cookie_file;
        out["user"] = node.user;
        out["password"] = node.password;
    }
    return out;
}

std::string_view to_string(Event event) {
    switch (event) {
        case Event::ready: return "ready";
        case Event::status: return "status";
        case Event::stopped: return "stopped";
    }
    return "unknown";
}

}  // namespace

std::string_view to_string(NodeState state) {
    switch (state) {
        case NodeState::starting: return "starting";
        case NodeState::running: return "running";
        case NodeState::silent: return "silent";
        case NodeState::ended: return "ended";
    }
    return "unknown";
}

std::string agreement(std::span<const NodeReport> nodes) {
    std::map<std::string, const NodeReport*> tips;
    std::size_t alive = 0;
    for (const NodeReport& node : nodes) {
        if (is_alive(node)) {
            tips.emplace(node.tip, &node);
            ++alive;
        }
    }
    if (alive == 0) {
        return "no node is running";
    }
    if (tips.size() > 1) {
        return std::to_string(alive) + " nodes have " + std::to_string(tips.size()) + " different tips";
    }
    const NodeReport& any = *tips.begin()->second;
    const std::string who =
        alive == 1 ? "the node is at block " : "all " + std::to_string(alive) + " nodes agree on block ";
    return who + std::to_string(any.height) + ' ' + short_hash(any.tip);
}

std::string table(const NetworkReport& report) {
    std::string out = "keel network: " + std::to_string(report.options.nodes) + " nodes, " +
                      std::string(to_string(report.options.topology)) + ", up " + clock_text(report.uptime);
    out += report.options.block_interval.count() == 0
               ? ", nobody mines\n"
               : ", a block every " + seconds_text(report.options.block_interval) + " s\n";
    out += "node  state     height  headers  tip           peers  mempool    p2p    rpc\n";
    for (const NodeReport& node : report.nodes) {
        out += padded(std::to_string(node.number), 4) + "  " + padded(std::string(to_string(node.state)), 8, false) +
               padded(std::to_string(node.height), 8) + padded(std::to_string(node.headers), 9) + "  " +
               padded(short_hash(node.tip), 12, false) + padded(std::to_string(node.peers), 7) +
               padded(std::to_string(node.mempool), 9) + padded(std::to_string(node.p2p_port), 7) +
               padded(std::to_string(node.rpc_port), 7);
        out += node.ending.empty() ? "\n" : "  " + node.ending + '\n';
    }
    return out + agreement(report.nodes) + '\n';
}

std::string instructions(const NetworkReport& report) {
    if (report.nodes.empty()) {
        return {};
    }
    const NodeReport& first = report.nodes.front();
    return "data:         " + report.folder + (report.options.folder.empty() ? " (removed at the end)\n" : "\n") +
           "credentials:  user:password in nodeN/regtest/.cookie there; each node's RPC is http://127.0.0.1:<rpc>\n" +
           "for example:  keel rpc -regtest -datadir=" + first.folder + " -rpcport=" + std::to_string(first.rpc_port) +
           " getblockchaininfo\n" + "rewards:      " + report.payout_address + '\n' + "stop:         Ctrl-C\n";
}

std::string json_line(Event event, const NetworkReport& report) {
    boost::json::array nodes;
    for (const NodeReport& node : report.nodes) {
        nodes.push_back(json_of(node, event == Event::ready));
    }
    boost::json::object out{{"event", to_string(event)}, {"uptime", report.uptime.count()}};
    if (event == Event::ready) {
        out["ready_after_ms"] = report.ready_after.count();
        out["topology"] = to_string(report.options.topology);
        out["datadir"] = report.folder;
        out["payout_address"] = report.payout_address;
    }
    out["agreement"] = agreement(report.nodes);
    out["nodes"] = std::move(nodes);
    return boost::json::serialize(out) + '\n';
}

}  // namespace keel::network
