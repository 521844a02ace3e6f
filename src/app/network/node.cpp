#include "app/network/node.hpp"

#include <fstream>

namespace keel::network {
namespace {

constexpr const char* kOutputName = "output.log";
constexpr std::streamoff kLastOutputMax = 2000;  // bytes

std::string loopback(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

RpcTarget target_of(const NodeReport& report) { return {report.rpc_port, {report.user, report.password}}; }

}  // namespace

std::vector<std::string> command_line(const NodeSpec& spec) {
    std::vector<std::string> words = spec.program;
    const std::string p2p = std::to_string(spec.p2p_port);
    for (const std::string& word :
         {"-datadir=" + spec.folder.string(), std::string("-regtest"), std::string("-server"),
          "-rpcport=" + std::to_string(spec.rpc_port), std::string("-rpcbind=127.0.0.1"),
          std::string("-rpcallowip=127.0.0.1"), std::string("-listen"), "-port=" + p2p, "-bind=127.0.0.1:" + p2p,
          std::string("-connect=0"), std::string("-dnsseed=0"), std::string("-fixedseeds=0"),
          std::string("-listenonion=0"), std::string("-discover=0"), std::string("-printtoconsole=0"),
          std::string("-disablewallet"), std::string("-dbcache=16"), std::string("-par=1"),
          "-uacomment=node" + std::to_string(spec.number)}) {
        words.push_back(word);
    }
    return words;
}

Result<Node, std::string> Node::start(const NodeSpec& spec) {
    std::error_code error;
    std::filesystem::create_directories(spec.folder, error);
    if (error) {
        return std::unexpected("Cannot make the folder " + spec.folder.string() + ": " + error.message() + ".");
    }
    // A cookie of an earlier run would let us in nowhere.
    std::filesystem::remove(spec.folder / "regtest" / ".cookie", error);
    KEEL_TRY(Process process, Process::start(command_line(spec), spec.folder / kOutputName));
    return Node(spec, std::move(process));
}

Node::Node(const NodeSpec& spec, Process process) : process_(std::move(process)), output_(spec.folder / kOutputName) {
    report_.number = spec.number;
    report_.p2p_port = spec.p2p_port;
    report_.rpc_port = spec.rpc_port;
    report_.process = process_.id();
    report_.folder = spec.folder.string();
    report_.cookie_file = (spec.folder / "regtest" / ".cookie").string();
}

void Node::poll() {
    if (const auto ending = process_.ending()) {
        report_.state = NodeState::ended;
        report_.ending = *ending;
        return;
    }
    if (report_.user.empty()) {
        const auto cookie = read_cookie(report_.cookie_file);
        if (!cookie) {
            return;
        }
        report_.user = cookie->user;
        report_.password = cookie->password;
    }
    if (ask()) {
        report_.state = NodeState::running;
    } else if (report_.state == NodeState::running) {
        report_.state = NodeState::silent;
    }
}

bool Node::ask() {
    const RpcTarget target = target_of(report_);
    auto chain = ask_chain(target);
    if (!chain) {
        return false;
    }
    report_.height = chain->height;
    report_.headers = chain->headers;
    report_.tip = std::move(chain->tip);
    const auto peers = ask_peer_count(target);
    if (!peers) {
        return false;
    }
    report_.peers = *peers;
    report_.mempool = ask_mempool_size(target).value_or(0);
    return true;
}

RpcResult<void> Node::dial(std::uint16_t port) { return order_dial(target_of(report_), loopback(port)); }

RpcResult<void> Node::mine(const std::string& address) { return order_block(target_of(report_), address); }

std::string Node::last_output() const {
    std::ifstream in(output_, std::ios::binary | std::ios::ate);
    const std::streamoff size = in ? std::streamoff(in.tellg()) : 0;
    in.seekg(std::max<std::streamoff>(0, size - kLastOutputMax));
    std::string text(static_cast<std::size_t>(std::min(size, kLastOutputMax)), '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    return text;
}

}  // namespace keel::network
