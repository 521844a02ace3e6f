#include "app/daemon/rpc_service.hpp"

namespace keel::daemon {
namespace {

using settings::Values;
using Error = Failure<std::string>;

constexpr std::string_view kSeeLog = "Unable to start HTTP server. See debug log for details.";

// "1.2.3.4", "1.2.3.4:5", "[::1]:5", "::1"
Result<serve::BindAddress, std::string> bind_address(const std::string& text, std::uint16_t port) {
    serve::BindAddress out{text, port};
    std::string digits;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        out.host = text.substr(1, end - 1);
        digits = end == std::string::npos || end + 1 == text.size() ? "" : text.substr(end + 1);
    } else if (const std::size_t colon = text.find(':'); colon != std::string::npos && colon == text.rfind(':')) {
        out.host = text.substr(0, colon);
        digits = text.substr(colon);
    }
    if (out.host == "localhost") {
        out.host = "127.0.0.1";
    }
    if (digits.empty()) {
        return out;
    }
    const auto number = settings::to_number(std::string_view(digits).substr(1));
    if (!digits.starts_with(':') || !number || *number < 1 || *number > 65'535) {
        return Error(concat("Invalid port specified in -rpcbind: '", text, "'"));
    }
    out.port = static_cast<std::uint16_t>(*number);
    return out;
}

Result<serve::HttpOptions, std::string> http_options(const settings::Loaded& loaded, Logger& logger) {
    const Values& values = loaded.values;
    const auto port = static_cast<std::uint16_t>(values.find_number("rpcport").value_or(loaded.params->rpc_port));
    serve::HttpOptions out;
    out.allow = values.list("rpcallowip");
    out.workers = static_cast<std::size_t>(values.number("rpcthreads"));
    out.queue_max = static_cast<std::size_t>(values.number("rpcworkqueue"));
    out.timeout = seconds(values.number("rpcservertimeout"));
    for (const std::string& text : values.list("rpcbind")) {
        KEEL_TRY(serve::BindAddress address, bind_address(text, port));
        if (!out.allow.empty()) {
            out.bind.push_back(std::move(address));
        }
    }
    if (values.is_set("rpcbind") && out.allow.empty()) {
        log(logger, LogCategory::all, LogLevel::warning,
            "Option -rpcbind was ignored because -rpcallowip was not specified, refusing to allow everyone to connect");
    }
    if (out.bind.empty()) {
        out.bind = {{"127.0.0.1", port}, {"::1", port}};
    }
    return out;
}

std::optional<serve::CookieFile::Access> cookie_access(const std::string& text) {
    if (text.empty() || text == "owner") return serve::CookieFile::Access::owner;
    if (text == "group") return serve::CookieFile::Access::group;
    if (text == "all") return serve::CookieFile::Access::all;
    return std::nullopt;
}

// Once anybody is limited, whoever is not named may call nothing, unless the user says otherwise.
rpc::Whitelist whitelist(const Values& values) {
    rpc::Whitelist out;
    const std::vector<std::string> entries = values.list("rpcwhitelist");
    for (const std::string& entry : entries) {
        out.add(entry);
    }
    out.set_open(!values.find_flag("rpcwhitelistdefault").value_or(!entries.empty()));
    return out;
}

}  // namespace

Result<std::unique_ptr<RpcService>, std::string> RpcService::start(const settings::Loaded& loaded, Logger& logger) {
    std::unique_ptr<RpcService> out(new RpcService(logger, whitelist(loaded.values)));
    if (!loaded.values.flag("server")) {
        return out;
    }
    KEEL_TRY(serve::HttpOptions options, http_options(loaded, logger));
    KEEL_CHECK(out->set_credentials(loaded, logger));
    auto server = serve::HttpServer::start(
        std::move(options),
        serve::make_rpc_handler(out->dispatcher_, out->auth_, logger,
                                loaded.values.flag("rest") ? serve::Rest::on : serve::Rest::off),
        logger);
    if (!server) {
        log(logger, LogCategory::all, LogLevel::error, server.error());
        return Error(std::string(kSeeLog));
    }
    out->server_ = std::move(*server);
    return out;
}

Result<void, std::string> RpcService::set_credentials(const settings::Loaded& loaded, Logger& logger) {
    const Values& values = loaded.values;
    if (const std::string password = values.text("rpcpassword"); !password.empty()) {
        auth_.add_password(values.text("rpcuser"), password);
    } else if (const auto path = settings::chain_path(loaded, "rpccookiefile", ".cookie"); !path.empty()) {
        const auto access = cookie_access(values.text("rpccookieperms"));
        if (!access) {
            log(logger, LogCategory::all, LogLevel::error, "Invalid -rpccookieperms=", values.text("rpccookieperms"),
                "; must be one of 'owner', 'group', or 'all'.");
            return Error(std::string(kSeeLog));
        }
        auto cookie = serve::CookieFile::create(path, *access);
        if (!cookie) {
            log(logger, LogCategory::all, LogLevel::error, cookie.error());
            return Error(std::string(kSeeLog));
        }
        auth_.add_password(serve::kCookieUser, cookie->password());
        cookie_.emplace(std::move(*cookie));
        log(logger, LogCategory::all, LogLevel::info, "Generated RPC authentication cookie ", path.string());
    }
    for (const std::string& entry : values.list("rpcauth")) {
        if (!auth_.add_rpcauth(entry)) {
            log(logger, LogCategory::all, LogLevel::error, "Invalid -rpcauth argument.");
            return Error(std::string(kSeeLog));
        }
    }
    return {};
}

void RpcService::stop() {
    if (server_ != nullptr) {
        server_->stop();
        server_.reset();
    }
    cookie_.reset();
}

}  // namespace keel::daemon
