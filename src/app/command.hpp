// The commands of the `keel` program: one row each.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace keel::app {

struct Command {
    std::string_view name;       // one or two words
    std::string_view arguments;  // as the help shows them
    std::string_view help;       // one line
    // Arguments without the command's own words; the result is the exit code.
    int (*run)(std::span<const std::string> arguments);
    bool explains_itself = false;  // with -help as its argument
};

std::span<const Command> commands();

// Finds the command in the first words and runs it. No words at all: shows the list.
int run(std::span<const std::string> words);

}  // namespace keel::app
