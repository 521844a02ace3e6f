#include "app/rpc_command.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>
#include <unistd.h>

#include "app/settings/help.hpp"
#include "app/settings/load.hpp"
#include "app/version.hpp"
#include "base/logger.hpp"
#include "edge/serve/rpc_cli.hpp"
#include "front/rpc/cli_reports.hpp"
#include "front/rpc/json_text.hpp"

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
        if (!digits.empty()) {
            std::cerr << "Warning: Port specified in both -rpcconnect and -rpcport. Using -rpcport " << *number << '\n';
        }
        call.port = static_cast<std::uint16_t>(*number);
    }
    return {};
}

// Read anew for each try: a node that starts writes a new cookie.
void set_credentials(serve::CliCall& call, const Loaded& loaded, const std::string& typed_password) {
    const std::string user = loaded.values.text("rpcuser");
    const std::string password = typed_password.empty() ? loaded.values.text("rpcpassword") : typed_password;
    const std::string config = concat(" Configuration file: (", loaded.config_file.string(), ")");
    if (!password.empty()) {
        call.credentials = concat(user, ":", password);
        call.refusal = concat("Incorrect rpcuser or rpcpassword were specified.", config);
        return;
    }
    call.credentials.clear();
    const std::filesystem::path path = settings::chain_path(loaded, "rpccookiefile", ".cookie");
    if (path.empty()) {
        call.refusal =
            concat("Cookie file was disabled via -norpccookiefile and no rpcpassword was specified.", config);
        return;
    }
    std::ifstream file(path);
    if (std::getline(file, call.credentials)) {
        call.refusal = concat("Cookie file credentials were invalid and no rpcpassword was specified.", config);
    } else {
        call.refusal = concat("Failed to read cookie file and no rpcpassword was specified.", config);
    }
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

// How to reach the node; -rpcwait asks again until it answers.
class Asker {
public:
    Asker(const Loaded& loaded, serve::CliCall call, std::string typed_password)
        : loaded_(loaded), call_(std::move(call)), password_(std::move(typed_password)) {
        const std::int64_t limit = loaded.values.number("rpcwaittimeout");
        end_ = Clock::now() + seconds(limit > 0 ? limit : std::int64_t{100} * 365 * 24 * 3600);
    }

    // What a call prints.
    serve::CliResult call(std::string method, std::vector<std::string> words) {
        return ask<serve::CliResult>(
            std::move(method), std::move(words), [](const serve::CliCall& call) { return serve::call_rpc(call); },
            [](const serve::CliResult& result) { return result; });
    }
    // A call's result as JSON.
    Result<std::string, serve::CliResult> fetch(std::string method, std::vector<std::string> words = {}) {
        using Fetched = Result<std::string, serve::CliResult>;
        return ask<Fetched>(
            std::move(method), std::move(words), [](const serve::CliCall& call) { return serve::fetch_rpc(call); },
            [](const Fetched& result) { return result ? serve::CliResult() : result.error(); });
    }

private:
    using Clock = std::chrono::steady_clock;

    template <class T, class Ask, class Judge>
    T ask(std::string method, std::vector<std::string> words, const Ask& one_try, const Judge& judge) {
        call_.method = std::move(method);
        call_.words = std::move(words);
        for (;;) {
            set_credentials(call_, loaded_, password_);
            T result = one_try(call_);
            if (!judge(result).try_again || !loaded_.values.flag("rpcwait") || Clock::now() >= end_) {
                return result;
            }
            std::this_thread::sleep_for(milliseconds(200));
        }
    }

    const Loaded& loaded_;
    serve::CliCall call_;
    std::string password_;
    Clock::time_point end_;
};

// ---- -getinfo, -netinfo, -addrinfo, -generate ----

Result<rpc::Colour, std::string> colour_of(const Loaded& loaded) {
    const std::string word = loaded.values.text("color");
    if (word == "always") return rpc::Colour::yes;
    if (word == "never") return rpc::Colour::no;
    if (word == "auto") return ::isatty(STDOUT_FILENO) == 1 ? rpc::Colour::yes : rpc::Colour::no;
    return Failure(std::string("Invalid value for -color option. Valid values: always, auto, never."));
}

int show_info(Asker& asker, const Loaded& loaded, const std::vector<std::string>& words) {
    const auto colour = colour_of(loaded);
    if (!words.empty()) {
        return report("-getinfo takes no arguments");
    }
    const auto network = asker.fetch("getnetworkinfo");
    const auto chain = network ? asker.fetch("getblockchaininfo") : network;
    if (!chain) {
        return print(chain.error().output);
    }
    if (!colour) {
        return report(colour.error());
    }
    std::cout << rpc::info_report(*network, *chain, *colour) << '\n';
    return 0;
}

// The level, and then perhaps "outonly" or "o".
Result<void, std::string> read_peer_options(const std::vector<std::string>& words, rpc::PeersReport& options) {
    if (words.empty()) {
        return {};
    }
    const auto level = settings::to_number(words[0]);
    if (!level || *level < 0 || *level > 255) {
        return Failure(concat("invalid -netinfo level argument: ", words[0]));
    }
    options.level = static_cast<int>(std::min<std::int64_t>(*level, rpc::PeersReport::kLevelMax));
    if (words.size() > 1) {
        options.outbound_only = words[1] == "outonly" || words[1] == "o";
        if (!options.outbound_only || options.level == 0) {
            return Failure(concat("invalid -netinfo outonly argument: ", words[1]));
        }
    }
    return {};
}

int show_peers(Asker& asker, const Loaded& loaded, const std::vector<std::string>& words) {
    rpc::PeersReport options;
    options.client = concat("Keel client v", version());
    if (loaded.params->network != primitives::Network::main) {
        options.client += concat(" ", loaded.params->name);
    }
    options.now =
        unix_time(std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
    if (const auto read = read_peer_options(words, options); !read) {
        return report(read.error());
    }
    const auto peers = asker.fetch("getpeerinfo");
    const auto network = peers ? asker.fetch("getnetworkinfo") : peers;
    if (!network) {
        return print(network.error().output);
    }
    std::cout << rpc::peers_report(*peers, *network, options) << '\n';
    return 0;
}

int show_addresses(Asker& asker, const std::vector<std::string>& words) {
    if (!words.empty()) {
        return report("-addrinfo takes no arguments");
    }
    const auto tables = asker.fetch("getaddrmaninfo");
    if (!tables) {
        return print(tables.error().output);
    }
    std::cout << rpc::addresses_report(*tables) << '\n';
    return 0;
}

int generate(Asker& asker, std::vector<std::string> words) {
    const auto address_json = asker.fetch("getnewaddress");
    const auto address = address_json ? rpc::json_string(*address_json) : std::nullopt;
    if (!address) {
        return address_json ? report("the node gave no address") : print(address_json.error().output);
    }
    if (words.size() > 2) {
        return report("too many arguments (maximum 2 for nblocks and maxtries)");
    }
    if (words.empty()) {
        words.emplace_back("1");
    }
    const auto count = settings::to_number(words[0]);
    if (!count) {
        return report(concat("Error parsing JSON: ", words[0]));
    }
    if (*count <= 0) {
        return report(
            "the first argument (number of blocks to generate, default: 1) must be an integer value greater "
            "than zero");
    }
    words.insert(words.begin() + 1, *address);
    const auto blocks = asker.fetch("generatetoaddress", words);
    if (!blocks) {
        return print(blocks.error().output);
    }
    std::cout << rpc::json_pretty(concat("{\"address\":", *address_json, ",\"blocks\":", *blocks, "}")) << '\n';
    return 0;
}

// The summary that was asked for; nothing when none was.
Result<std::string, std::string> chosen_summary(const Loaded& loaded) {
    std::string names;
    std::string chosen;
    int count = 0;
    for (const char* name : {"addrinfo", "generate", "getinfo", "netinfo"}) {
        if (loaded.values.flag(name)) {
            names += concat(count++ > 0 ? ", -" : "-", name);
            chosen = name;
        }
    }
    if (count > 1) {
        return Failure(concat("Only one of ", names, " may be specified."));
    }
    return chosen;
}

int run_summary(std::string_view name, Asker& asker, const Loaded& loaded, const std::vector<std::string>& words) {
    if (name == "getinfo") {
        return show_info(asker, loaded, words);
    }
    if (name == "netinfo") {
        return show_peers(asker, loaded, words);
    }
    return name == "addrinfo" ? show_addresses(asker, words) : generate(asker, words);
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
        std::cout << "Keel RPC client version v" << version() << '\n';
        return 0;
    }
    auto loaded = settings::load(arguments, settings::Program::client);
    if (!loaded) {
        std::cerr << "Error: " << loaded.error() << '\n';
        return 1;
    }
    if (loaded->values.is_set("ipcconnect") && loaded->values.text("ipcconnect") != "auto") {
        return report("bitcoin-cli was not built with IPC support");
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
    const auto summary = chosen_summary(*loaded);
    if (!summary) {
        return report(summary.error());
    }
    if (words.empty() && summary->empty()) {
        return report("too few parameters (need at least command)");
    }
    serve::CliCall request;
    request.style = loaded->values.flag("named") ? rpc::ArgStyle::named : rpc::ArgStyle::positional;
    request.wallet = loaded->values.text("rpcwallet");
    request.timeout = seconds(loaded->values.number("rpcclienttimeout"));
    request.id = loaded->values.text("rpcid");
    if (const auto placed = set_place(request, *loaded); !placed) {
        return report(placed.error());
    }
    Asker asker(*loaded, std::move(request), std::move(password));
    if (!summary->empty()) {
        return run_summary(*summary, asker, *loaded, words);
    }
    const std::string method = words.front();
    return print(asker.call(method, {words.begin() + 1, words.end()}).output);
}

}  // namespace keel::app
