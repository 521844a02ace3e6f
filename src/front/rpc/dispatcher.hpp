// Takes the body of an HTTP request, carries out the calls in it and gives the body of the answer.
//
// Until start() every call is answered with "warming up" (-28) and the text of set_warmup(). Any number of threads may
// call handle() at once; handlers run on the calling thread and may block (a command's answer, waitfornewblock).
// Bounds: kJsonDepthMax levels of nesting, kBatchMax calls; the size of a body is bounded by the HTTP server.
#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/logger.hpp"
#include "front/rpc/context.hpp"
#include "front/rpc/error.hpp"
#include "front/rpc/request.hpp"
#include "front/rpc/template_desk.hpp"

namespace keel::rpc {

// What the dispatcher needs of the running node.
struct NodeAccess {
    const api::ChainReader& chain;
    api::NodeCommands& commands;
    const api::PeersReader& peers;
    api::Pool& pool;
    api::Mining& mining;
    api::LogControl& logs;
};

struct Response {
    int http_status = 200;
    std::optional<std::string> body;  // none: an answer without content
};

// -rpcwhitelist, -rpcwhitelistdefault: which calls a user may make.
class Whitelist {
public:
    // "user:call,call,..." limits the user as limit() does; "user" alone allows it nothing unless it was named before.
    void add(std::string_view option);
    // Limits a user to these calls, and to the intersection when called again for the same user.
    void limit(const std::string& user, std::set<std::string, std::less<>> methods);
    // Whether users that were never named may call anything.
    void set_open(bool open) { open_ = open; }
    [[nodiscard]] bool may_call_anything(std::string_view user) const;
    [[nodiscard]] bool allows(std::string_view user, std::string_view method) const;

private:
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> limits_;
    bool open_ = true;
};

class Dispatcher final : public ServiceState {
public:
    static constexpr std::size_t kBatchMax = 10'000;

    explicit Dispatcher(Logger& logger, Whitelist whitelist = {});

    void set_warmup(std::string status);
    // From here on calls reach the node, which must outlive every handle().
    void start(const NodeAccess& node);

    // `user` is who authenticated.
    [[nodiscard]] Response handle(std::string_view body, std::string_view user);

    // The node, or the text of set_warmup() while there is none.
    [[nodiscard]] Result<NodeAccess, std::string> node() const;
    // One call with its parameters as JSON, asked by this process itself; the result as JSON.
    [[nodiscard]] Outcome<std::string> invoke(std::string_view method, std::string_view params);

    [[nodiscard]] seconds uptime() const override;
    [[nodiscard]] std::vector<ActiveCall> active_calls() const override;

private:
    struct Running {
        std::string method;
        std::chrono::steady_clock::time_point since;
    };
    class Registration;

    [[nodiscard]] Response handle_single(const Args::Json& request, std::string_view user);
    [[nodiscard]] Response handle_batch(const Args::Json& requests, std::string_view user);
    // Appends the result value to `out`.
    [[nodiscard]] Outcome<void> execute(const Call& call, std::string& out, std::string_view user);

    Logger& logger_;
    const Whitelist whitelist_;
    const std::chrono::steady_clock::time_point started_;
    mutable std::mutex mutex_;  // guards warmup_, node_ and running_
    std::string warmup_ = "RPC server started";
    std::optional<NodeAccess> node_;
    std::list<Running> running_;
    TemplateDesk desk_;
    ScanSlot coin_scan_;
    ScanSlot block_scan_;
};

}  // namespace keel::rpc
