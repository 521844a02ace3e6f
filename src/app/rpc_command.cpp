#include "app/rpc_command.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include "app/settings/help.hpp"
#include "app/settings/load.hpp"
#include "app/version.hpp"
#include "base/logger.hpp"
#include "edge/serve/rpc_cli.hpp"

namespace keel::app {
namespace {

using settings::Loaded;

int report(std::string_view error) {
    std::cerr << "error: " << error << '\n';
    return 1;
}

// "host", "host:port", "[::1]:port"
Result<void, std::string> set_place(serve::CliCall& call, const Loaded& loaded) {
    const std::string given = loaded.values.text("rpcconnect");
    call.host = given;
    std::string digits;
    if (given.starts_with('[')) {
        const std::size_t end = given.find(']');
        call.host = given.substr(1, end - 1);
        digits = end == std::string::npos ? "" : given.substr(end + 1);
    } else if (const std::size_t colon = given.find(':'); colon != std::string::npos && colon == given.rfind(':')) {
        call.host = given.substr(0, colon);
        digits = given.substr(colon);
    }
    call.port = static_cast<std::uint16_t>(loaded.params->rpc_port);
    if (!digits.empty()) {
        const auto port = settings::to_number(std::string_view(digits).substr(1));
        if (!port || *port < 1 || *port > 65'535) {
            return Failure(concat("Invalid port provided in -rpcconnect: ", given));
        }
        call.port = static_cast<std::uint16_t>(*port);
    }
    if (const auto port = loaded.values.find_text("rpcport")) {
        const auto number = settings::to_number(*port);
        if (!number || *number < 1 || *number > 65'535) {
            return Failure(concat("Invalid port provided in -rpcport: ", *port));
        }
        call.port = static_cast<std::uint16_t>(*number);
    }
    return {};
}

// Read anew for each try: a node that starts writes a new cookie.
std::string credentials(const Loaded& loaded, const std::string& typed_password) {
    const std::string user = loaded.values.text("rpcuser");
    if (!typed_password.empty()) {
        return concat(user, ":", typed_password);
    }
    if (const std::string password = loaded.values.text("rpcpassword"); !password.empty()) {
        return concat(user, ":", password);
    }
    std::ifstream file(settings::chain_path(loaded, "rpccookiefile", ".cookie"));
    std::string cookie;
    std::getline(file, cookie);
    return cookie;
}

int print(const rpc::CliOutput& output) {
    if (!output.out.empty()) {
        std::cout << output.out << '\n';
    }
    if (!output.err.empty()) {
        std::cerr << output.err << '\n';
    }
    return output.exit_code;
}

int call(const Loaded& loaded, serve::CliCall call, const std::string& typed_password) {
    using Clock = std::chrono::steady_clock;
    const bool wait = loaded.values.flag("rpcwait");
    const std::int64_t limit = loaded.values.number("rpcwaittimeout");
    const auto end = Clock::now() + seconds(limit > 0 ? limit : std::int64_t{100} * 365 * 24 * 3600);
    for (;;) {
        call.credentials = credentials(loaded, typed_password);
        const serve::CliResult result = serve::call_rpc(call);
        if (!result.try_again || !wait || Clock::now() >= end) {
            return print(result.output);
        }
        std::this_thread::sleep_for(milliseconds(200));
    }
}

void show_help() {
    std::cout << version_line()
              << "\n\nusage: keel rpc [-SETTING...] METHOD [PARAMETER...]\n\n"
                 "`keel rpc help` asks the node which methods it has.\n\n"
              << settings::help_text(settings::Program::client, false);
}

}  // namespace

int run_rpc(std::span<const std::string> arguments) {
    const std::string first = arguments.empty() ? "-help" : arguments.front();
    if (first == "-h" || first == "-?" || first == "-help" || first == "--help") {
        show_help();
        return arguments.empty() ? 1 : 0;
    }
    if (first == "-version" || first == "--version") {
        std::cout << version_line() << " RPC client\n";
        return 0;
    }
    auto loaded = settings::load(arguments, settings::Program::client);
    if (!loaded) {
        std::cerr << "Error: " << loaded.error() << '\n';
        return 1;
    }
    std::string password;
    if (loaded->values.flag("stdinrpcpass")) {
        std::getline(std::cin, password);
    }
    std::vector<std::string> words = loaded->rest;
    if (loaded->values.flag("stdin")) {
        for (std::string line; std::getline(std::cin, line);) {
            words.push_back(line);
        }
    }
    if (words.empty()) {
        return report("too few parameters (need at least command)");
    }
    serve::CliCall request;
    request.method = words.front();
    request.words.assign(words.begin() + 1, words.end());
    request.style = loaded->values.flag("named") ? rpc::ArgStyle::named : rpc::ArgStyle::positional;
    request.wallet = loaded->values.text("rpcwallet");
    request.timeout = seconds(loaded->values.number("rpcclienttimeout"));
    if (const auto placed = set_place(request, *loaded); !placed) {
        return report(placed.error());
    }
    return call(*loaded, std::move(request), password);
}

}  // namespace keel::app
