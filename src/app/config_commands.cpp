#include "app/config_commands.hpp"

#include <algorithm>
#include <iostream>

#include "app/settings/help.hpp"
#include "app/settings/load.hpp"

namespace keel::app {

int config_check(std::span<const std::string> arguments) {
    if (arguments.size() != 1) {
        std::cerr << "Error: name one configuration file: keel config check FILE\n";
        return 1;
    }
    const std::vector<std::string> findings = settings::check_config_file(arguments.front());
    for (const std::string& finding : findings) {
        std::cout << finding << '\n';
    }
    const bool wrong = std::ranges::any_of(
        findings, [](const std::string& finding) { return finding.find(": note: ") == std::string::npos; });
    if (!wrong) {
        std::cout << arguments.front() << ": ok\n";
    }
    return wrong ? 1 : 0;
}

int config_doc(std::span<const std::string>) {
    std::cout << settings::markdown();
    return 0;
}

}  // namespace keel::app
