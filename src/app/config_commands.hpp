// `keel config check` and `keel config doc`.
#pragma once

#include <span>
#include <string>

namespace keel::app {

int config_check(std::span<const std::string> arguments);
int config_doc(std::span<const std::string> arguments);

}  // namespace keel::app
