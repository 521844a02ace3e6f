#include "app/command.hpp"

#include <array>
#include <iomanip>
#include <iostream>

#include "app/config_commands.hpp"
#include "app/consensus_commands.hpp"
#include "app/daemon/node_command.hpp"
#include "app/network/up.hpp"
#include "app/rpc_command.hpp"
#include "app/sim_command.hpp"
#include "app/version.hpp"

namespace keel::app {
namespace {

int show_version(std::span<const std::string>) {
    std::cout << version_line() << "\nDistributed under the MIT license; there is NO WARRANTY.\n";
    return 0;
}

int show_help(std::span<const std::string> arguments);

daemon::Identity identity() { return {version(), version_line()}; }
int node(std::span<const std::string> arguments) { return daemon::run_node(arguments, identity()); }
int bench_import(std::span<const std::string> arguments) { return daemon::bench_import(arguments, identity()); }

constexpr std::array kCommands{
    Command{"node", "[-SETTING...]", "run a node", node, true},
    Command{"rpc", "[-SETTING...] METHOD [PARAMETER...]", "ask a running node", run_rpc, true},
    Command{"bench import", "[-SETTING...] FILE...", "import block files and say where the time went", bench_import,
            true},
    Command{"config check", "FILE", "say what is wrong in a configuration file", config_check},
    Command{"config doc", "", "print the table of all settings as Markdown", config_doc},
    Command{"rules", "[--markdown | RULE...]", "print the consensus rules", rules_command},
    Command{"verify-block", "--height N ... BLOCK", "check one block without a chain", verify_block_command, true},
    Command{"network up", "[OPTIONS]", "start a private regtest network of real nodes", network::up, true},
    Command{"sim", "[OPTIONS]", "play whole networks in virtual time", sim_command, true},
    Command{"version", "", "print the version", show_version},
    Command{"help", "[COMMAND]", "print this list, or what a command takes", show_help},
};

// The command whose words `words` begins with, and how many words that is.
std::pair<const Command*, std::size_t> find(std::span<const std::string> words) {
    const std::string one = words.empty() ? "" : words[0];
    const std::string two = words.size() < 2 ? one : one + " " + words[1];
    for (const Command& command : kCommands) {
        if (command.name == one || command.name == two) {
            return {&command, command.name == one ? 1 : 2};
        }
    }
    return {nullptr, 0};
}

void show_list(std::ostream& out) {
    out << "usage: keel COMMAND [ARGUMENTS]\n\n";
    for (const Command& command : kCommands) {
        const std::string words = std::string(command.name) + " " + std::string(command.arguments);
        out << "  " << std::left << std::setw(42) << words << ' ' << command.help << '\n';
    }
}

int show_help(std::span<const std::string> arguments) {
    const auto [command, words] = find(arguments);
    if (command == nullptr) {
        show_list(std::cout);
        return 0;
    }
    if (command->explains_itself) {
        return command->run(std::array<std::string, 1>{"-help"});
    }
    std::cout << "usage: keel " << command->name << ' ' << command->arguments << "\n\n" << command->help << '\n';
    return 0;
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

int run(std::span<const std::string> words) {
    if (words.empty()) {
        show_list(std::cerr);
        return 1;
    }
    if (words[0] == "-h" || words[0] == "-help" || words[0] == "--help") {
        return show_help({});
    }
    if (words[0] == "-version" || words[0] == "--version") {
        return show_version({});
    }
    const auto [command, taken] = find(words);
    if (command == nullptr) {
        std::cerr << "Error: there is no command '" << words[0] << "'; keel help lists them.\n";
        return 1;
    }
    return command->run(words.subspan(taken));
}

}  // namespace keel::app
