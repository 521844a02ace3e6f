// `keel sim`: plays worlds of the simulator, the same code as in this program's nodes.
#pragma once

#include <span>
#include <string>

namespace keel::app {

int sim_command(std::span<const std::string> arguments);

}  // namespace keel::app
