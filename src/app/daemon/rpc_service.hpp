// The RPC server as the settings want it: where it listens, who may ask, the cookie file.
#pragma once

#include "app/settings/load.hpp"
#include "edge/serve/rpc_service.hpp"

namespace keel::daemon {

class RpcService {
public:
    // Listening when this returns (unless -noserver), and answering that the node warms up until ready().
    [[nodiscard]] static Result<std::unique_ptr<RpcService>, std::string> start(const settings::Loaded& loaded,
                                                                                Logger& logger);
    void set_warmup(std::string status) { dispatcher_.set_warmup(std::move(status)); }
    // From here on calls reach the node, which must outlive stop().
    void ready(const rpc::NodeAccess& node) { dispatcher_.start(node); }
    // Answers what is being asked and closes; removes the cookie file.
    void stop();

private:
    RpcService(Logger& logger, rpc::Whitelist whitelist) : dispatcher_(logger, std::move(whitelist)) {}
    [[nodiscard]] Result<void, std::string> set_credentials(const settings::Loaded& loaded, Logger& logger);

    rpc::Dispatcher dispatcher_;
    serve::RpcAuth auth_;
    std::optional<serve::CookieFile> cookie_;
    std::unique_ptr<serve::HttpServer> server_;
};

}  // namespace keel::daemon
