#include "app/command.hpp"

#include <array>
#include <iomanip>
#include <iostream>

#include "app/config_commands.hpp"
#include "app/consensus_commands.hpp"
#include "app/network/up.hpp"
#include "app/version.hpp"

namespace keel::app {
namespace {

int show_version(std::span<const std::string>) {
    std::cout << version_line() << "\nDistributed under the MIT license; there is NO WARRANTY.\n";
    return 0;
}

int show_help(std::span<const std::string> arguments);

constexpr std::array kCommands{
    Command{"config check", "FILE", "say what is wrong in a configuration file", config_check},
    Command{"config doc", "", "print the table of all settings as Markdown", config_doc},
    Command{"rules", "[--markdown | RULE...]", "print the consensus rules", rules_command},
    Command{"verify-block", "--height N ... BLOCK", "check one block without a chain", verify_block_command},
    Command{"network up", "[OPTIONS]", "start a private regtest network of real nodes", network::up},
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
        out << "  " << std::left << std::setw(32) << words << ' ' << command.help << '\n';
    }
}

int show_help(std::span<const std::string> arguments) {
    const auto [command, words] = find(arguments);
    if (command == nullptr) {
        show_list(std::cout);
        return 0;
    }
    if (command->run == show_help || command->run == show_version || command->run == config_doc ||
        command->run == rules_command) {
        std::cout << "keel " << command->name << ": " << command->help << '\n';
        return 0;
    }
    return command->run(std::array<std::string, 1>{"-help"});
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
