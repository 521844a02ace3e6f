// `keel rpc METHOD [PARAMETER...]`, also called keel-cli.
#pragma once

#include <span>
#include <string>

namespace keel::app {

// Prints the answer; the exit code is 0, or says what went wrong as bitcoin-cli's does.
int run_rpc(std::span<const std::string> arguments);

}  // namespace keel::app
